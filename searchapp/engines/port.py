"""The engine port: the contract between searchapp and an engine.

An engine keeps *documents* (an article and its terms), generation by generation, and answers *clauses* of terms
(:mod:`.clauses`). It knows nothing of query text, accents or pages.

Places
    A :class:`Place` says where the index of one generation is. It is a folder that the caller makes, names, syncs,
    renames once it is complete, and removes; its content is the engine's affair: the index itself, or a pointer to an
    index elsewhere. So nobody but the adapter looks into it.

Writing
    ``create(place)`` gives a :class:`Writer`, a context manager over a place whose folder exists and is empty. ``add``
    takes a document; adding one whose article id was added before replaces that one. ``is_new`` promises that there is
    none: the engine need not look for it. ``delete`` takes an article id; deleting a missing one is fine. With
    ``base``, the place of a complete generation that the same engine version wrote, the new one starts with its
    documents. The cost follows the number of changes, not of documents; how the adapter shares what did not change is
    its affair. The base stays as it is and may be removed once the new generation is complete. An engine that cannot
    give back the space of deleted documents refuses a base that is mostly these, by raising :class:`CompactionRequired`
    at the latest on leaving; the caller then writes all documents without a base.

    A clean exit commits: when it returns, the index is complete and its files are closed (the caller makes them
    durable). Nothing is visible to readers before. After an exception the writer has ended its threads and processes
    and the place holds nothing that opens; the caller removes it.

    ``remove(place)`` deletes the index of a place, complete or not, and the folder; a missing one is fine. Other
    generations, those based on it included, and readers that are open go on. The caller sees to it that no writer is
    at work there.

    An engine that can write with several processes, a :class:`ParallelEngine`, also has ``create_parallel``: it gives
    an :class:`ArticleWriter`, which is a writer that takes articles and sees to their analysis. ``make`` turns an
    article into a document; it is pickled once for each of at most ``jobs`` processes and called there, or in this one
    where there is too little to do. The generation answers as one process's would. An exception of ``make`` is raised
    here with its traceback as a note, and a process that dies raises EngineUnavailable, both at the latest on leaving.
    After leaving, whatever the reason, no process is left.

    An engine may refuse single documents: one that checks each, and takes no more than so many bytes. The writer of
    such an engine is a :class:`RefusingWriter`: ``refused()`` waits until all that was added is taken or refused, and
    returns the articles refused since the last call, without lead and text. The index holds no document of their ids.
    A writer that is left before these were asked for fails, as does one that has to refuse many.

    An engine whose indexes lie elsewhere, a :class:`PublishingEngine`, has ``publish(place)``. It is called when the
    generation of a place is about to answer, the first time and after a rollback, before any reader is told of it: the
    engine makes the index fit for searching and safe against failures, and marks it where it lies. What it raises
    leaves the generation before it published.

    An engine that several machines reach, a :class:`LeasingEngine`, has ``lease``: who writes or publishes holds it, so
    that there is one writer, also where machines do not share a folder with locks. Publishing fails in a process that
    has lost it.

Reading
    ``open(place)`` gives a :class:`Reader` that sees that generation for as long as it is open, whatever happens to
    other places or, by ``remove``, to its own. Readers may be shared between threads. The caller closes it.

    ``search`` finds every document that matches the clause and the filters. ``total`` is exact. Candidates come in
    the order asked for: by relevance (falling score, then order of adding), or by date (documents without a date
    last, then order of adding). Filters do not score. A facet counts, for each value of a field, the documents that
    match the clause and all filters *but that field's own*, so that the alternatives to a chosen value stay in sight.
    Values of one key (:func:`~searchapp.analysis.value_keys.value_key`) are one value, in filters and in counts; a
    document that has two of them counts once. A bucket shows the spelling that most documents of the generation have,
    of equal ones the first in code point order. Buckets come by falling count, then by key; of more than
    ``facet_limit`` the first are given, and the facet is among the ``truncated``. The histogram counts by month and
    leaves out documents without a date; when its first and its last month are fewer than ``months_by_day`` apart, it
    counts by day. The timeline is the histogram without the filter of days.

    Text fields are ``STEMS`` (scored), and of each part ``WORDS`` (with positions) and ``EXACT``; value fields hold
    whole values. The score of a document is the sum of BM25 over the ``STEMS`` terms of the clause, times their boost:
    k1 = 1.2, b = 0.75, idf = ln(1 + (N - df + 0.5) / (df + 0.5)), length in tokens of the field (Robertson & Zaragoza
    2009, with the idf that Lucene uses). A document's own length is rounded as Lucene and Tantivy keep it, in one byte:
    what goes beyond 24 counts with its first four binary digits; the average is that of the exact lengths. So engines
    order alike. Everything else finds or excludes and does not score.

    With ``counted``, facets, histogram and timeline are of the matches that this clause finds too, if there are any
    with all filters; ``EngineResult.counted`` is their number. ``total`` and candidates stay those of the clause.
    When a clause finds nothing with all filters, be it for lack of time, those of ``instead`` are tried in turn;
    ``EngineResult.instead`` says how many found nothing. The first ``features`` candidates carry what the second stage
    ranks by: the day, and the bytes that were stored as rerank features, unread by the engine.

    A candidate's ``document`` is a handle: hashable, equal for the same document of one reader, and good for
    ``articles`` and ``details`` of that reader only. Only the adapter calculates with it or orders by it.

    Pages go on by sort key: each candidate carries its own, and a request ``after`` one gives what follows it in that
    order, at a cost that does not grow with the depth. A key is two whole numbers that rise from candidate to
    candidate; what they mean is the engine's affair. It holds for the same clause, filters and sort on the same
    generation, also in another process; any other pair of such numbers is a position of the order too, never an error.
    ``total``, facets and histogram are those of all matches. ``offset`` skips candidates, for pages with numbers, which
    the caller bounds; beyond the last candidate there are none. Offsets and limits may be any whole numbers from 0: the
    room taken follows the matches that there are. Negative ones, and keys outside 64 bits, raise ValueError where the
    request is made.

    With ``groups``, ``EngineResult.groups`` is the number of matches that is left when near duplicates count once: of
    each group one, and all that have none. Each candidate carries its group, 0 for none. Matches and their order stay
    as they are; which member of a group is shown is the caller's affair.

    A request may have a ``deadline``. When it has passed, an engine leaves out what costs much (phrases, proximity,
    sums of weights, very many terms) and says that the result is not ``complete``; such a result never holds a document
    that the whole one would not, and its total, facets and histogram are of what was found. An engine that is quick
    enough may answer in full all the same.

    ``terms_with_prefix`` reads the dictionary of a field: the terms that begin so, in the order of their code points,
    at most ``limit``, each with its document frequency. ``term_statistics`` reads several of these and the document
    frequencies of any number of terms.

    Each call may be a round trip to another machine, so each asks for all that is known to be needed by then. A search
    makes three: ``term_statistics`` for its plan, ``search``, and ``details`` of the results shown
    (tests/contract/test_round_trips.py). What never changes is kept by the callers for the life of a reader: whole
    dictionaries of fields, the expansions of abbreviations.

    Lengths and frequencies are those of the documents that were written: an engine may go on counting a deleted one in
    scores, in document frequencies and the dictionary until its room is used again, but never finds it.

Differences
    An engine that departs from this page says so in an attribute ``capabilities``, a :class:`Capabilities` with the
    reason beside each difference; what tests compare and what users are told follows it.

Errors
    A place that cannot be read, or holds no complete index, raises :class:`~searchapp.errors.IndexDamaged`. Reading
    after ``close``, and a handle that no search of the reader gave, are faults of the caller. An unknown field or term
    finds nothing, in clauses and filters. Whatever an engine raises is an Exception: a panic of a library, which Python
    does not count as one, becomes an :class:`EnginePanic` in the adapter.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, NewType, Protocol, Self, TypeVar, runtime_checkable

from searchapp.analysis import Term
from searchapp.engines.clauses import (
    BooleanClause,
    Clause,
    DayClause,
    FirstOfClause,
    MatchAllClause,
    MinimumWeightClause,
    PhraseClause,
    SpanClause,
    TermClause,
)
from searchapp.i18n import Message
from searchapp.model import Article, Deadline, FacetBucket, Filters, Groups, HistogramBucket, Sort

__all__ = [
    "BM25_B",
    "BM25_K1",
    "ArticleWriter",
    "BooleanClause",
    "Candidate",
    "Capabilities",
    "Clause",
    "CompactionRequired",
    "DayClause",
    "Details",
    "Document",
    "DocumentHandle",
    "Engine",
    "EnginePanic",
    "EngineRequest",
    "EngineResult",
    "FirstOfClause",
    "LeasingEngine",
    "MakeDocument",
    "MatchAllClause",
    "MinimumWeightClause",
    "ParallelEngine",
    "PhraseClause",
    "Place",
    "PublishingEngine",
    "Reader",
    "Refused",
    "RefusingWriter",
    "SortKey",
    "SpanClause",
    "TermClause",
    "TermPrefix",
    "TermStatistics",
    "Writer",
]

BM25_K1 = 1.2
BM25_B = 0.75


Place = NewType("Place", Path)
"""The location of the index of one generation; see above."""
DocumentHandle = NewType("DocumentHandle", object)
"""A document of one reader; opaque outside of the adapter."""


class CompactionRequired(Exception):
    """Too many documents of the base are deleted: write the new generation without one."""


class EnginePanic(Exception):
    """A fault within an engine's library that would end a thread or a process unless it were caught."""


