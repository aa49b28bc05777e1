"""The journal: the records written through the program, in ``_journal/`` of the corpus, a file a month that only grows.

``written_articles`` validates a *record*; ``journal`` appends it durably (``append_file``) under the lock of
``journal_folder`` and returns its *outcome* and the *extent* of the journal that an index has to hold
(``journal_results``). ``journal_index`` finds the last *entry* of an id. ``journal_source`` is what a reindex reads.
"""

from __future__ import annotations

from searchapp.ingest.journal.journal import Journal
from searchapp.ingest.journal.journal_folder import Spool
from searchapp.ingest.journal.journal_index import JournalEntry
from searchapp.ingest.journal.journal_results import Extent, Outcome, Written
from searchapp.ingest.journal.journal_source import JournalSource
from searchapp.ingest.journal.written_articles import InvalidRecordError, parse_line, record_of, tombstone, validate

__all__ = [
    "Extent",
    "InvalidRecordError",
    "Journal",
    "JournalEntry",
    "JournalSource",
    "Outcome",
    "Spool",
    "Written",
    "parse_line",
    "record_of",
    "tombstone",
    "validate",
]
