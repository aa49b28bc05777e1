"""The words and values of a generation, and their expansion: the words of a prefix, a fuzzy word or a stem.

A generation never changes, so a :class:`Dictionary` keeps the words it has read as long as its reader lives. A
:class:`Lookup` bounds its use by one search: by a deadline and by the number of words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from threading import RLock
from typing import Final
from weakref import WeakKeyDictionary, ref

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.analysis.stemmer import irregular_words
from searchapp.engines.port import Clause, EngineRequest, Reader, TermPrefix
from searchapp.model import Article, Deadline
from searchapp.query.grammar import MOST_EXPANSIONS
from searchapp.schema import ID
from searchapp.search.fuzzy import near_words
from searchapp.search.query_statistics import QueryStatistics
from searchapp.search.wildcards import WordForm

__all__ = ["Dictionaries", "Dictionary", "Expansion", "Lookup", "words_of_form", "words_with_prefix"]

Value = tuple[str, tuple[Term, ...]]
ReadWords = Callable[[TermPrefix], Sequence[tuple[str, int]]]
_ALL: Final = 1 << 30
# A stem begins with the first letters of its words, irregular words apart.
_SHARED_LETTERS: Final = 2
# Articles whose text is looked through with one search.
_ARTICLES: Final = 1000
# Words or values read between two checks of the deadline.
_BATCH: Final = 2048
# Words of a prefix that are read, to choose the most frequent among them.
_MAX_PREFIX_WORDS: Final = 16 * MOST_EXPANSIONS


def words_with_prefix(field: str, prefix: str) -> TermPrefix:
    """Return the words of ``field`` that are read for a prefix."""
    return TermPrefix(field, prefix, _MAX_PREFIX_WORDS)


def words_of_form(field: str, text: str) -> TermPrefix | None:
    """Return the words of ``field`` that are read for a word with « * » and « ? », None when these are all."""
    beginning = WordForm.of(text).beginning
    return TermPrefix(field, beginning, _ALL) if beginning else None


class Dictionary:
    """The words and values of one generation, by field, for as long as its reader is in use by others.

    Safe to share between threads.
    """

    def __init__(self, reader: Reader, analyzer: FrenchAnalyzer) -> None:
        # Weak: it is kept by its reader (Dictionaries), which would keep itself, and its files, for ever.
        self._weak_reader = ref(reader)
        self._analyzer = analyzer
        self._lock = RLock()
        self._words: dict[str, Mapping[str, int]] = {}
        self._words_by_length: dict[str, Mapping[int, Sequence[str]]] = {}
        self._stems: dict[tuple[str, str], Mapping[str, Sequence[str]]] = {}
        self._values: dict[str, list[Value]] = {}
        self._unread_values: dict[str, Iterator[str]] = {}

    @property
    def _reader(self) -> Reader:
        reader = self._weak_reader()
        if reader is None:
            raise ReferenceError("the reader of this dictionary is closed")
        return reader

    def statistics(self) -> QueryStatistics:
        """Return the statistics of the same generation for one search, none of them read yet."""
        return QueryStatistics(self._reader)

    def words(self, field: str) -> Mapping[str, int]:
        """Return every word of a field with its document frequency."""
        with self._lock:
            if field not in self._words:
                self._words[field] = dict(self._reader.terms_with_prefix(field, "", _ALL))
            return self._words[field]

    def near(self, field: str, word: str, distance: int, deadline: Deadline) -> Mapping[str, int] | None:
        """Return the words of a field within ``distance`` of ``word``, with their document frequencies.

        Only words of about its length are compared. None when the deadline passes before all of them are.
        """
        words, by_length = self.words(field), self._by_length(field)
        near: list[str] = []
        for length in range(len(word) - distance, len(word) + distance + 1):
            others = by_length.get(length, ())
            for start in range(0, len(others), 8 * _BATCH):
                if deadline.passed():
                    return None
                near += near_words(word, distance, others[start : start + 8 * _BATCH])
        return {other: words[other] for other in sorted(near)}

    def _by_length(self, field: str) -> Mapping[int, Sequence[str]]:
        with self._lock:
            if field not in self._words_by_length:
                lengths: dict[int, list[str]] = defaultdict(list)
                for word in self.words(field):
                    lengths[len(word)].append(word)
                self._words_by_length[field] = lengths
            return self._words_by_length[field]

    def matching(self, field: str, text: str, read: ReadWords, deadline: Deadline) -> Mapping[str, int] | None:
        """Return the words of a field that have the form ``text``, with « * » and « ? », and their frequencies.

        Only those that begin like it are looked at, which ``read`` gives, or all where it begins with a star. None when
        the deadline passes before all of them are.
        """
        form = WordForm.of(text)
        prefix = words_of_form(field, text)
        found: dict[str, int] = {}
        entries = iter(read(prefix) if prefix else self.words(field).items())
        while batch := list(islice(entries, 8 * _BATCH)):
            if deadline.passed():
                return None
            found.update((word, documents) for word, documents in batch if form.matches(word))
        return found

    def with_stem(self, field: str, stem: str) -> tuple[str, ...]:
        """Return the words of a field that have this stem.

        Only words that begin like the stem or like an irregular word of it are looked at: reading a whole dictionary
        takes 10 microseconds a word. That other stems keep the first two letters is held by a test.
        """
        prefixes = dict.fromkeys(word[:_SHARED_LETTERS] for word in (stem, *irregular_words(stem)))
        return tuple(word for prefix in prefixes for word in self._by_stem(field, prefix).get(stem, ()))

    def _by_stem(self, field: str, prefix: str) -> Mapping[str, Sequence[str]]:
        with self._lock:
            if (field, prefix) not in self._stems:
                shared: dict[str, list[str]] = defaultdict(list)
                for word, _ in self._reader.terms_with_prefix(field, prefix, _ALL):
                    shared[self._analyzer.term(word).stem].append(word)
                self._stems[field, prefix] = shared
            return self._stems[field, prefix]

    def values(self, field: str, deadline: Deadline) -> Sequence[Value] | None:
        """Return every value of a field with its terms.

        They are analysed once. None when the deadline passes before all of them are: the next search continues there.
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

    def articles(self, clause: Clause, deadline: Deadline) -> Iterator[Article]:
        """Yield the articles that match ``clause``, some at a time, until the deadline."""
        request = EngineRequest(clause, limit=_ARTICLES, deadline=deadline)
        while candidates := self._reader.search(request).candidates:
            for start in range(0, len(candidates), _ARTICLES // 10):
                if deadline.passed():
                    return
                some = candidates[start : start + _ARTICLES // 10]
                yield from self._reader.articles(candidate.document for candidate in some)
            request = replace(request, after=candidates[-1].sort_key)

    def values_with_prefix(self, field: str, prefix: str, limit: int) -> list[str]:
        """Return the first values of a field that begin with ``prefix``."""
        return [value for value, _ in self._reader.terms_with_prefix(field, prefix, limit)]


class Dictionaries:
    """The dictionary of each reader in use."""

    def __init__(self, analyzer: FrenchAnalyzer) -> None:
        self._analyzer = analyzer
        self._lock = RLock()
        self._by_reader: WeakKeyDictionary[Reader, Dictionary] = WeakKeyDictionary()

    def of(self, reader: Reader) -> Dictionary:
        with self._lock:
            if reader not in self._by_reader:
                self._by_reader[reader] = Dictionary(reader, self._analyzer)
            return self._by_reader[reader]


@dataclass(frozen=True, slots=True)
class Expansion:
    """Words or values of each field that a lookup found; unless ``complete``, there was no time to find all.

    ``cut`` says that only the most frequent words are given.
    """

    words: Mapping[str, Sequence[str]]
    complete: bool = True
    cut: bool = False


class Lookup:
    """A dictionary as one search uses it: until ``deadline``, and no more words than a clause takes.

    Without a dictionary nothing is found. ``statistics`` are those of the search.
    """

    def __init__(
        self,
        dictionary: Dictionary | None = None,
        deadline: Deadline = Deadline(),
        statistics: QueryStatistics | None = None,
    ) -> None:
        self._dictionary = dictionary
        self._deadline = deadline
        self._statistics = statistics or (dictionary.statistics() if dictionary else None)
        # A search resolves a prefix or a fuzzy word twice: to find by it, and to know who lacks it.
        self._expansions: dict[tuple[object, ...], Expansion] = {}

    def with_prefix(self, fields: Sequence[str], prefix: str) -> Expansion:
        """Return the words of each field that begin with ``prefix``."""
        key = (*fields, prefix)
        if key not in self._expansions:
            self._expansions[key] = self._expand(
                fields, lambda field, _: dict(self._read(words_with_prefix(field, prefix)))
            )
        return self._expansions[key]

    def matching(self, fields: Sequence[str], text: str) -> Expansion:
        """Return the words of each field that have the form ``text``, with « * » and « ? »."""
        key = (*fields, "form", text)
        if key not in self._expansions:
            self._expansions[key] = self._expand(
                fields, lambda field, dictionary: dictionary.matching(field, text, self._read, self._deadline)
            )
        return self._expansions[key]

    def near(self, fields: Sequence[str], word: str, distance: int) -> Expansion:
        """Return the words of each field within ``distance`` of ``word``."""
        key = (*fields, word, distance)
        if key not in self._expansions:
            self._expansions[key] = self._expand(
                fields, lambda field, dictionary: dictionary.near(field, word, distance, self._deadline)
            )
        return self._expansions[key]

    def with_stem(self, fields: Iterable[str], stem: str) -> Expansion:
        """Return the words of each field that have this stem."""
        words: dict[str, Sequence[str]] = {}
        for field in fields if self._dictionary else ():
            if self._deadline.passed():
                return Expansion(words, complete=False)
            words[field] = self._dictionary.with_stem(field, stem) if self._dictionary else ()
        return Expansion(words)

    def values(self, field: str, test: Callable[[Sequence[Term]], bool]) -> Expansion:
        """Return the values of a field whose terms pass ``test``."""
        if not self._dictionary:
            return Expansion({field: ()})
        values = None if self._deadline.passed() else self._dictionary.values(field, self._deadline)
        if values is None:
            return Expansion({field: ()}, complete=False)
        matches: list[str] = []
        for start in range(0, len(values), _BATCH):
            if start and self._deadline.passed():
                return Expansion({field: matches}, complete=False)
            matches += [value for value, terms in values[start : start + _BATCH] if test(terms)]
        return Expansion({field: matches})

    def ids(self, clause: Clause, test: Callable[[Article], bool]) -> Expansion:
        """Return the ids of the articles that match ``clause`` and pass ``test``."""
        articles = self._dictionary.articles(clause, self._deadline) if self._dictionary else ()
        ids = tuple(article.id for article in articles if test(article))
        return Expansion({ID: ids}, complete=not self._deadline.passed())

    def values_with_prefix(self, field: str, prefix: str, limit: int) -> list[str]:
        """Return the first values of a field that begin with ``prefix``."""
        return self._dictionary.values_with_prefix(field, prefix, limit) if self._dictionary else []

    def _read(self, prefix: TermPrefix) -> Sequence[tuple[str, int]]:
        return self._statistics.with_prefix(prefix) if self._statistics else ()

    def _expand(self, fields: Iterable[str], find: Callable[[str, Dictionary], Mapping[str, int] | None]) -> Expansion:
        """Return the most frequent of the words found; out of time none, since frequencies are then not known."""
        by_field: dict[str, Mapping[str, int]] = {}
        totals: Counter[str] = Counter()
        for field in fields if self._dictionary else ():
            words = find(field, self._dictionary) if self._dictionary and not self._deadline.passed() else None
            if words is None:
                return Expansion({}, complete=False)
            by_field[field] = words
            totals.update(words)
        frequent = set(sorted(totals, key=lambda word: (-totals[word], word))[:MOST_EXPANSIONS])
        expanded = {field: tuple(word for word in words if word in frequent) for field, words in by_field.items()}
        return Expansion(expanded, cut=len(frequent) < len(totals))
