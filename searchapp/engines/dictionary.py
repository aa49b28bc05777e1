"""The words and values of a generation, and what a prefix, a slip of the pen or a stem finds among them.

A generation never changes, so what is read of it stays read for as long as its reader lives. A :class:`Lookup` is one
search's use of it: it keeps to limits and says when they bit.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import RLock
from typing import Final
from weakref import WeakKeyDictionary

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.analysis.stemmer import irregular_words
from searchapp.engines.port import Reader
from searchapp.engines.spelling import near_words
from searchapp.i18n import Message
from searchapp.model import Remark, Span
from searchapp.query.language import MOST_EXPANSIONS

__all__ = ["Dictionaries", "Dictionary", "Lookup"]

Value = tuple[str, tuple[Term, ...]]
Expansion = dict[str, tuple[str, ...]]
"""Field -> words of its dictionary."""
_ALL: Final = 1 << 30
_KEPT_BY_STEMS: Final = 2
# The words of a prefix are weighed by frequency before they are cut; so many are looked at.
_PREFIXED: Final = 16 * MOST_EXPANSIONS


class Dictionary:
    """What one generation's fields hold. Safe to share between threads."""

    def __init__(self, reader: Reader, analyzer: FrenchAnalyzer) -> None:
        self._reader = reader
        self._analyzer = analyzer
        self._lock = RLock()
        self._words: dict[str, Mapping[str, int]] = {}
        self._stems: dict[tuple[str, str], Mapping[str, Sequence[str]]] = {}
        self._values: dict[str, Sequence[Value]] = {}

    def words(self, field: str) -> Mapping[str, int]:
        """Return every word of a field with its document frequency."""
        with self._lock:
            if field not in self._words:
                self._words[field] = dict(self._reader.terms_with_prefix(field, "", _ALL))
            return self._words[field]

    def beginning(self, field: str, prefix: str) -> Mapping[str, int]:
        """Return the words of a field that begin so, with their document frequencies."""
        return dict(self._reader.terms_with_prefix(field, prefix, _PREFIXED))

    def sharing(self, field: str, stem: str) -> tuple[str, ...]:
        """Return the words of a field that have this stem.

        Only words that begin like the stem or like an irregular word of it are looked at: reading a whole dictionary
        takes 10 microseconds a word. That other stems keep the first two letters is held by a test.
        """
        beginnings = dict.fromkeys(word[:_KEPT_BY_STEMS] for word in (stem, *irregular_words(stem)))
        return tuple(word for beginning in beginnings for word in self._by_stem(field, beginning).get(stem, ()))

    def _by_stem(self, field: str, beginning: str) -> Mapping[str, Sequence[str]]:
        with self._lock:
            if (field, beginning) not in self._stems:
                shared: dict[str, list[str]] = defaultdict(list)
                for word, _ in self._reader.terms_with_prefix(field, beginning, _ALL):
                    shared[self._analyzer.term(word).stem].append(word)
                self._stems[field, beginning] = shared
            return self._stems[field, beginning]

    def values(self, field: str) -> Sequence[Value]:
        """Return every value of a field with its terms."""
        with self._lock:
            if field not in self._values:
                values = self._reader.terms_with_prefix(field, "", _ALL)
                self._values[field] = [(value, tuple(self._analyzer.terms(value))) for value, _ in values]
            return self._values[field]

    def values_from(self, field: str, beginning: str, limit: int) -> list[str]:
        """Return the first values of a field that begin exactly so."""
        return [value for value, _ in self._reader.terms_with_prefix(field, beginning, limit)]


class Dictionaries:
    """The dictionary of each reader in use."""

    def __init__(self, analyzer: FrenchAnalyzer) -> None:
        self._analyzer = analyzer
        self._lock = RLock()
        self._kept: WeakKeyDictionary[Reader, Dictionary] = WeakKeyDictionary()

    def of(self, reader: Reader) -> Dictionary:
        with self._lock:
            if reader not in self._kept:
                self._kept[reader] = Dictionary(reader, self._analyzer)
            return self._kept[reader]


class Lookup:
    """One search's use of a dictionary; after ``deadline`` (:func:`time.monotonic`) it finds nothing any more.

    Without a dictionary there are no words to find.
    """

    def __init__(self, dictionary: Dictionary | None = None, deadline: float = float("inf")) -> None:
        self._dictionary = dictionary
        self.deadline = deadline
        self.remarks: list[Remark] = []
        self.complete = True

    def in_time(self) -> bool:
        """Return whether there is time left; if not, the answer is not complete."""
        if time.monotonic() > self.deadline:
            self.complete = False
        return self.complete

    def beginning(self, fields: Iterable[str], prefix: str, at: Span) -> Expansion:
        """Return the words of each field that begin with ``prefix``."""
        return self._expand(fields, at, lambda field, dictionary: dictionary.beginning(field, prefix))

    def near(self, fields: Iterable[str], word: str, distance: int, at: Span) -> Expansion:
        """Return the words of each field within ``distance`` of ``word``."""

        def find(field: str, dictionary: Dictionary) -> Mapping[str, int]:
            words = dictionary.words(field)
            return {near: words[near] for near in near_words(word, distance, list(words))}

        return self._expand(fields, at, find)

    def sharing(self, field: str, stem: str) -> tuple[str, ...]:
        """Return the words of a field that have this stem."""
        return self._dictionary.sharing(field, stem) if self._dictionary and self.in_time() else ()

    def values(self, field: str) -> Sequence[Value]:
        """Return every value of a field with its terms."""
        return self._dictionary.values(field) if self._dictionary and self.in_time() else ()

    def values_from(self, field: str, beginning: str, limit: int) -> list[str]:
        """Return the first values of a field that begin exactly so."""
        return self._dictionary.values_from(field, beginning, limit) if self._dictionary else []

    def _expand(
        self, fields: Iterable[str], at: Span, find: Callable[[str, Dictionary], Mapping[str, int]]
    ) -> Expansion:
        found: dict[str, Mapping[str, int]] = {}
        totals: Counter[str] = Counter()
        for field in fields:
            if self._dictionary and self.in_time():
                found[field] = find(field, self._dictionary)
                totals.update(found[field])
        kept = set(sorted(totals, key=lambda word: (-totals[word], word))[:MOST_EXPANSIONS])
        if len(kept) < len(totals):
            message = Message("Only the {limit} most frequent of its words were looked for.", limit=MOST_EXPANSIONS)
            self.remarks.append(Remark(message, *at))
        return {field: tuple(word for word in words if word in kept) for field, words in found.items()}
