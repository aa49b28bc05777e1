"""Ingest: what lies in the corpus becomes clean :class:`~searchapp.model.Article` values.

A *reader* knows one format and turns the bytes of a file into articles; one that cannot be read becomes a
*reject* (file, line, reason) and the rest goes on. The *registry* chooses the reader, by content first and by
name second. :func:`read_corpus` walks a folder (or one file) in a stable order and streams what readers give.

On its way a file passes through one module a step::

    walk      which files, in which order; links, hidden files
    streams   gzip and UTF-16 undone while reading
    registry  the reader that knows the format
    formats   bytes -> record (one module a format; encoding tells the letters)
    record    record -> Article (normalize, dates and ids clean its fields; folders gives the inherited ones)
"""

from __future__ import annotations

from searchapp.ingest.corpus import CorpusReader, read_corpus

__all__ = ["CorpusReader", "read_corpus"]
