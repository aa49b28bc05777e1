"""The term statistics of one query: read in one call as far as they are known to be needed, and each of them once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from searchapp.engines.port import Reader, TermPrefix

__all__ = ["QueryStatistics"]


class QueryStatistics:
    """Document frequencies and words of one generation. What was not read beforehand costs a call of the engine."""

    def __init__(self, reader: Reader) -> None:
        self.count = reader.count
        self._reader = reader
        self._frequencies: dict[tuple[str, str], int] = {}
        self._words: dict[TermPrefix, Sequence[tuple[str, int]]] = {}

    def read(self, terms: Iterable[tuple[str, str]], prefixes: Iterable[TermPrefix] = ()) -> None:
        """Read the frequencies of ``terms``, (field, term) pairs, and the words of ``prefixes`` that are not known."""
        new = [term for term in dict.fromkeys(terms) if term not in self._frequencies]
        new_prefixes = [prefix for prefix in dict.fromkeys(prefixes) if prefix not in self._words]
        if new or new_prefixes:
            statistics = self._reader.term_statistics(new, new_prefixes)
            self._frequencies.update(zip(new, statistics.frequencies, strict=True))
            self._words.update(zip(new_prefixes, statistics.with_prefix, strict=True))

    def document_frequency(self, field: str, term: str) -> int:
        """Return the number of documents that hold ``term`` in ``field``."""
        if (field, term) not in self._frequencies:
            self.read([(field, term)])
        return self._frequencies[field, term]

    def with_prefix(self, prefix: TermPrefix) -> Sequence[tuple[str, int]]:
        """Return the (term, document frequency) pairs of ``prefix``."""
        if prefix not in self._words:
            self.read((), [prefix])
        return self._words[prefix]
