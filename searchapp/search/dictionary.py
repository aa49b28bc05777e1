"""The words and values of a generation, and what a prefix, a slip of the pen or a stem finds among them.

A generation never changes, so what is read of it stays read for as long as its reader lives. A :class:`Lookup` is one
search's use of it: it keeps to limits and says when they bit.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from threading import RLock
from typing import Final
from weakref import WeakKeyDictionary

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.analysis.stemmer import irregular_words
from searchapp.engines.port import Reader
from searchapp.i18n import Message
from searchapp.model import Deadline, Remark, Span
from searchapp.query.grammar import MOST_EXPANSIONS
from searchapp.search.fuzzy import near_words

__all__ = ["Dictionaries", "Dictionary", "Lookup"]

Value = tuple[str, tuple[Term, ...]]
Expansion = dict[str, tuple[str, ...]]
"""Field -> words of its dictionary."""
_ALL: Final = 1 << 30
_KEPT_BY_STEMS: Final = 2
# Words or values looked at between two looks at the clock.
_BATCH: Final = 2048
# The words of a prefix are weighed by frequency before they are cut; so many are looked at.
_PREFIXED: Final = 16 * MOST_EXPANSIONS


class Dictionary:
    """What one generation's fields hold. Safe to share between threads."""

    def __init__(self, reader: Reader, analyzer: FrenchAnalyzer) -> None:
        self._reader = reader
        self._analyzer = analyzer
        self._lock = RLock()
        self._words: dict[str, Mapping[str, int]] = {}
        self._words_by_length: dict[str, Mapping[int, Sequence[str]]] = {}
        self._stems: dict[tuple[str, str], Mapping[str, Sequence[str]]] = {}
        self._values: dict[str, list[Value]] = {}
        self._unread_values: dict[str, Iterator[str]] = {}

    def words(self, field: str) -> Mapping[str, int]:
        """Return every word of a field with its document frequency."""
        with self._lock:
            if field not in self._words:
                self._words[field] = dict(self._reader.terms_with_prefix(field, "", _ALL))
            return self._words[field]

    def near(self, field: str, word: str, distance: int, deadline: Deadline) -> Mapping[str, int] | None:
        """Return the words of a field within ``distance`` of ``word``, with their document frequencies.

        Only words of about its length are compared. None when the time is over before all of them were.
        """
        words, by_length = self.words(field), self._by_length(field)
        near: list[str] = []
        for length in range(len(word) - distance, len(word) + distance + 1):
            alike = by_length.get(length, ())
            for start in range(0, len(alike), 8 * _BATCH):
                if deadline.passed():
                    return None
                near += near_words(word, distance, alike[start : start + 8 * _BATCH])
        return {found: words[found] for found in sorted(near)}

    def _by_length(self, field: str) -> Mapping[int, Sequence[str]]:
        with self._lock:
            if field not in self._words_by_length:
                lengths: dict[int, list[str]] = defaultdict(list)
                for word in self.words(field):
                    lengths[len(word)].append(word)
                self._words_by_length[field] = lengths
            return self._words_by_length[field]

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

    def values(self, field: str, deadline: Deadline) -> Sequence[Value] | None:
        """Return every value of a field with its terms.

        They are analysed once. None when the time is over before all of them were: the next search goes on from there.
        """
        with self._lock:
            if field not in self._values:
                self._unread_values[field] = iter([name for name, _ in self._reader.terms_with_prefix(field, "", _ALL)])
                self._values[field] = []
            known, unread = self._values[field], self._unread_values[field]
            while batch := list(islice(unread, _BATCH)):
                known += [(value, tuple(self._analyzer.terms(value))) for value in batch]
                if deadline.passed():
                    return None
            return known

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
    """One search's use of a dictionary; after ``deadline`` it finds nothing any more.

    Without a dictionary there are no words to find. ``skipped`` counts what was left out for want of time.
    """

    def __init__(self, dictionary: Dictionary | None = None, deadline: Deadline = Deadline()) -> None:
        self._dictionary = dictionary
        self.deadline = deadline
        self.remarks: list[Remark] = []
        self.skipped = 0

    @property
    def complete(self) -> bool:
        """Whether nothing was left out."""
        return not self.skipped

    def skip(self) -> None:
        """Take note that something was left out."""
        self.skipped += 1

    def in_time(self) -> bool:
        """Return whether there is time left; who asks leaves out what it was about to do."""
        if self.deadline.passed():
            self.skip()
            return False
        return True

    def beginning(self, fields: Iterable[str], prefix: str, at: Span) -> Expansion:
        """Return the words of each field that begin with ``prefix``."""
        return self._expand(fields, at, lambda field, dictionary: dictionary.beginning(field, prefix))

    def near(self, fields: Iterable[str], word: str, distance: int, at: Span) -> Expansion:
        """Return the words of each field within ``distance`` of ``word``."""
        return self._expand(fields, at, lambda field, dictionary: dictionary.near(field, word, distance, self.deadline))

    def sharing(self, field: str, stem: str) -> tuple[str, ...]:
        """Return the words of a field that have this stem."""
        return self._dictionary.sharing(field, stem) if self._dictionary and self.in_time() else ()

    def values(self, field: str, test: Callable[[Sequence[Term]], bool]) -> list[str]:
        """Return the values of a field whose terms pass ``test``."""
        if not self._dictionary or not self.in_time():
            return []
        values = self._dictionary.values(field, self.deadline)
        if values is None:
            self.skip()
            return []
        found: list[str] = []
        for start in range(0, len(values), _BATCH):
            if start and not self.in_time():
                break
            found += [value for value, terms in values[start : start + _BATCH] if test(terms)]
        return found

    def values_from(self, field: str, beginning: str, limit: int) -> list[str]:
        """Return the first values of a field that begin exactly so."""
        return self._dictionary.values_from(field, beginning, limit) if self._dictionary else []

    def _expand(
        self, fields: Iterable[str], at: Span, find: Callable[[str, Dictionary], Mapping[str, int] | None]
    ) -> Expansion:
        """Return the most frequent of the words found. Cut by the clock, none: which are frequent cannot be told."""
        found: dict[str, Mapping[str, int]] = {}
        totals: Counter[str] = Counter()
        for field in fields if self._dictionary else ():
            words = find(field, self._dictionary) if self._dictionary and self.in_time() else None
            if words is None:
                self.skip()
                return {}
            found[field] = words
            totals.update(words)
        kept = set(sorted(totals, key=lambda word: (-totals[word], word))[:MOST_EXPANSIONS])
        if len(kept) < len(totals):
            message = Message("Only the {limit} most frequent of its words were looked for.", limit=MOST_EXPANSIONS)
            self.remarks.append(Remark(message, *at))
        return {field: tuple(word for word in words if word in kept) for field, words in found.items()}
