"""Counts of the terms of a query in articles, and how close together they stand, as arrays.

All articles are looked through at once: one pass over their words finds the places of every stem that counts, and all
the rest is done on these places.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from searchapp.analysis import Term
from searchapp.derived.rerank_features import (
    OPENING_WORDS,
    STEM_SIZE,
    RerankFeatures,
    form_hash,
    read_rerank_features,
    stem_hash,
)
from searchapp.model import Deadline
from searchapp.search.scored_terms import ScoredTerm
from searchapp.search.spellings import TypedForm

__all__ = ["TermCounts", "count_terms", "stem_hashes"]

# Bytes of rerank features that are looked through between two checks of the deadline: some ten milliseconds.
_BYTES_AT_A_TIME: Final = 4_000_000
# Words of a body among which those close together are looked for.
_WINDOW_WORDS: Final = 2_500
_NEVER: Final = 1 << 60

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Row = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TermCounts:
    """Occurrences of the terms of a query, one row an article, one column a term.

    ``title``, ``opening`` and ``whole`` count a term, its spellings and synonyms; ``related_title`` and
    ``related_whole`` those of its family; ``form_title`` and ``form`` its exact form; ``typed`` the typed form of a
    compound. ``pairs`` has a column for each term and the next one. ``title_density`` and ``body_density`` are
    √(held / window) for the terms that stand there, 0 for others and for one alone. ``lengths`` and ``title_lengths``
    are in tokens, one an article.
    """

    title: Floats
    opening: Floats
    whole: Floats
    related_title: Floats
    related_whole: Floats
    form_title: Floats
    form: Floats
    typed: Floats
    pairs: Floats
    title_density: Floats
    body_density: Floats
    title_lengths: Numbers
    lengths: Numbers

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return the counts of all articles of ``parts`` in a row."""
        if len(parts) == 1:
            return parts[0]
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


def count_terms(
    terms: Sequence[ScoredTerm], stored: Iterable[bytes], deadline: Deadline = Deadline()
) -> TermCounts | None:
    """Return the counts of ``terms`` in the articles of these rerank features, None when the deadline passes before."""
    query = _Query(terms)
    parts = []
    for some in _in_steps(stored):
        parts.append(_counts(query, _Places(query, list(map(read_rerank_features, some)))))
        if deadline.passed():
            return None
    return TermCounts.joined(parts)


def _in_steps(stored: Iterable[bytes]) -> Iterable[list[bytes]]:
    """Yield the features of some articles at a time, at least once."""
    some: list[bytes] = []
    size = 0
    for article in stored:
        if some and size + len(article) > _BYTES_AT_A_TIME:
            yield some
            some, size = [], 0
        some.append(article)
        size += len(article)
    yield some


class _CountedTerm(NamedTuple):
    """A term with stems as numbers. Each of ``spellings`` and ``alternatives`` is a row of stems that counts as it."""

    stem: int
    form: int
    spellings: tuple[Row, ...]
    alternatives: tuple[Row, ...]
    related: Row
    typed: tuple[Row, Row]
    """The stems of its typed form, and the hashes of their exact forms."""
    untyped: tuple[Row, Row]


class _Query:
    """The terms of a query, with a number for each stem that counts."""

    def __init__(self, terms: Sequence[ScoredTerm]) -> None:
        self._numbers: dict[str, int] = {}
        self.terms = tuple(map(self._counted, terms))
        self.stems = len(self._numbers)
        hashes = np.array([stem_hash(stem) for stem in self._numbers], np.uint32)
        self.order = np.argsort(hashes)
        self.hashes = hashes[self.order]
        # Sixteen bits tell most words that are not looked for, with one look-up in a small table.
        self.is_looked_for = np.zeros(1 << 16, np.bool_)
        self.is_looked_for[hashes.astype(np.uint16)] = True

    def _counted(self, term: ScoredTerm) -> _CountedTerm:
        typed = term.typed_form or TypedForm(())
        return _CountedTerm(
            self._row([term.stem])[0],
            form_hash(term.form),
            tuple(map(self._row, term.spellings)),
            tuple(map(self._row, term.alternatives)),
            self._row(term.related_stems),
            self._row_of_forms(typed.held),
            self._row_of_forms(typed.without),
        )

    def _row(self, stems: Iterable[str]) -> Row:
        return tuple(self._numbers.setdefault(stem, len(self._numbers)) for stem in stems)

    def _row_of_forms(self, terms: Sequence[Term]) -> tuple[Row, Row]:
        return self._row(term.stem for term in terms), tuple(form_hash(term.exact) for term in terms)


