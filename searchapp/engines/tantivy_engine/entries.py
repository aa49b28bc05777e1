"""Entries: documents as the plain texts and numbers that Tantivy takes, which can travel between processes."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

import tantivy

from searchapp.engines.field_values import field_values
from searchapp.engines.port import Document
from searchapp.engines.stored_form import to_stored
from searchapp.engines.tantivy_engine.schema import (
    DAY,
    KEY,
    MONTH,
    NEWEST,
    OLDEST,
    ORDINAL,
    PACKED,
    RERANK_FEATURES,
    sort_keys,
)
from searchapp.engines.tantivy_engine.stored import ODD, join, pack, split
from searchapp.schema import EXACT, PARTS, STEMS, WORDS, article_key

__all__ = ["Entry", "entry_of"]

_WORDS: Final = frozenset(WORDS.values())


class Entry(NamedTuple):
    """A document without its ordinal in the order of adding. ``terms`` pairs fields with their joined terms."""

    article_id: str
    terms: list[tuple[str, str]]
    values: list[tuple[str, str]]
    packed: bytes
    rerank_features: bytes
    date: datetime | None
    day: int

    def numbered(self, ordinal: int) -> tantivy.Document:
        """Return Tantivy's document."""
        made = tantivy.Document()
        for name, text in self.terms:
            if text[0] == ODD:
                made.add_pre_tokenized_text(name, _pretokenized(text))
            else:
                made.add_text(name, text)
        for name, text in self.values:
            made.add_text(name, text)
        newest, oldest = sort_keys(self.date, ordinal)
        made.add_unsigned(ORDINAL, ordinal)
        made.add_unsigned(KEY, article_key(self.article_id))
        made.add_unsigned(NEWEST, newest)
        made.add_unsigned(OLDEST, oldest)
        if self.day:
            made.add_unsigned(DAY, self.day)
            made.add_unsigned(MONTH, self.day // 100)
        made.add_bytes(PACKED, self.packed)
        made.add_bytes(RERANK_FEATURES, self.rerank_features)
        return made


def entry_of(document: Document) -> Entry:
    """Return the entry of ``document``."""
    article = document.article
    terms = _terms(document)
    words: dict[str, list[str]] = {}
    for name, text in terms:
        if name in _WORDS:
            words.setdefault(name, []).append(text)
    return Entry(
        article.id,
        terms,
        field_values(article, document.day),
        pack(to_stored(article), words),
        document.rerank_features,
        article.date,
        document.day,
    )


def _terms(document: Document) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    stems: list[str] = []
    is_odd = False
    parts = (document.title, document.lead, document.text)
    for part, terms, joined, breaks in zip(PARTS, parts, document.joined, document.breaks, strict=True):
        if terms:
            words = [term.word for term in terms]
            # Tantivy leaves one position between two values of a field.
            ends = zip((0, *breaks), (*breaks, len(words)), strict=True)
            paragraphs = [join(words[start:end]) for start, end in ends]
            # If no folded word is odd, no exact form and no stem is: one check is enough.
            is_odd |= any(text[0] == ODD for text in paragraphs)
            stems += [term.stem for term in (*terms, *joined)]
            fields += [(WORDS[part], text) for text in paragraphs]
            # Exact forms are found, never counted or placed: each once is enough.
            fields.append((EXACT[part], _joined([term.exact for term in dict.fromkeys((*terms, *joined))], is_odd)))
    return [*fields, (STEMS, _joined(stems, is_odd))] if stems else fields


def _joined(terms: list[str], is_odd: bool) -> str:
    return join(terms) if is_odd else " ".join(terms)


def _pretokenized(text: str) -> tantivy.PreTokenizedString:
    tokens = [tantivy.Token(term, position, 0, 0) for position, term in enumerate(split(text))]
    return tantivy.PreTokenizedString(text, tokens)
