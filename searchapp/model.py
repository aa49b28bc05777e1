"""Immutable values that several packages share."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Final, Self

from searchapp.i18n import Message

__all__ = [
    "DEFAULT_FACET_LIMIT",
    "JOURNAL_FILES",
    "JOURNAL_FOLDER",
    "NO_RELEASE",
    "Article",
    "ArticleStatus",
    "ArticleView",
    "DateOffer",
    "DateQuality",
    "Deadline",
    "ExplainedWord",
    "Explanation",
    "FacetBucket",
    "Filters",
    "FoundForm",
    "Fragment",
    "Grouping",
    "Groups",
    "HistogramBucket",
    "Hit",
    "Interval",
    "Match",
    "Neighbours",
    "Reject",
    "Remark",
    "Replacement",
    "Scope",
    "ScorePart",
    "SearchRequest",
    "SearchResult",
    "Sort",
    "Span",
    "Timeline",
    "journal_order",
]

DEFAULT_FACET_LIMIT: Final = 100
"""Values of a facet in an answer unless another number is asked for; there may be thousands."""

JOURNAL_FOLDER: Final = "_journal"
"""Folder at the root of a corpus that records the articles written and withdrawn through the program."""
JOURNAL_FILES: Final = "[0-9][0-9][0-9][0-9]-[0-9][0-9].jsonl"
"""Pattern of the names of the journal's files, one a month; sorted by name they are in order of time."""

NO_RELEASE: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""The embargo of an article whose agency does not say when it ends: a later version releases it."""

Span = tuple[int, int]
"""Start and end, end excluded, in Unicode code points of the stored field."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Moment of :func:`time.monotonic` by which a request must be answered; the default is never.

    The service makes it when a request comes in and passes it to each stage. A stage after the deadline skips its work
    and reports that.
    """

    moment: float = math.inf

    @classmethod
    def after(cls, seconds: float) -> Self:
        """Return the deadline ``seconds`` from now."""
        return cls(time.monotonic() + seconds)

    def passed(self) -> bool:
        """Return whether the moment has passed."""
        return time.monotonic() > self.moment


@dataclass(frozen=True, slots=True)
class Remark:
    """Message about the interpretation of a query, and the span of the query text that it concerns."""

    message: Message
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Replacement:
    """A word of a query that no article holds, and the words that were looked for instead."""

    word: str
    instead: str


@dataclass(frozen=True, slots=True)
class DateOffer:
    """Words of a query that read as a date, the ``query`` without them, and the days that they may ask for."""

    words: str
    query: str
    first: date
    last: date


class ArticleStatus(StrEnum):
    """Status of an article as its newspaper gives it."""

    PUBLISHED = "published"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


class DateQuality(StrEnum):
    """Precision of an article's date in its file; the program completes it.

    An article whose date is missing, invalid or in the future has none.
    """

    EXACT = "exact"  # a moment with its time zone
    LOCAL = "local"  # a time without a zone: in the configured time zone
    DAY = "day"  # a day without a time: at midnight
    MONTH = "month"  # a month, or a week, without a day: on its first day
    YEAR = "year"  # a year alone: on its first day
    GUESSED = "guessed"  # a year of two digits, or of day and month either may come first
    MISSING = "missing"
    INVALID = "invalid"  # what is stated is not understood
    FUTURE = "future"  # what is stated lies beyond tomorrow


@dataclass(frozen=True, slots=True)
class Article:
    """An article of the corpus, cleaned; the same for every format.

    ``date`` has a time zone, and so does ``modified``, the moment of this version, if the file gives one. ``text`` is
    paragraphs separated by blank lines. ``stub`` marks a text that ends at a paywall. ``repairs`` lists the repairs
    made while reading, by the names of ``searchapp.ingest``. A withdrawn article may have no text. One with an
    ``embargo`` is not indexed before that moment. ``people``, ``organisations`` and ``places`` are the names that
    indexing recognizes in the article, if the settings ask for it.

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
    embargo: datetime | None = None
    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """An article that could not be read: file, line (from 1; None for the whole file), reason.

    ``unavailable``: the system could not read it (no permission, a failing disk, a library that is not installed). Each
    reindex tries again, and the indexed version stays.
    """

    file: str
    line: int | None
    reason: Message
    unavailable: bool = False

    def message(self) -> Message:
        """Return the reject as one line."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return Message("rejected: {place}: {reason}", place=place, reason=self.reason)


class Sort(StrEnum):
    """Order of results."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


