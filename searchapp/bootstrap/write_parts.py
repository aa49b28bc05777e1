"""Writing through the endpoint: who may, what is recorded, and the indexing that follows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from searchapp.bootstrap.engine_choice import generations_of
from searchapp.bootstrap.generation_work import reindex
from searchapp.config import Config
from searchapp.errors import WritingOff
from searchapp.i18n import Message
from searchapp.indexing.reindex_options import Options as ReindexOptions

if TYPE_CHECKING:
    from searchapp.access.audit_log import AuditLog
    from searchapp.access.identities import Identities
    from searchapp.access.token_file import TokenFile
    from searchapp.indexing.background import BackgroundIndexer
    from searchapp.indexing.embargoes import ReleaseTimer
    from searchapp.indexing.write_service import Writing
    from searchapp.search.service import SearchService

__all__ = ["open_audit_log", "open_identities", "open_release_timer", "open_tokens", "open_writing"]

_JOURNAL_INDEX: Final = "journal.sqlite"
_LOCK_WAIT: Final = 60.0
"""Seconds that indexing after a write waits for another reindex to end, before it tries again later."""


def open_writing(config: Config, service: SearchService) -> Writing:
    """Return the service that writes articles and has them indexed; ``service`` searches ``config.index``.

    Raises WritingOff when the corpus is no folder.
    """
    from searchapp.indexing.write_service import Writing
    from searchapp.ingest.journal.journal import Journal

    if str(config.corpus) == "-" or config.corpus.is_file():
        raise WritingOff(
            Message("Articles can only be written into a folder, and the corpus is none. Set “corpus” to a folder.")
        )
    journal = Journal(config.corpus, config.index / _JOURNAL_INDEX, config.timezone)
    return Writing(journal, service, _background_indexer(config))


def open_tokens(config: Config) -> TokenFile:
    """Return the token file, which need not exist."""
    from searchapp.access.token_file import TokenFile

    return TokenFile(config.tokens)


def open_identities(config: Config) -> Identities:
    """Return the identities of the tokens in the token file and in the settings."""
    from searchapp.access.identities import Identities

    return Identities(config.write_token, open_tokens(config))


def open_audit_log(config: Config) -> AuditLog:
    """Return the audit log; without the setting it records nothing."""
    from searchapp.access.audit_log import AuditLog

    return AuditLog(config.audit_log)


def open_release_timer(config: Config) -> ReleaseTimer | None:
    """Return the timer that has an article indexed when its embargo ends; None when the corpus is standard input."""
    from searchapp.indexing.embargoes import Releases, ReleaseTimer

    if str(config.corpus) == "-":
        return None
    return ReleaseTimer(Releases(generations_of(config)), _background_indexer(config).wake)


def _background_indexer(config: Config) -> BackgroundIndexer:
    from searchapp.indexing.background import BackgroundIndexer

    # One process is enough for a few articles, and leaves the others to the searches of the server.
    settings = replace(config, jobs=1)
    options = ReindexOptions(wait=_LOCK_WAIT)
    return BackgroundIndexer(
        lambda: reindex(settings, options=options, received_only=True).generation, config.index_delay
    )
