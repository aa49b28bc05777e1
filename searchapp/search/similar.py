"""Similar articles: those that hold the key terms of one.

The key terms are the stems with the highest tf-idf; the one article is analysed again for them. The engine's own BM25
does the rest. Measured on pairs of articles that an editor linked (tests/quality/related.py): the frequency has to
saturate as it does in BM25, many terms are better than few, and a second query with the terms of the first results (a
relevance model, RM3) finds less: what they have in common is the subject of the day.
"""

from __future__ import annotations

from collections import defaultdict
from math import log
from typing import Final

from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.rerank_features import OPENING_WORDS
from searchapp.engines.port import (
    BM25_K1,
    BooleanClause,
    Clause,
    EngineRequest,
    Reader,
    TermClause,
)
from searchapp.model import Article, Deadline
from searchapp.schema import ID, STEMS
from searchapp.search.open_generation import OpenGeneration

__all__ = ["similar_articles"]

_TERMS: Final = 100
# What an occurrence counts in the title, in the opening and in the rest.
_TITLE: Final = 2.0
_OPENING: Final = 2.0
_REST: Final = 1.0
# Of a very long article the beginning tells its subject.
_MOST_TEXT: Final = 100_000
# Distinct stems whose document frequency is looked up: those that come first.
_MOST_STEMS: Final = 2_000


def similar_articles(
    generation: OpenGeneration, article_id: str, size: int, analyzer: FrenchAnalyzer, deadline: Deadline
) -> list[Article]:
    """Return at most ``size`` articles like one, the most similar first; none for an article that is not there.

    Its near duplicates are left out, and of near duplicates among the similar ones all but the first.
    """
    reader, duplicates = generation.reader, generation.duplicates
    itself = TermClause(ID, ((article_id, 1.0),))
    article = reader.article(article_id)
    terms = _key_terms(article, reader, analyzer) if article else []
    if not terms:
        return []
    own = duplicates.group_of(article_id)
    excluded: tuple[Clause, ...] = (itself,)
    if own is not None:
        excluded = (TermClause(ID, tuple((member, 1.0) for member in duplicates.members(own))), itself)
    clause = BooleanClause(
        should=tuple(TermClause(STEMS, ((stem, weight),)) for stem, weight in terms), must_not=excluded
    )
    request = EngineRequest(clause, limit=3 * size, deadline=deadline, groups=duplicates.groups())
    seen: set[int] = set()
    documents = []
    for candidate in reader.search(request).candidates:
        if not candidate.group or candidate.group not in seen:
            seen.add(candidate.group)
            documents.append(candidate.document)
    return reader.articles(documents[:size])


def _key_terms(article: Article, reader: Reader, analyzer: FrenchAnalyzer) -> list[tuple[str, float]]:
    """Return the key terms of an article with their saturated frequencies."""
    frequencies: dict[str, float] = defaultdict(float)
    title, joined_title = analyzer.analyze(article.title)
    text, joined_text = analyzer.analyze(f"{article.lead}\n\n{article.text}"[:_MOST_TEXT])
    in_title, in_text = ([term.stem for term in terms if not term.is_stopword] for terms in (title, text))
    joined = [term.stem for _, term in (*joined_title, *joined_text)]
    opening, rest = in_text[:OPENING_WORDS], in_text[OPENING_WORDS:] + joined
    for stems, weight in ((in_title, _TITLE), (opening, _OPENING), (rest, _REST)):
        for stem in stems:
            frequencies[stem] += weight
    weighed = []
    chosen = list(frequencies.items())[:_MOST_STEMS]
    statistics = reader.term_statistics([(STEMS, stem) for stem, _ in chosen])
    for (stem, frequency), documents in zip(chosen, statistics.frequencies, strict=True):
        idf = log(1 + (reader.count - documents + 0.5) / (documents + 0.5)) if documents < reader.count else 0.0
        saturated = frequency / (frequency + BM25_K1)
        if documents > 1:  # a term of this article alone finds no other
            weighed.append((saturated * idf, stem, saturated))
    return [(stem, saturated) for _, stem, saturated in sorted(weighed, key=lambda term: (-term[0], term[1]))[:_TERMS]]
