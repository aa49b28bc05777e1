"""Entries: documents as the JSON that a cluster takes, which can travel between processes."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from searchapp.engines.field_values import field_values
from searchapp.engines.opensearch_engine.schema import (
    ARTICLE,
    DAY,
    KEY,
    MONTH,
    NEWEST,
    OLDEST,
    ORDINAL,
    RERANK_FEATURES,
    date_keys,
)
from searchapp.engines.opensearch_engine.term_encoding import document_id, join_terms, value_text
from searchapp.engines.port import Document
from searchapp.engines.stored_form import from_values, to_stored
from searchapp.model import Article
from searchapp.schema import EXACT, ID, PARTS, STEMS, WORDS, article_key

__all__ = ["Entry", "entry_of", "refused_article"]


class Entry(NamedTuple):
    """A document without its ordinal in the order of adding. ``terms`` are those of each field, each once."""

    article_id: str
    source: bytes
    terms: dict[str, list[str]]

    def numbered(self, ordinal: int) -> bytes:
        """Return the JSON of the document, one line."""
        return b'{"%s":%d,%s' % (ORDINAL.encode(), ordinal, self.source[1:])


def entry_of(document: Document) -> Entry:
    """Return the entry of ``document``."""
    article = document.article
    terms: dict[str, Sequence[str]] = {}
    texts: dict[str, str | list[str]] = {}
    stems: list[str] = []
    parts = (document.title, document.lead, document.text)
    for part, own, joined, breaks in zip(PARTS, parts, document.joined, document.breaks, strict=True):
        if own:
            words = [term.word for term in own]
            exact = list(dict.fromkeys(term.exact for term in (*own, *joined)))
            stems += [term.stem for term in (*own, *joined)]
            texts[WORDS[part]] = [join_terms(paragraph) for paragraph in _paragraphs(words, breaks)]
            texts[EXACT[part]] = join_terms(exact)
            terms |= {WORDS[part]: words, EXACT[part]: exact}
    if stems:
        texts[STEMS], terms[STEMS] = join_terms(stems), stems
    values = _grouped(field_values(article, document.day))
    newest, oldest = date_keys(article.date)
    source: dict[str, Any] = {
        **texts,
        **{field: list(map(value_text, own)) for field, own in values.items()},
        KEY: article_key(article.id),
        NEWEST: newest,
        OLDEST: oldest,
        RERANK_FEATURES: b64encode(document.rerank_features).decode(),
        ARTICLE: orjson.Fragment(to_stored(article)),
    }
    if document.day:
        source |= {DAY: document.day, MONTH: document.day // 100}
    counted = {**terms, **{field: own for field, own in values.items() if field != ID}}
    return Entry(document_id(article.id), orjson.dumps(source), {f: list(dict.fromkeys(t)) for f, t in counted.items()})


def refused_article(source: bytes) -> Article:
    """Return the article of an entry that was sent, without lead and text: many may be refused, and long ones."""
    return replace(from_values(orjson.loads(source)[ARTICLE]), lead="", text="")


def _paragraphs(words: Sequence[str], breaks: Sequence[int]) -> Iterator[Sequence[str]]:
    for start, end in zip((0, *breaks), (*breaks, len(words)), strict=True):
        yield words[start:end]


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for field, value in pairs:
        grouped.setdefault(field, []).append(value)
    return grouped
