"""Sources: where articles come from, as *units* that are read again as a whole when they changed.

``walk`` lists the files of a folder in a stable order, ``corpus`` gives them as units, ``connectors`` read standard
input and databases. ``file_reader`` reads a file, either in this process or, for every foreign format, in one that can
be killed (``isolation``, ``reader_processes``, ``reader_process``). ``folders`` reads the values that articles inherit
from their folders, ``sibling_files`` finds the pages beside a METS file.
"""

from __future__ import annotations

from searchapp.ingest.sources.connectors import PostgresRows, Source, SqliteRows, StreamSource
from searchapp.ingest.sources.corpus import CorpusReader, read_corpus
from searchapp.ingest.sources.patterns import PathPattern, split_pattern

__all__ = [
    "CorpusReader",
    "PathPattern",
    "PostgresRows",
    "Source",
    "SqliteRows",
    "StreamSource",
    "read_corpus",
    "split_pattern",
]
