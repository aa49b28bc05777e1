"""From documents to a segment: their tokens as numbers in flat arrays, sorted once a field.

A sorting key is a term's rank and a token's number in one 64-bit integer: numpy sorts those faster than anything else,
and as tokens are numbered in the order of documents and positions, the sorted keys are the posting lists.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from searchapp.analysis import Term
from searchapp.derived.term_numbers import as_array, term_numbers
from searchapp.engines.field_values import field_values
from searchapp.engines.port import Document
from searchapp.engines.stored_form import to_stored
from searchapp.engines.whoosh_engine.codec.layout import Lists, Numbers, Shape, offsets
from searchapp.engines.whoosh_engine.codec.segment import Segment
from searchapp.engines.whoosh_engine.schema import DAY, KEY, LENGTH, NO_DATE, RERANK_FEATURES, STORED, TIMESTAMP
from searchapp.engines.whoosh_engine.segment_writer import SegmentWriter, features_column, stored_column
from searchapp.schema import EXACT, PARTS, STEMS, VALUE_FIELDS, WORDS, article_key

__all__ = ["Inverter"]

_RANK_BITS: Final = 32
_TOKEN: Final = (1 << _RANK_BITS) - 1
_FORMS: Final = ("stem", "word", "exact")


class Inverter:
    """Takes the documents of one segment and writes it."""

    def __init__(self) -> None:
        self.count = 0
        self._terms = _Terms()
        self._parts = {part: _Tokens() for part in PARTS}
        self._joined = {part: _Tokens() for part in PARTS}
        self._rows = (*self._parts.values(), *self._joined.values())
        self._values: dict[str, dict[str, list[int]]] = {name: {} for name in VALUE_FIELDS}
        self._stored = stored_column()
        self._rerank_features = features_column()
        self._keys = array("q")
        self._timestamps = array("q")
        self._days = array("I")

    def add(self, document: Document) -> None:
        rows = (document.title, document.lead, document.text, *document.joined)
        terms = list(chain.from_iterable(rows))
        numbers = term_numbers(terms) if document.numbers is None else document.numbers
        self._terms.note(terms, as_array(numbers))
        start = 0
        for tokens, row, breaks in zip(self._rows, rows, (*document.breaks, (), (), ()), strict=True):
            tokens.add(numbers[start : start + len(row)], breaks)
            start += len(row)
        article = document.article
        for name, value in field_values(article, document.day):
            self._values[name].setdefault(value, []).append(self.count)
        self._stored.append(to_stored(article))
        self._rerank_features.append(document.rerank_features)
        self._keys.append(article_key(article.id))
        self._timestamps.append(int(article.date.timestamp()) if article.date else NO_DATE)
        self._days.append(document.day if article.date else 0)
        self.count += 1

    def write(self, folder: Path) -> Segment:
        """Write the segment into ``folder``."""
        self._texts, self._ranks = self._terms.ranked()
        with SegmentWriter(folder, self.count) as file:
            for name, add in sorted(self._fields().items()):
                add(file, name)
            self._write_columns(file)
        return file.segment

    def _fields(self) -> dict[str, Any]:
        """Return the method that writes each field."""
        fields: dict[str, Any] = {STEMS: self._write_stems}
        fields |= {WORDS[part]: self._write_words for part in PARTS}
        fields |= {EXACT[part]: self._write_exact for part in PARTS}
        return fields | dict.fromkeys(VALUE_FIELDS, self._write_values)

    def _write_stems(self, file: SegmentWriter, name: str) -> None:
        tokens = [tokens[part] for tokens in (self._parts, self._joined) for part in PARTS]
        ranks, lists = _frequencies(self._ranks["stem"], tokens)
        file.add_field(name, self._terms_at(ranks), lists, Shape.FREQUENCY)

    def _write_words(self, file: SegmentWriter, name: str) -> None:
        tokens = self._parts[next(part for part in PARTS if WORDS[part] == name)]
        ranks, lists = _positions(self._ranks["word"], tokens)
        file.add_field(name, self._terms_at(ranks), lists, Shape.POSITIONS)

    def _write_exact(self, file: SegmentWriter, name: str) -> None:
        part = next(part for part in PARTS if EXACT[part] == name)
        ranks, counted = _frequencies(self._ranks["exact"], [self._parts[part], self._joined[part]])
        lists = Lists(counted.sizes, counted.documents, np.ones_like(counted.documents))
        file.add_field(name, self._terms_at(ranks), lists, Shape.EXISTENCE)

    def _terms_at(self, ranks: Numbers) -> list[bytes]:
        return [self._texts[rank] for rank in ranks.tolist()]

    def _write_values(self, file: SegmentWriter, name: str) -> None:
        values = sorted((value.encode(), numbers) for value, numbers in self._values[name].items())
        documents = np.array([number for _, numbers in values for number in numbers], dtype=np.int64)
        sizes = np.array([len(numbers) for _, numbers in values], dtype=np.int64)
        lists = Lists(sizes, documents, np.ones_like(documents))
        file.add_field(name, [value for value, _ in values], lists, Shape.EXISTENCE)

    def _write_columns(self, file: SegmentWriter) -> None:
        file.add_values(STORED, self._stored)
        file.add_values(RERANK_FEATURES, self._rerank_features)
        file.add_numbers(LENGTH, self._length.astype(np.uint32))
        file.add_numbers(KEY, np.frombuffer(self._keys, np.int64))
        file.add_numbers(DAY, np.frombuffer(self._days, np.uint32))
        file.add_numbers(TIMESTAMP, np.frombuffer(self._timestamps, np.int64))

    @property
    def _length(self) -> Numbers:
        tokens = (*self._parts.values(), *self._joined.values())
        total: Numbers = sum((each.lengths for each in tokens), np.zeros(self.count, np.int64))
        return total


class _Terms:
    """The distinct terms of a segment, and their numbers."""

    def __init__(self) -> None:
        self._terms: list[Term] = []
        self._numbers = array("i")
        self._is_noted = np.zeros(0, np.bool_)

    def note(self, terms: Sequence[Term], numbers: npt.NDArray[np.int32]) -> None:
        """Add those of ``terms`` that are new; ``numbers`` are theirs."""
        try:
            new = (~self._is_noted[numbers]).nonzero()[0]
        except IndexError:
            self._is_noted = np.concatenate((self._is_noted, np.zeros(int(numbers.max()) + 1, np.bool_)))
            new = (~self._is_noted[numbers]).nonzero()[0]
        for place in new.tolist():
            number = int(numbers[place])
            if not self._is_noted[number]:
                self._is_noted[number] = True
                self._numbers.append(number)
                self._terms.append(terms[place])

    def ranked(self) -> tuple[list[bytes], dict[str, Numbers]]:
        """Return all texts that terms have as stem, word or exact form, in byte order, and by form their ranks.

        The rank of a term stands at its number. Most terms have one text or two, so all forms are sorted together.
        """
        forms: dict[str, list[str]] = {form: list(map(attrgetter(form), self._terms)) for form in _FORMS}
        texts = sorted(set().union(*forms.values()))
        rank_of = dict(zip(texts, range(len(texts)), strict=True))
        numbers = as_array(self._numbers)
        ranks: dict[str, Numbers] = {}
        for form, own in forms.items():
            ranks[form] = np.zeros(len(self._is_noted), np.int64)
            ranks[form][numbers] = np.fromiter(map(rank_of.__getitem__, own), np.int64, len(own))
        return list(map(str.encode, texts)), ranks


class _Tokens:
    """The tokens of one part over many documents, as flat arrays."""

    def __init__(self) -> None:
        self._terms = array("i")
        self._lengths = array("I")
        self._breaks = array("I")

    def add(self, terms: array[int], breaks: Iterable[int] = ()) -> None:
        """Add one document's tokens; ``breaks`` are the indexes of those that begin a paragraph after another."""
        first = len(self._terms)
        if breaks:
            self._breaks.extend(first + index for index in breaks)
        self._terms.extend(terms)
        self._lengths.append(len(terms))

    @property
    def terms(self) -> Numbers:
        return as_array(self._terms).astype(np.int64)

    @property
    def lengths(self) -> Numbers:
        return np.frombuffer(self._lengths, dtype=np.uint32).astype(np.int64)

    @property
    def positions(self) -> Numbers:
        """The position of each token in its document, where each break takes one."""
        steps = np.ones(len(self._terms), np.int64)
        steps[np.frombuffer(self._breaks, dtype=np.uint32)] = 2
        running = np.cumsum(steps)
        starts = offsets(self.lengths)
        firsts = running[starts[self.lengths > 0]]
        return running - np.repeat(firsts, self.lengths[self.lengths > 0])

    @property
    def documents(self) -> Numbers:
        return np.repeat(np.arange(len(self._lengths)), self.lengths)


