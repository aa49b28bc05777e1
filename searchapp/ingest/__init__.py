"""Ingest: what lies in the corpus becomes clean :class:`~searchapp.model.Article` values.

A *reader* knows one format and turns the bytes of a file into articles; one that cannot be read becomes a
*reject* (file, line, reason) and the rest goes on. The *registry* chooses the reader, by content first and by
name second. :func:`read_corpus` walks a folder (or one file) in a stable order and streams what readers give.

On its way a file passes through one module a step::

    walk      which files, in which order; links, hidden files (patterns: fewer of them; names: bytes -> text -> ids)
    isolation foreign files, in a process that can be ended (reader_process, reader_processes); small files of own
              formats here (files: the same in both)
    streams   compression and UTF-16 undone while reading, within the budget of limits
    opening   zips and tars give the files inside (beside them: neighbours, inside), registry the reader that knows the
              format (kinds tells it)
    formats   bytes -> record (one module a format; encoding tells the letters, fields the names)
    record    record -> Article (normalize, mojibake, dates, authors, ids, language and boilerplate clean its fields;
              folders and domains give the inherited ones)

Beside the folder, *connectors* read standard input and databases, *received* what the program itself was given. Each
source gives *units*, which are read again as a whole when they changed.
"""

from __future__ import annotations

from searchapp.ingest.connectors import PostgresRows, Source, SqliteRows, StreamSource
from searchapp.ingest.corpus import CorpusReader, read_corpus
from searchapp.ingest.duplicates import digest_of_facts
from searchapp.ingest.patterns import PathPattern, split_pattern
from searchapp.ingest.reader import FileContext
from searchapp.ingest.received import JournalReader
from searchapp.ingest.units import Unit, Unlisted

__all__ = [
    "CorpusReader",
    "FileContext",
    "JournalReader",
    "PathPattern",
    "PostgresRows",
    "Source",
    "SqliteRows",
    "StreamSource",
    "Unit",
    "Unlisted",
    "digest_of_facts",
    "read_corpus",
    "split_pattern",
]