class Match(StrEnum):
    """The number of a query's words that an article must hold: most or all."""

    MOST = "most"
    """All are preferred, none is required. Lists by date and counts by value keep to articles with all, if any."""
    ALL = "all"
    """All are required."""


class Scope(StrEnum):
    """Something that a request needs: to search and read, to export all hits, to write articles, to administer."""

    SEARCH = "search"
    EXPORT = "export"
    WRITE = "write"
    ADMIN = "admin"
    """Includes the others."""


class Grouping(StrEnum):
    """The treatment of near duplicates: each is a result of its own, or all of them are one result."""

    NONE = "none"
    COPIES = "copies"


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """The groups of near duplicates: rising keys of articles (:func:`~searchapp.schema.article_key`), and their groups.

    A group is the key of its oldest article. Articles without near duplicates are left out.
    """

    keys: Sequence[int] = ()
    numbers: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions that narrow a search without scoring.

    ``values`` maps facet fields to their chosen values: those of one field are alternatives, fields narrow each other.
    ``excluded`` maps facet fields to values that no result has. A field without values is left out.

    ``date_from`` and ``date_to`` are whole days in the configured time zone, both
    included.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    date_from: date | None = None
    date_to: date | None = None
    excluded: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for attribute, values in (("values", self.values), ("excluded", self.excluded)):
            named = {name: tuple(chosen) for name, chosen in values.items() if chosen}
            object.__setattr__(self, attribute, MappingProxyType(named))

    @property
    def has_days(self) -> bool:
        """True when the days are narrowed."""
        return self.date_from is not None or self.date_to is not None

    def narrows(self, name: str) -> bool:
        """Return whether values of the facet ``name`` are chosen or excluded."""
        return name in self.values or name in self.excluded

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search. ``facet_limit`` is the most values of a facet that are given.

    ``cursor`` is a token from an earlier answer to the same search: the results after its last one are returned, and
    ``page`` is ignored. An empty query finds every article, newest first. ``match`` and
    ``recency`` (a half-life in days, 0 for none) are None for the defaults of the settings. With ``explain`` each hit
    comes with its explanation. Unless ``correct``, words and phrases that no article holds are looked for as they were
    typed. Near duplicates are grouped if ``group`` says so.
    """

    query: str = ""
    filters: Filters = Filters()
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    per_page: int = 10
    cursor: str | None = None
    facet_limit: int = DEFAULT_FACET_LIMIT
    match: Match | None = None
    recency: int | None = None
    explain: bool = False
    correct: bool = True
    group: Grouping | None = None


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a stored field: its text, the offset at which it starts, and the spans to highlight.

    ``spans`` are offsets in the field, not in the fragment.
    """

    text: str
    start: int
    spans: tuple[Span, ...] = ()
    cut_before: bool = False
    cut_after: bool = False


@dataclass(frozen=True, slots=True)
class FoundForm:
    """A form in which an article holds a word: how often ``part`` (title, lead or text) has it.

    ``kind`` is "word" for the word itself, "related" for one of its family, "synonym", or "spelling" for the same word
    otherwise written.
    """

    form: str
    kind: str
    part: str
    count: int


@dataclass(frozen=True, slots=True)
class ExplainedWord:
    """A word of the query in one article: its forms there, and what it adds to the score, None where that is unknown.

    ``typed`` is what stands in the query where ``word`` is its correction.
    """

    word: str
    forms: tuple[FoundForm, ...]
    contribution: float | None = None
    typed: str = ""


