"""Ingest: from the files of the corpus to clean :class:`~searchapp.model.Article` values.

A *reader* knows one format and turns the bytes of a file into articles; one that cannot be read becomes a
*reject* (file, line, reason) and the rest goes on. The *registry* chooses the reader, by content first and by
name second. :func:`read_corpus` walks a folder (or one file) in a stable order and streams the articles of the readers.

On its way a file passes through these rooms::

    sources   which files, in which order, and which of them are read in a process that can be killed
    dispatch  which format is it (signatures, sniffers), which reader knows it
    archives  decompression while reading, the members of zips and tars, within the budget of limits
    formats   bytes -> record, one module a format
    cleaning  record -> Article

The *journal*, the articles written through the program, is a source beside them. Each source has *units*, which are
read again as a whole when they changed.
"""

from __future__ import annotations

from searchapp.ingest.cleaning.duplicates import content_digest
from searchapp.ingest.journal import JournalSource
from searchapp.ingest.reader_protocol import FileContext
from searchapp.ingest.repairs import RemarkCount, Remarks
from searchapp.ingest.sources import (
    CorpusReader,
    PathPattern,
    PostgresRows,
    Source,
    SqliteRows,
    StreamSource,
    read_corpus,
    split_pattern,
)
from searchapp.ingest.units import Unit, Unlisted

__all__ = [
    "CorpusReader",
    "FileContext",
    "JournalSource",
    "PathPattern",
    "PostgresRows",
    "RemarkCount",
    "Remarks",
    "Source",
    "SqliteRows",
    "StreamSource",
    "Unit",
    "Unlisted",
    "content_digest",
    "read_corpus",
    "split_pattern",
]
