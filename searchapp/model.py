"""The frozen values that cross borders between rooms."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Final, Self

from searchapp.i18n import Message

__all__ = [
    "JOURNAL_FILES",
    "JOURNAL_FOLDER",
    "Article",
    "ArticleStatus",
    "ArticleView",
    "DateQuality",
    "Deadline",
    "FacetBucket",
    "Filters",
    "Fragment",
    "HistogramBucket",
    "Hit",
    "Reject",
    "Remark",
    "SearchRequest",
    "SearchResult",
    "Sort",
    "Span",
    "journal_order",
]

JOURNAL_FOLDER: Final = "_journal"
"""Folder at the root of a corpus with the articles that were written and withdrawn through the program."""
JOURNAL_FILES: Final = "[0-9][0-9][0-9][0-9]-[0-9][0-9].jsonl"
"""The names of the journal's files, one a month, whose order is the order of time."""

Span = tuple[int, int]
"""Start and end, end excluded, in Unicode code points of the stored field."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Moment of :func:`time.monotonic` by which a request is to be answered; by default there is none.

    It is made where a request enters and handed to each stage. A stage that finds it passed leaves its work out and
    reports that.
    """

    moment: float = math.inf

    @classmethod
    def after(cls, seconds: float) -> Self:
        """Return the deadline ``seconds`` from now."""
        return cls(time.monotonic() + seconds)

    def passed(self) -> bool:
        """Return whether the time is over."""
        return time.monotonic() > self.moment


@dataclass(frozen=True, slots=True)
class Remark:
    """Message about how a query was understood, and the span of the query text that it is about."""

    message: Message
    start: int
    end: int


class ArticleStatus(StrEnum):
    """Status of an article as its newspaper gives it."""

    PUBLISHED = "published"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


class DateQuality(StrEnum):
    """Precision of an article's date in its file; the program adds the rest.

    An article whose date is missing, invalid or in the future has none.
    """

    EXACT = "exact"  # the moment with its time zone
    LOCAL = "local"  # an hour without a zone: the configured zone is taken
    DAY = "day"  # a day without an hour: midnight is taken
    MONTH = "month"  # a month, or a week, without a day: its first day is taken
    YEAR = "year"  # a year alone: its first day is taken
    GUESSED = "guessed"  # a year of two digits, or of day and month either may come first
    MISSING = "missing"
    INVALID = "invalid"  # what is stated is not understood
    FUTURE = "future"  # what is stated lies beyond tomorrow


@dataclass(frozen=True, slots=True)
class Article:
    """A unit of the corpus, as one clean value whatever format it came in.

    ``date`` carries a time zone; so does ``modified``, the moment of this version where one is given. ``text`` holds
    paragraphs separated by a blank line. ``stub`` marks a text that a paywall cut. ``repairs`` names the repairs of
    reading, in the words of ``searchapp.ingest``. A withdrawn article may have no words.

    Each attribute has a row in :data:`~searchapp.schema.ARTICLE_FIELDS`.
    """

    id: str
    title: str
    text: str
    lead: str = ""
    date: datetime | None = None
    source: str = ""
    section: str = ""
    authors: tuple[str, ...] = ()
    url: str = ""
    language: str = "fr"
    tags: tuple[str, ...] = ()
    status: ArticleStatus = ArticleStatus.PUBLISHED
    date_quality: DateQuality = DateQuality.MISSING
    modified: datetime | None = None
    stub: bool = False
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """An article that could not be read: file, line (from 1; ``None`` means all of the file), reason.

    ``unavailable``: the system could not read it (no permission, a disk that fails, a library that is not installed).
    It is tried again at each reindex, and its indexed version stays.
    """

    file: str
    line: int | None
    reason: Message
    unavailable: bool = False


class Sort(StrEnum):
    """The orders that results come in."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions that narrow a search without scoring.

    ``values`` maps facet fields to their chosen values: those of one field are alternatives, fields narrow each other.
    A field without values is left out. ``date_from`` and ``date_to`` are whole days in the configured time zone, both
    included.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    date_from: date | None = None
    date_to: date | None = None

    def __post_init__(self) -> None:
        chosen = {name: tuple(values) for name, values in self.values.items() if values}
        object.__setattr__(self, "values", MappingProxyType(chosen))

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search.

    ``cursor`` is a token from an earlier answer to the same search; it goes on after its last result and wins over
    ``page``.
    An empty query asks for every article, newest first.
    """

    query: str = ""
    filters: Filters = Filters()
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    per_page: int = 10
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a stored field with its marks: ``text`` starts at ``start``; ``spans`` count from the field's."""

    text: str
    start: int
    spans: tuple[Span, ...] = ()
    cut_before: bool = False
    cut_after: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: its article, rank, score and fragments.

    ``lead`` is ``None`` for an article without one. ``fragments`` are the best pieces of the text, in its order; when
    the text holds no match, its opening.
    """

    article: Article
    rank: int
    score: float
    title: Fragment
    lead: Fragment | None
    fragments: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class ArticleView:
    """A whole article with the marks of a query: every field as one fragment (uncut)."""

    article: Article
    title: Fragment
    lead: Fragment
    text: Fragment
    generation: str


@dataclass(frozen=True, slots=True)
class FacetBucket:
    """A value of a facet field and the number of matching articles that carry it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class HistogramBucket:
    """A month (``2024-11``) and the number of matching articles in it."""

    date: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to a :class:`SearchRequest`. ``total_relation`` is "eq" (exact) or "gte" (at least).

    After a cursor, ``page`` is the number of the page that the first hit would stand on.

    ``understood`` is the normal form of the query; ``elaborate`` says that it asks for more than words.
    """

    query: str
    understood: str
    total: int
    total_relation: str
    took_ms: float
    generation: str
    page: int
    per_page: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetBucket, ...]] = field(default_factory=dict)
    histogram: tuple[HistogramBucket, ...] = ()
    remarks: tuple[Remark, ...] = ()
    elaborate: bool = False
    suggestion: str | None = None
    next_cursor: str | None = None


def journal_order(name: str) -> bytes:
    """Return the sort key of a file of the journal: foreign files come before those that the program wrote."""
    return (b"" if fnmatchcase(name, JOURNAL_FILES) else b"\0") + os.fsencode(name)
