"""The search service and its log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from searchapp.bootstrap.engine_choice import engines_of, generations_of, open_analyzer
from searchapp.bootstrap.meaning import neighbour_words, semantic_ranker
from searchapp.config import Config
from searchapp.model import JOURNAL_FOLDER, Match

if TYPE_CHECKING:
    from searchapp.search.query_log import QueryLog, QueryReport
    from searchapp.search.service import SearchService

__all__ = ["logged_queries", "open_query_log", "open_service"]


def open_service(config: Config, clock: Callable[[], date] | None = None) -> SearchService:
    """Return the search service over ``config.index``, which need not exist yet; ``clock`` returns today's date.

    Raises ConfigurationError for synonyms that cannot be read, and for weights of features that there are not;
    EngineUnavailable without a library that ``semantic`` needs.
    """
    from searchapp.indexing.journal_tail import JournalTail
    from searchapp.query.date_words import CalendarWords, today_in
    from searchapp.search.rerank_score import read_weights
    from searchapp.search.service import SearchService
    from searchapp.search.synonyms import read_synonyms

    analyzer = open_analyzer(config)
    return SearchService(
        generations_of(config),
        engines_of(config),
        analyzer,
        synonyms=read_synonyms(config.synonyms, analyzer),
        date_words=CalendarWords(clock or today_in(config.timezone)),
        query_seconds=config.query_seconds,
        default_match=Match(config.match),
        half_life=config.recency_half_life,
        tail=JournalTail(config.corpus / JOURNAL_FOLDER),
        shows_first=config.copy_shown == "first",
        weights=read_weights(config.weights),
        semantic=semantic_ranker(config),
        neighbours=neighbour_words(config, analyzer),
    )


def open_query_log(config: Config) -> QueryLog | None:
    """Return the log of searches beside the index; None when the setting is off."""
    from searchapp.query.date_words import today_in
    from searchapp.search.query_log import FILE_NAME, QueryLog

    if not config.query_log:
        return None
    return QueryLog(config.index / FILE_NAME, config.query_log, today_in(config.timezone))


def logged_queries(config: Config, days: int, most: int) -> QueryReport:
    """Return the statistics of the last ``days`` of the log of searches, of each list at most ``most`` queries."""
    from searchapp.query.date_words import today_in
    from searchapp.search.query_log import FILE_NAME, report

    return report(config.index / FILE_NAME, today_in(config.timezone)() - timedelta(days=days - 1), most)