def stem_hashes(stems: bytes) -> NDArray[np.uint32]:
    """Return the hashes of stems in their stored form."""
    padded = np.zeros((len(stems) // STEM_SIZE, 4), np.uint8)
    padded[:, :STEM_SIZE] = np.frombuffer(stems, np.uint8).reshape(-1, STEM_SIZE)
    return padded.view("<u4").ravel()


class _Places:
    """The places in some articles where a stem of the query stands, in order; one number or flag a place.

    ``at`` is the index among the words of all articles, ``stem`` the number of the stem, ``has_neighbour`` true where
    the next place is that of the next word in the same text.
    """

    def __init__(self, query: _Query, features: Sequence[RerankFeatures]) -> None:
        self.articles = len(features)
        stems = stem_hashes(b"".join(one.stems for one in features))
        forms = np.frombuffer(b"".join(one.forms for one in features), np.uint8)
        numbers = np.array([one[:6] for one in features], np.int64).reshape(-1, 6).T
        self.title_lengths, self.lengths, self.title_words, body_words, joined_title, joined_opening = numbers
        self.starts: Numbers = np.cumsum([0, *(len(one.forms) for one in features)])[:-1]
        near = np.flatnonzero(query.is_looked_for[stems.astype(np.uint16)])
        found = stems[near]
        number = np.searchsorted(query.hashes, found)
        is_one = query.hashes.take(number, mode="clip") == found if len(near) else near
        self.at: Numbers = near[is_one]
        self.stem: Numbers = query.order[number[is_one]]
        self.form = forms[self.at]
        self.article: Numbers = np.searchsorted(self.starts, self.at, "right") - 1
        in_body = self.at - (self.starts + self.title_words)[self.article]
        behind = in_body - body_words[self.article]
        in_opening = behind - joined_title[self.article]
        in_title = in_body < 0
        self.in_row: Flags = behind < 0
        self.is_title: Flags = in_title | (~self.in_row & (in_opening < 0))
        self.is_opening: Flags = np.where(
            self.in_row,
            ~in_title & (in_body < OPENING_WORDS),
            (in_opening >= 0) & (in_opening < joined_opening[self.article]),
        )
        self.text: Numbers = 2 * self.article + ~in_title
        self.has_neighbour: Flags = (
            (np.diff(self.at) == 1) & (np.diff(self.text) == 0) & self.in_row[1:] if len(self.at) else self.in_row
        )
        self._by_stem = np.argsort(self.stem, kind="stable")
        self._ends = np.searchsorted(self.stem[self._by_stem], np.arange(query.stems + 1)).tolist()

    def of(self, row: Sequence[int]) -> Numbers:
        """Return the indexes of the places where ``row`` begins, each stem the neighbour of the one before."""
        first = row[0]
        places: Numbers = self._by_stem[self._ends[first] : self._ends[first + 1]]
        for step, stem in enumerate(row[1:], 1):
            places = places[places + step < len(self.at)]
            places = places[self.has_neighbour[places + step - 1] & (self.stem[places + step] == stem)]
        return places

    def of_forms(self, row: Sequence[int], forms: Sequence[int]) -> Numbers:
        """Return the same for a row of exact forms, given by stems and hashes."""
        places = self.of(row)
        for step, form in enumerate(forms):
            places = places[self.form[places + step] == form]
        return places

    def per_article(self, places: Numbers) -> Numbers:
        return np.bincount(self.article[places], minlength=self.articles)

    def per_part(self, places: Numbers) -> Numbers:
        """Return the number of ``places`` in the title, in the opening and in the whole of each article: three rows."""
        counted = np.zeros((3, self.articles), np.int64)
        if len(places):
            counted[0] = self.per_article(places[self.is_title[places]])
            counted[1] = self.per_article(places[self.is_opening[places]])
            counted[2] = self.per_article(places)
        return counted


def _counts(query: _Query, places: _Places) -> TermCounts:
    """Return the counts of all terms in the articles of ``places``."""
    counts = np.zeros((8, len(query.terms), places.articles))
    rows = [_count(term, places, counts[:, index]) for index, term in enumerate(query.terms)]
    pairs = np.zeros((max(len(query.terms) - 1, 0), places.articles))
    for index, (left, right) in enumerate(pairwise(query.terms)):
        pairs[index] = places.per_article(places.of((left.stem, right.stem)))
    density = _density(places, rows)
    kinds = iter(counts.transpose(0, 2, 1))
    return TermCounts(
        title=next(kinds),
        opening=next(kinds),
        whole=next(kinds),
        related_title=next(kinds),
        related_whole=next(kinds),
        form_title=next(kinds),
        form=next(kinds),
        typed=next(kinds),
        pairs=pairs.T,
        title_density=density[0::2],
        body_density=density[1::2],
        title_lengths=places.title_lengths,
        lengths=places.lengths,
    )


def _count(term: _CountedTerm, places: _Places, counts: Floats) -> Numbers:
    """Write the counts of ``term`` into ``counts``, one row a kind; return the places where it stands."""
    own = places.of((term.stem,))
    ways = [own, *map(places.of, term.spellings), *map(places.of, term.alternatives)]
    # A spelling counts where it is more frequent than the word, a synonym always.
    counts[:3] = places.per_part(own)
    for spelling in ways[1 : 1 + len(term.spellings)]:
        np.maximum(counts[:3], places.per_part(spelling), out=counts[:3])
    for alternative in ways[1 + len(term.spellings) :]:
        counts[:3] += places.per_part(alternative)
    for stem in term.related:
        if len(family := places.of((stem,))):
            counts[3:5] += places.per_part(family)[::2]
    exact = own[places.form[own] == term.form]
    counts[5:7] = places.per_part(exact)[::2]
    if term.typed[0]:
        counts[7] = places.per_article(places.of_forms(*term.typed))
    if term.untyped[0]:
        counts[7] -= places.per_article(places.of_forms(*term.untyped))
        np.maximum(counts[7], 0, out=counts[7])
    return np.concatenate(ways) if len(ways) > 1 else own


def _density(places: _Places, rows: Sequence[Numbers]) -> Floats:
    """Return √(held / window) of each text, two an article (title, body), for the terms that it holds; else 0.

    The window is the shortest stretch of words with all these terms. The shortest that ends at a place begins at the
    oldest of the last places of all terms, so one pass a term will do.
    """
    texts = 2 * places.articles
    index = np.concatenate(rows) if rows else np.zeros(0, np.int64)
    term = np.repeat(np.arange(len(rows)), list(map(len, rows)))
    article, text = places.article[index], places.text[index]
    start = places.starts[article] + text % 2 * places.title_words[article]
    at = places.at[index]
    held = np.zeros((texts, len(rows)), np.bool_)
    is_near = places.in_row[index] & (at - start < _WINDOW_WORDS)
    held[text[is_near], term[is_near]] = True
    number = held.sum(axis=1)
    held[number < 2] = False
    chosen = np.flatnonzero(is_near & (number[text] > 1))
    chosen = chosen[np.argsort(at[chosen], kind="stable")]
    at, term, text, start = at[chosen], term[chosen], text[chosen], start[chosen]
    begin = at.copy()
    for one in np.flatnonzero(held.any(axis=0)).tolist():
        last = np.maximum.accumulate(np.where(term == one, at, -1))
        np.minimum(begin, np.where(held[text, one], last, begin), out=begin)
    window = np.full(texts, _NEVER)
    is_whole = begin >= start
    np.minimum.at(window, text[is_whole], (at - begin + 1)[is_whole])
    density: Floats = held * np.sqrt(number / window)[:, None]
    return density
