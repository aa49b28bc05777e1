"""Abbreviations that the articles themselves write out: « NAO (négociation annuelle obligatoire) », written once.

An abbreviation of a query finds what it stands for too, as a synonym does. It is looked up when a query asks for it, in
the few articles that hold it, so an index needs nothing more. An article writes it out where the first letters of words
spell it: of all content words (« Organisation mondiale de la santé »), or with some stopwords (« gestation pour
autrui »), as Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text",
2003, have it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

from searchapp.analysis import FrenchAnalyzer, Term, Token
from searchapp.engines.port import EngineRequest, Reader, TermClause
from searchapp.model import Deadline
from searchapp.schema import STEMS
from searchapp.search.query_statistics import QueryStatistics
from searchapp.search.synonyms import Alternative

__all__ = ["Abbreviations"]

# Two to eight letters, as in UE and DGCCRF; a longer one is read as a word.
_SHORTEST, _LONGEST = 2, 8
# An abbreviation that more articles hold finds enough by itself. On queries with one, looking for what those stand for
# too cost 0.007 nDCG@10 (172 queries as people type them). So all articles that hold it are read.
_MOST_ARTICLES: Final = 50
# Characters of each: an abbreviation is written out where it is used first.
_CHARACTERS_READ: Final = 20_000
# Characters before an abbreviation in parentheses that may write it out.
_WRITTEN_OUT: Final = 120
# Abbreviations remembered of one generation.
_REMEMBERED: Final = 1_000
_IN_PARENTHESES: Final = re.compile(r"\(([A-ZÀ-Ý]{2,8})\)")
_BEFORE_PARENTHESES: Final = re.compile(r"\b([A-ZÀ-Ý]{2,8})\s?\(([^()]{4,100})\)")
_VOWEL: Final = re.compile("[aeiouy]")


class Abbreviations:
    """The abbreviations looked up so far, of each generation in use. Safe to share between threads."""

    def __init__(self, analyzer: FrenchAnalyzer) -> None:
        self._analyzer = analyzer
        self._lock = Lock()
        self._by_reader: WeakKeyDictionary[Reader, dict[str, tuple[Term, ...]]] = WeakKeyDictionary()

    def of(
        self, text: str, terms: Sequence[Term], reader: Reader, statistics: QueryStatistics, deadline: Deadline
    ) -> Iterator[Alternative]:
        """Yield what the abbreviations of a query stand for; ``terms`` are those of its ``text``."""
        words = {token.term.word for token in _abbreviations(text, list(self._analyzer.tokens(text)))}
        for index, term in enumerate(terms):
            # A term of many articles finds enough by itself.
            is_rare = term.word in words and statistics.document_frequency(STEMS, term.stem) <= _MOST_ARTICLES
            if is_rare and (expansion := self._expansion(term, reader, deadline)):
                yield Alternative(index, index + 1, expansion)

    def _expansion(self, term: Term, reader: Reader, deadline: Deadline) -> tuple[Term, ...]:
        """Return the terms that most articles write out, none when there is no time to read them."""
        with self._lock:
            known = self._by_reader.setdefault(reader, {})
            if term.word in known:
                return known[term.word]
        written: Counter[tuple[str, ...]] = Counter()
        texts: dict[tuple[str, ...], tuple[Term, ...]] = {}
        for text in _texts(term, reader, deadline):
            for expansion in _written_out(term.word, text, self._analyzer):
                stems = tuple(one.stem for one in expansion if not one.is_stopword)
                written[stems] += 1
                texts.setdefault(stems, expansion)
        if deadline.passed():
            return ()
        # Of several written out as often, that of the article which the engine finds first.
        best = texts[max(written, key=written.__getitem__)] if written else ()
        with self._lock:
            if len(known) >= _REMEMBERED:
                known.clear()
            known[term.word] = best
        return best


def _abbreviations(text: str, tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield the tokens that are abbreviations by their form: in capitals, or without a vowel.

    In a query all in capitals only the latter are known. « bac » and « pace » are words, « BAC » and « PACE » are not.
    """
    is_shouted = len(tokens) > 1 and text.isupper()
    for token in tokens:
        typed, word = text[token.start : token.end], token.term.word
        if not typed.isalpha() or not _SHORTEST <= len(typed) <= _LONGEST:
            continue
        if (typed.isupper() and not is_shouted) or not _VOWEL.search(word):
            yield token


def _texts(term: Term, reader: Reader, deadline: Deadline) -> Iterator[str]:
    """Yield the beginnings of the articles that hold ``term``, the best by BM25 first."""
    clause = TermClause(STEMS, ((term.stem, 1.0),))
    candidates = reader.search(EngineRequest(clause, limit=_MOST_ARTICLES, deadline=deadline)).candidates
    for article in reader.articles(candidate.document for candidate in candidates):
        if deadline.passed():
            return
        yield f"{article.title}. {article.lead}. {article.text}"[:_CHARACTERS_READ]


def _written_out(abbreviation: str, text: str, analyzer: FrenchAnalyzer) -> Iterator[tuple[Term, ...]]:
    """Yield the terms of each stretch of ``text`` that writes out a folded abbreviation, once an article."""
    known: set[str] = set()
    for match in _IN_PARENTHESES.finditer(text):
        if analyzer.term(match[1]).word == abbreviation:
            before = list(analyzer.terms(text[max(0, match.start() - _WRITTEN_OUT) : match.start()]))
            start = _start_of_expansion(abbreviation, before)
            if start is not None:
                known.add(" ".join(term.exact for term in before[start:]))
    for match in _BEFORE_PARENTHESES.finditer(text):
        if analyzer.term(match[1]).word == abbreviation:
            inside = list(analyzer.terms(match[2]))
            ends = (end for end in range(len(inside), 0, -1) if _start_of_expansion(abbreviation, inside[:end]) == 0)
            known.update(" ".join(term.exact for term in inside[:end]) for end in ends)
    yield from (tuple(analyzer.terms(expansion)) for expansion in sorted(known))


def _start_of_expansion(abbreviation: str, terms: Sequence[Term]) -> int | None:
    """Return where the words that end ``terms`` and spell ``abbreviation`` begin, None when they do not."""
    content = [index for index, term in enumerate(terms) if not term.is_stopword][-len(abbreviation) :]
    if terms and not terms[-1].is_stopword and "".join(terms[index].word[:1] for index in content) == abbreviation:
        return content[0]
    index = len(terms)
    for letter in reversed(abbreviation):
        index -= 1
        while index >= 0 and terms[index].is_stopword and not terms[index].word.startswith(letter):
            index -= 1
        if index < 0 or not terms[index].word.startswith(letter):
            return None
    return index if not terms[index].is_stopword else None