@dataclass(frozen=True, slots=True)
class ScorePart:
    """A part of a score: a feature of the ranking by its name, its value and weight, and what it adds."""

    name: str
    value: float
    weight: float
    contribution: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an article is a result: ``parts`` add up to its score, the words to those parts that count words."""

    words: tuple[ExplainedWord, ...]
    parts: tuple[ScorePart, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: its article, rank, score and fragments.

    ``lead`` is None for an article without one. ``fragments`` are the best parts of the text, in its order, or its
    opening when it has no match. ``missing`` are the words of the query that the article lacks.
    opening when it has no match. ``copies`` are the ids of its near duplicates, the oldest first; None unless they are
    grouped.
    """

    article: Article
    rank: int
    score: float
    title: Fragment
    lead: Fragment | None
    fragments: tuple[Fragment, ...]
    missing: tuple[str, ...] = ()
    explanation: Explanation | None = None
    copies: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ArticleView:
    """A whole article with the highlights of a query: every field as one uncut fragment."""

    article: Article
    title: Fragment
    lead: Fragment
    text: Fragment
    generation: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The results before and after one, None at either end, and the number of results (of groups, if grouped)."""

    previous: Article | None
    following: Article | None
    shown: int


@dataclass(frozen=True, slots=True)
class FacetBucket:
    """A value of a facet field and the number of matching articles with that value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class HistogramBucket:
    """A period (``2024-11-06``, ``2024-11`` or ``2024``) and the number of matching articles in it."""

    date: str
    count: int


class Interval(StrEnum):
    """Length of the periods in which articles are counted."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Timeline:
    """Articles by period: those periods that have some, in their order."""

    interval: Interval = Interval.MONTH
    buckets: tuple[HistogramBucket, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to a :class:`SearchRequest`. ``total_relation`` is "eq" (exact) or "gte" (at least).

    After a cursor, ``page`` is the number of the page with the first hit. ``facets_truncated`` are the facets that have
    more values. ``histogram`` has the months of the results; ``timeline`` has the days, months or years of those that
    there are without the filter of days, so that the whole span stays in view; ``calendar`` is the same in days or
    months up to ten years, for charts with a row for each year.

    ``understood`` is the normal form of the query; ``elaborate`` is True for a query with operators. ``suggestions``
    are queries that may be meant, the likeliest first, which is also ``suggestion``; the results are those of this one
    if there are ``replacements``. ``total_all`` is the number of articles with all words of the query, None when there
    was no time to count them. ``match`` says which articles the hits are of, ``facets_match`` which ones facets and
    histogram count: those with all words or with most. ``recency`` is the half-life in effect, in days, 0 for none.
    ``groups`` is the total with near duplicates counted once; None unless they are grouped, and when they are too many
    for the engine to count. ``date_offer`` is a part of the query that may have been meant as a date.
    ``neighbours`` are words that often stand in the same articles as those of the query.
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
    facets_truncated: frozenset[str] = frozenset()
    histogram: tuple[HistogramBucket, ...] = ()
    timeline: Timeline = Timeline()
    calendar: Timeline = Timeline()
    remarks: tuple[Remark, ...] = ()
    elaborate: bool = False
    suggestion: str | None = None
    suggestions: tuple[str, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    next_cursor: str | None = None
    total_all: int | None = None
    match: Match = Match.MOST
    facets_match: Match = Match.MOST
    recency: int = 0
    groups: int | None = None
    neighbours: tuple[str, ...] = ()
    date_offer: DateOffer | None = None

    @property
    def shown(self) -> int:
        """The number of results on all pages: near duplicates that are grouped count once, if they were counted."""
        return self.total if self.groups is None else self.groups


def journal_order(name: str) -> bytes:
    """Return the sort key of a file in the journal's folder: other files come before those of the program."""
    return (b"" if fnmatchcase(name, JOURNAL_FILES) else b"\0") + os.fsencode(name)
