"""Writing a Whoosh index by inverting in memory.

Whoosh's own writer passes one tuple a posting through a sorting pool on disk. Here the tokens of many documents are
kept as numbers in flat arrays, sorted once by numpy, and each posting list goes to Whoosh's codec as whole blocks.
A segment is closed when it holds enough tokens, which bounds memory whatever the corpus.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from pickle import dumps
from struct import Struct
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3Codec, W3PostingsWriter
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC

from searchapp.analysis import Term
from searchapp.engines.port import Document
from searchapp.engines.whoosh_engine.schema import DAY, EVIDENCE, LENGTH, TIMESTAMP, whoosh_schema
from searchapp.model import Article
from searchapp.schema import EXACT, ID, PARTS, STEMS, TAG, VALUE_FIELDS, WORDS

__all__ = ["WhooshWriter"]

# About 12 MB of text; a segment in the making then takes some 250 MB.
_TOKENS_PER_SEGMENT: Final = 2_000_000
# Whoosh's default of 128 costs a pickle and a zlib call every 128 postings on both sides.
_BLOCK: Final = 2048
_INDEX_NAME: Final = "MAIN"
_COUNT: Final = Struct("!I").pack

Numbers = NDArray[np.int64]


class WhooshWriter:
    """A :class:`~searchapp.engines.port.Writer` over an empty folder."""

    def __init__(self, folder: Path) -> None:
        self._storage: Any = FileStorage(str(folder))
        self._schema = whoosh_schema()
        self._segments: list[Any] = []
        self._places: dict[str, tuple[int, int]] = {}
        self._open = self._new_segment()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._open.discard()
        else:
            self._close_segment()
            TOC(self._schema, self._segments, 1).write(self._storage, _INDEX_NAME)
            self._storage.temp_storage(f"{_INDEX_NAME}.tmp").destroy()

    def add(self, document: Document) -> None:
        place = (len(self._segments), self._open.count)
        replaced = self._places.get(document.article.id)
        self._places[document.article.id] = place
        self._open.add(document)
        if replaced:
            segment, number = replaced
            segments = [*self._segments, self._open.segment]
            segments[segment].delete_document(number)
        if self._open.tokens >= _TOKENS_PER_SEGMENT:
            self._close_segment()
            self._open = self._new_segment()

    def _new_segment(self) -> _Segment:
        return _Segment(self._storage, self._schema)

    def _close_segment(self) -> None:
        if self._open.count:
            self._segments.append(self._open.close())
        else:
            self._open.discard()


class _Segment:
    """One segment in the making."""

    def __init__(self, storage: Any, schema: Any) -> None:
        codec = _Codec(blocklimit=_BLOCK)
        self.segment: Any = codec.new_segment(storage, _INDEX_NAME)
        self.count = 0
        self.tokens = 0
        self._storage = storage
        self._schema = schema
        self._documents: Any = codec.per_document_writer(storage, self.segment)
        self._fields: Any = codec.field_writer(storage, self.segment)
        self._numbers = _TermNumbers()
        self._parts = {part: _Tokens() for part in PARTS}
        self._values: dict[str, dict[str, list[int]]] = {name: {} for name in VALUE_FIELDS}

    def add(self, document: Document) -> None:
        length = 0
        for part, terms in zip(PARTS, (document.title, document.lead, document.text), strict=True):
            self._parts[part].add(self._numbers.of(terms))
            length += len(terms)
        self._add_values(document.article)
        self._store(document, length)
        self.tokens += length
        self.count += 1

    def close(self) -> Any:
        """Write the posting lists and return Whoosh's segment object."""
        self._documents.close()
        writers: dict[str, Callable[[], None]] = {STEMS: partial(self._write_frequencies, PARTS, "stem")}
        for part in PARTS:
            writers[WORDS[part]] = partial(self._write_positions, self._parts[part])
            writers[EXACT[part]] = partial(self._write_frequencies, (part,), "exact")
        for name, values in self._values.items():
            writers[name] = partial(self._write_values, values)
        for name in sorted(writers):
            self._fields.start_field(name, self._schema[name])
            writers[name]()
            self._fields.finish_field()
        self._fields.close()
        self.segment.set_doc_count(self.count)
        self.segment.create_compound_file(self._storage)
        return self.segment

    def discard(self) -> None:
        """Close and remove the files of a segment without documents."""
        self._documents.close()
        self._fields.close()
        for name in self.segment.list_files(self._storage):
            self._storage.delete_file(name)

    def _add_values(self, article: Article) -> None:
        values = {
            ID: (article.id,),
            "source": (article.source,),
            "section": (article.section,),
            "author": article.authors,
            TAG: article.tags,
        }
        for name, entries in values.items():
            for entry in filter(None, dict.fromkeys(entries)):
                self._values[name].setdefault(entry, []).append(self.count)

    def _store(self, document: Document, length: int) -> None:
        article, writer, schema = document.article, self._documents, self._schema
        stored = {
            "id": article.id,
            "title": article.title,
            "lead": article.lead,
            "text": article.text,
            "date": article.date.isoformat() if article.date else "",
            "source": article.source,
            "section": article.section,
            "author": article.authors,
            "url": article.url,
            "language": article.language,
            "tags": article.tags,
            "status": str(article.status),
        }
        writer.start_doc(self.count)
        for name, value in stored.items():
            writer.add_field(name, schema[name], value or None, 0)
        writer.add_field(STEMS, schema[STEMS], None, length)
        writer.add_column_value(LENGTH, schema[LENGTH].column_type, length)
        writer.add_column_value(EVIDENCE, schema[EVIDENCE].column_type, document.evidence.encode())
        if article.date:
            writer.add_column_value(TIMESTAMP, schema[TIMESTAMP].column_type, int(article.date.timestamp()))
            writer.add_column_value(DAY, schema[DAY].column_type, document.day)
        writer.finish_doc()

    def _write_frequencies(self, parts: Sequence[str], form: str) -> None:
        terms, numbers = self._numbers.sorted_forms(form)
        tokens = [self._parts[part] for part in parts]
        pairs = np.concatenate([numbers[part.terms] * self.count + part.documents for part in tokens])
        lengths: Numbers = np.sum([part.lengths for part in tokens], axis=0)
        keys, counts = np.unique(pairs, return_counts=True)
        for term, start, stop in _runs(keys // self.count):
            documents = keys[start:stop] % self.count
            frequencies = counts[start:stop].tolist()
            values = [_COUNT(frequency) for frequency in frequencies]
            self._write_list(terms[term], documents, frequencies, values, lengths)

    def _write_positions(self, tokens: _Tokens) -> None:
        terms, numbers = self._numbers.sorted_forms("word")
        keys = numbers[tokens.terms] * self.count + tokens.documents
        order = np.argsort(keys, kind="stable")
        positions = tokens.positions[order].tolist()
        pairs, starts = np.unique(keys[order], return_index=True)
        stops = [*starts[1:].tolist(), len(keys)]
        for term, first, last in _runs(pairs // self.count):
            values = [
                _encode_positions(positions[start:stop])
                for start, stop in zip(starts[first:last].tolist(), stops[first:last], strict=True)
            ]
            frequencies = np.subtract(stops[first:last], starts[first:last]).tolist()
            self._write_list(terms[term], pairs[first:last] % self.count, frequencies, values, tokens.lengths)

    def _write_values(self, values: dict[str, list[int]]) -> None:
        for value, documents in sorted((value.encode(), numbers) for value, numbers in values.items()):
            self._write_list(value, np.array(documents), [1] * len(documents), [], None)

    def _write_list(
        self,
        term: bytes,
        documents: Numbers,
        weights: list[int],
        values: list[bytes],
        lengths: Numbers | None,
    ) -> None:
        self._fields.start_term(term)
        lists = lengths[documents].tolist() if lengths is not None else None
        self._fields._postwriter.add_postings(documents, weights, values, lists)
        self._fields.finish_term()


class _Codec(W3Codec):  # type: ignore[misc]
    """Whoosh's codec with a postings writer that takes whole lists. What it writes is the stock format."""

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> Any:
        return _PostingsWriter(
            dbfile,
            blocklimit=self._blocklimit,
            byteids=byteids,
            compression=self._compression,
            inlinelimit=self._inlinelimit,
        )

    def __reduce__(self) -> Any:
        # The table of contents pickles the codec; plain Whoosh has to be able to read it.
        return W3Codec, (self._blocklimit, self._compression, self._inlinelimit)


class _PostingsWriter(W3PostingsWriter):  # type: ignore[misc]
    def add_postings(
        self, documents: Numbers, weights: list[int], values: list[bytes], lengths: list[int] | None
    ) -> None:
        """Fill and write the blocks of one posting list; the last one is left for ``finish_postings``."""
        for start in range(0, len(documents), self._blocklimit):
            if start:
                self._write_block()
            block = slice(start, start + self._blocklimit)
            self._ids = array("I", documents[block].tolist())
            self._weights = array("f", weights[block])
            self._values = values[block]
            self._maxweight = max(weights[block])
            if lengths:
                self._minlength, self._maxlength = min(lengths[block]), max(lengths[block])


class _TermNumbers:
    """Numbers the terms of a segment in the order of their coming."""

    def __init__(self) -> None:
        self._numbers: dict[Term, int] = {}

    def of(self, terms: Sequence[Term]) -> list[int]:
        numbers = self._numbers
        return [numbers.setdefault(term, len(numbers)) for term in terms]

    def sorted_forms(self, form: str) -> tuple[list[bytes], Numbers]:
        """Return the distinct forms (stem, word or exact) in byte order, and of each term number its form's place."""
        forms = [getattr(term, form).encode() for term in self._numbers]
        distinct = sorted(set(forms))
        places = {text: place for place, text in enumerate(distinct)}
        return distinct, np.array([places[text] for text in forms], dtype=np.int64)


class _Tokens:
    """The tokens of one part over many documents, as flat arrays."""

    def __init__(self) -> None:
        self._terms = array("I")
        self._lengths = array("I")

    def add(self, terms: Sequence[int]) -> None:
        """Add one document's tokens."""
        self._terms.extend(terms)
        self._lengths.append(len(terms))

    @property
    def terms(self) -> Numbers:
        return np.frombuffer(self._terms, dtype=np.uint32).astype(np.int64)

    @property
    def positions(self) -> Numbers:
        starts = np.cumsum(self.lengths) - self.lengths
        return np.arange(len(self._terms)) - np.repeat(starts, self.lengths)

    @property
    def lengths(self) -> Numbers:
        return np.frombuffer(self._lengths, dtype=np.uint32).astype(np.int64)

    @property
    def documents(self) -> Numbers:
        return np.repeat(np.arange(len(self._lengths)), self.lengths)


def _runs(values: Numbers) -> Iterator[tuple[int, int, int]]:
    """Yield (value, start, stop) of each run of equal values in sorted ``values``."""
    if not len(values):
        return
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    stops = [*starts[1:].tolist(), len(values)]
    yield from zip(values[starts].tolist(), starts.tolist(), stops, strict=True)


def _encode_positions(positions: list[int]) -> bytes:
    """Return the value that Whoosh's Positions format stores: the count, then pickled gaps."""
    gaps = [position - before for position, before in zip(positions, [0, *positions], strict=False)]
    return _COUNT(len(gaps)) + dumps(gaps, 2)