@dataclass(frozen=True, slots=True)
class Document:
    """An article with its terms, part by part.

    ``breaks`` has of each part the indexes of the terms that begin a paragraph after another, rising. A break takes one
    position, so that no phrase goes over it, and counts as a word where words stand near each other.
    ``joined`` has of each part the joined words of its compounds, which have no position: they are found by stem and by
    exact form, and count in the length. ``day`` is its date in the configured time zone as yyyymmdd, 0 without one.
    ``rerank_features`` are the bytes that the second stage reads without reading the article. ``numbers`` are
    those of the terms of title, lead and text and then of the joined words of each, in a row; None when not known.
    """

    article: Article
    title: Sequence[Term]
    lead: Sequence[Term]
    text: Sequence[Term]
    day: int
    rerank_features: bytes = b""
    joined: tuple[Sequence[Term], Sequence[Term], Sequence[Term]] = ((), (), ())
    breaks: tuple[Sequence[int], Sequence[int], Sequence[int]] = ((), (), ())
    numbers: array[int] | None = None


SortKey = tuple[int, int]
"""A candidate's position in the order asked for, then in the order of adding; numbers from 0 to 2^64 - 1."""
_SORT_KEY_END: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """A search for candidates ``offset`` to ``offset + limit`` of those that come ``after`` a sort key, or of all.

    ``facets`` names the facets to count, ``facet_limit`` the most buckets of each; ``counted`` narrows what is counted.
    ``instead`` are clauses to search when ``clause`` finds nothing. ``features`` is the number of candidates that carry
    their rerank features and days.
    """

    clause: Clause
    filters: Filters = Filters()
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    limit: int = 10
    facets: tuple[str, ...] = ()
    facet_limit: int | None = None
    histogram: bool = False
    timeline: bool = False
    months_by_day: int = 0
    deadline: Deadline = Deadline()
    after: SortKey | None = None
    groups: Groups | None = None
    counted: Clause | None = None
    instead: tuple[Clause, ...] = ()
    features: int = 0

    def __post_init__(self) -> None:
        if self.offset < 0 or self.limit < 0:
            raise ValueError(f"offset {self.offset} and limit {self.limit} must not be negative")
        if self.after is not None and not all(0 <= number < _SORT_KEY_END for number in self.after):
            raise ValueError(f"not a sort key: {self.after}")