def _frequencies(ranks: Numbers, parts: Sequence[_Tokens]) -> tuple[Numbers, Lists]:
    """Return the ranks of the terms of ``parts``, rising, and their posting lists with frequencies."""
    keys = np.concatenate([ranks[part.terms] << _RANK_BITS | part.documents for part in parts])
    keys.sort()
    starts = _starts(keys)
    pairs = keys[starts]
    used, sizes = _sizes(pairs >> _RANK_BITS)
    return used, Lists(sizes, pairs & _TOKEN, np.diff(starts, append=len(keys)))


def _positions(ranks: Numbers, tokens: _Tokens) -> tuple[Numbers, Lists]:
    """Return the ranks of the terms of ``tokens``, rising, and their posting lists with positions."""
    numbers = ranks[tokens.terms]
    keys = numbers << _RANK_BITS | np.arange(len(numbers))
    keys.sort()
    order = keys & _TOKEN
    documents = tokens.documents[order]
    starts = _starts(keys & ~_TOKEN | documents)
    positions = tokens.positions[order]
    used, sizes = _sizes(keys[starts] >> _RANK_BITS)
    return used, Lists(sizes, documents[starts], np.diff(starts, append=len(keys)), positions)


def _starts(values: Numbers) -> Numbers:
    """Return the indices at which runs of equal values begin."""
    return np.flatnonzero(np.diff(values, prepend=-1))


def _sizes(values: Numbers) -> tuple[Numbers, Numbers]:
    """Return the distinct values of a rising array and how often it holds each."""
    starts = _starts(values)
    return values[starts], np.diff(starts, append=len(values))