class Candidate(NamedTuple):
    """A found document: its handle, first-stage score and sort key, and its group of near duplicates (0: none).

    ``features`` are its rerank features, None when they were not asked for, or there was no time to read them; ``day``
    (yyyymmdd, 0 without a date) comes with them.
    """

    document: DocumentHandle
    score: float
    sort_key: SortKey
    group: int = 0
    features: bytes | None = None
    day: int = 0


@dataclass(frozen=True, slots=True)
class EngineResult:
    """The result of :meth:`Reader.search`; unless it is ``complete``, the deadline left matches out.

    ``groups`` is None when it was not asked for, or the matches are more than the engine groups. ``counted`` is the
    number of matches of the request's ``counted``, None without one; ``instead`` that of the clauses that found
    nothing.
    """

    total: int
    candidates: tuple[Candidate, ...]
    facets: Mapping[str, tuple[FacetBucket, ...]] = field(default_factory=dict)
    truncated: frozenset[str] = frozenset()
    histogram: tuple[HistogramBucket, ...] = ()
    timeline: tuple[HistogramBucket, ...] = ()
    complete: bool = True
    groups: int | None = None
    counted: int | None = None
    instead: int = 0


class TermPrefix(NamedTuple):
    """The terms of ``field`` that begin with ``prefix``, at most ``limit``."""

    field: str
    prefix: str
    limit: int


@dataclass(frozen=True, slots=True)
class TermStatistics:
    """Document frequencies of terms, and (term, document frequency) pairs of prefixes, in the order asked for."""

    frequencies: Sequence[int]
    with_prefix: Sequence[Sequence[tuple[str, int]]] = ()


@dataclass(frozen=True, slots=True)
class Details:
    """Stored articles, in the order asked for, and which of them match.

    ``features`` are their rerank features if these were asked for. ``matching`` has of each clause the documents that
    match it; it is None when the deadline passed before all were known.
    """

    articles: Sequence[Article]
    features: Sequence[bytes] = ()
    matching: tuple[frozenset[DocumentHandle], ...] | None = ()


Added = TypeVar("Added", contravariant=True)


class WriterOf(Protocol[Added]):
    """A writer of documents or of articles."""

    def add(self, added: Added, /, *, is_new: bool = False) -> None: ...

    def delete(self, article_id: str) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Refused(NamedTuple):
    """An article that the engine does not take, without its lead and text, and the engine's reason."""

    article: Article
    reason: Message


@runtime_checkable
class RefusingWriter(Protocol):
    def refused(self) -> list[Refused]:
        """Return the articles refused since the last call."""


Writer = WriterOf[Document]
ArticleWriter = WriterOf[Article]
MakeDocument = Callable[[Article], Document]
"""Makes the document of an article by analysing it; can be pickled where several processes write."""


class Reader(Protocol):
    @property
    def count(self) -> int:
        """The number of documents."""

    def search(self, request: EngineRequest) -> EngineResult: ...

    def articles(self, documents: Iterable[DocumentHandle]) -> list[Article]:
        """Return the stored articles of documents that ``search`` gave, in the order asked for."""

    def article(self, article_id: str) -> Article | None:
        """Return the stored article with this id, or None."""

    def details(
        self,
        documents: Sequence[DocumentHandle],
        clauses: Sequence[Clause] = (),
        *,
        features: bool = False,
        deadline: Deadline = Deadline(),
    ) -> Details:
        """Return the articles of documents that ``search`` gave, and which of them match each of ``clauses``."""

    def terms_with_prefix(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Return at most ``limit`` (term, document frequency) pairs of ``field``."""

    def term_statistics(self, terms: Sequence[tuple[str, str]], prefixes: Sequence[TermPrefix] = ()) -> TermStatistics:
        """Return the document frequencies of ``terms``, (field, term) pairs, and the terms of ``prefixes``."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The ways in which an engine departs from the port, by default none; ``reasons`` has the reason by field."""

    needs_rebuild_on_deletes: bool = False
    """A writer may raise CompactionRequired."""
    max_facet_values: int | None = None
    """A facet of more values loses its rarest."""
    max_grouped: int | None = None
    """Of more matches the number of groups is not counted."""
    max_scored_terms: int | None = None
    """Of more terms that score in one clause, some of the largest sets only find."""
    reasons: Mapping[str, str] = field(default_factory=dict)


class Engine(Protocol):
    @property
    def name(self) -> str:
        """The name in the settings."""

    @property
    def version(self) -> str:
        """The library and its version: an index is only opened by the engine that wrote it."""

    def create(self, place: Place, base: Place | None = None) -> Writer: ...

    def open(self, place: Place) -> Reader: ...

    def remove(self, place: Place) -> None: ...


@runtime_checkable
class ParallelEngine(Protocol):
    """An engine whose processes analyse."""

    def create_parallel(
        self, place: Place, make: MakeDocument, jobs: int, base: Place | None = None
    ) -> ArticleWriter: ...


@runtime_checkable
class PublishingEngine(Protocol):
    """An engine whose indexes lie elsewhere, and are told apart there."""

    def publish(self, place: Place) -> None: ...


@runtime_checkable
class LeasingEngine(Protocol):
    """An engine that several machines may write to."""

    def lease(self, holder: str, wait: float, on_wait: Callable[[Message], None]) -> AbstractContextManager[None]:
        """Give the lease of the writer, for ``holder``, a text for people; raises IndexLocked after ``wait`` seconds.

        ``on_wait`` gets a message with the holder that this waits for. The lease of one that has died runs out.
        """
