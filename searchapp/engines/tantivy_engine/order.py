"""The port's orders and pages out of what Tantivy gives.

By date, or without scores, the order is that of a column without two equal values: a page goes on from a value.

By score, Tantivy gives the best ones, of equal scores those of its larger segment first, and cannot be asked for what
is below a score; the port wants equal scores in the order of adding, and pages that go on at the cost of the first one.
So a page that goes on asks for a bent score (:func:`_bent`): scores above a ceiling sink below all others, those
below stay as they are. The documents of one score, which may be all there are, are asked for by ranges of the column of
ordinals, as many as a page needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from math import inf
from typing import Any, Final, cast

import tantivy
from tantivy import DocAddress, FieldType, Occur, Order, Query

from searchapp.engines.port import Candidate, DocumentHandle, EngineRequest, SortKey
from searchapp.engines.sort_keys import UNSCORED, falling, next_below, score_of
from searchapp.engines.tantivy_engine.schema import LAST_ORDINAL, NEWEST, OLDEST, ORDINAL, ORDINAL_BITS
from searchapp.model import Sort

__all__ = ["Ordering", "address_of"]

Scored = list[tuple[Any, DocAddress]]
Hit = tuple[float, int, DocAddress]  # level, ordinal; plain, since each search makes a hundred and fifty

DOCUMENT_BITS: Final = 32
"""A document handle is the number of its segment above so many bits of its number in that segment."""
# A sum of 32-bit numbers depends on the order of adding, which differs between segments; what is nearer is equal.
_ROUNDING: Final = 2e-6
# Hits beyond those needed, so that a lower score is likely to be among them.
_SPARE: Final = 50
_COLUMN_OF: Final = {Sort.NEWEST: NEWEST, Sort.OLDEST: OLDEST, Sort.RELEVANCE: ORDINAL}
_LARGEST: Final = (1 << 64) - 1
# Of _bent: what is added below the ceiling is lost in rounding, what is taken away above it is a million times the
# score for the least step that 32 bits can make. Powers of two multiply without rounding.
_FAINT: Final = 2.0**-60
_STEEP: Final = 2.0**90
# A bent score of less than this part of the ceiling is what a score of 0 became; two of BM25 are never so far apart.
_NOTHING: Final = 2.0**-45


class Ordering:
    """Counts and orders the matches of queries in one generation."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema = schema
        self._searcher = searcher

    def by_column(self, query: Query, request: EngineRequest) -> tuple[int, list[Candidate]]:
        """Return the number of matches and the candidates in the order of a column."""
        total = None
        if request.offset or request.after or not request.limit:
            total, _ = self._count(query)
            if request.offset >= total or not request.limit:
                return total, []
        result = self._searcher.search(
            query if request.after is None else self._following(query, request.sort, request.after),
            limit=self._within(request.limit),
            count=total is None,
            offset=request.offset,
            order_by_field=_COLUMN_OF[request.sort],
            order=Order.Asc,
        )
        return _count_of(result) if total is None else total, [
            Candidate(_handle_of(address), 0.0, _key_of(request.sort, value)) for value, address in result.hits
        ]

    def by_score(self, query: Query, request: EngineRequest) -> tuple[int, list[Candidate]]:
        """Return the number of matches and the candidates by falling score."""
        if request.offset or request.after or not request.limit:
            total, best = self._count(query)
            if request.offset >= total or not request.limit:
                return total, []
            count = min(request.offset + request.limit, total)
            level, ordinal = (score_of(request.after[0]), request.after[1]) if request.after else (inf, 0)
            # A ceiling far above all scores would bend them; nothing lies there, so all matches come after it.
            hits = self._follow(query, level, ordinal, count) if level <= 2 * best else self._best(query, best, count)
        else:
            result = self._searcher.search(query, limit=self._within(request.limit + _SPARE))
            total = _count_of(result)
            hits = self._ranked(query, result.hits, min(request.limit, total))
        return total, [
            Candidate(_handle_of(address), level, (falling(level), ordinal))
            for level, ordinal, address in hits[request.offset :]
        ]

    def _count(self, query: Query) -> tuple[int, float]:
        """Return the number of matches and the highest score."""
        result = self._searcher.search(query, limit=1)
        return _count_of(result), result.hits[0][0] if result.hits else 0.0

    def _within(self, limit: int) -> int:
        """Return a limit that Tantivy takes: it makes room for as many hits, and refuses 0."""
        return max(1, min(limit, self._searcher.num_docs))

    # By column

    def _following(self, query: Query, sort: Sort, key: SortKey) -> Query:
        """Return the query for the matches of ``query`` that come after ``key``."""
        first, ordinal = key
        ordinal = min(ordinal, LAST_ORDINAL)
        if sort is not Sort.RELEVANCE:
            last = first << ORDINAL_BITS | ordinal
        elif first == UNSCORED:
            last = ordinal
        else:
            last = -1 if first < UNSCORED else _LARGEST
        return self._between(query, _COLUMN_OF[sort], last + 1, _LARGEST)

    def _between(self, query: Query, column: str, first: int, last: int) -> Query:
        if first > last:
            return Query.empty_query()
        values = Query.range_query(self._schema, column, FieldType.Unsigned, first, last)
        return Query.boolean_query([(Occur.Must, query), (Occur.Must, Query.const_score_query(values, 0.0))])

    # By score

    def _follow(self, query: Query, level: float, ordinal: int, count: int) -> list[Hit]:
        """Return the ``count`` matches that come after the one of this level and ordinal."""
        equal = self._equal(query, level, ordinal + 1, count)
        if len(equal) == count:
            return equal
        return equal + self._best(query, next_below(level, level * _ROUNDING), count - len(equal))

    def _best(self, query: Query, ceiling: float, count: int) -> list[Hit]:
        """Return the ``count`` best matches whose score is at most ``ceiling``."""
        return self._ranked(query, self._top(query, ceiling, count + _SPARE), count)

    def _ranked(self, query: Query, scored: Scored, count: int) -> list[Hit]:
        """Return the ``count`` best matches; ``scored`` are the best ones, more than ``count`` if there are."""
        hits = self._hits(_levels(score for score, _ in scored), scored)
        lowest = hits[-1][0] if hits else 0.0
        if len(hits) < count + _SPARE or hits[count - 1][0] > lowest:
            return sorted(hits, key=_order_key)[:count]
        above = [hit for hit in hits if hit[0] > lowest]
        return sorted(above, key=_order_key) + self._equal(query, lowest, 0, count - len(above))

    def _equal(self, query: Query, level: float, first: int, count: int) -> list[Hit]:
        """Return the ``count`` matches of one level, of those with ordinals from ``first`` on, in this order."""
        equal: list[Hit] = []
        width = LAST_ORDINAL + 1
        while len(equal) < count and first <= LAST_ORDINAL:
            limit = count - len(equal) + _SPARE
            last = min(first + width - 1, LAST_ORDINAL)
            top = self._top(self._between(query, ORDINAL, first, last), level, limit)
            of_level = list(takewhile(lambda hit: level - hit[0] <= level * _ROUNDING, top))
            if len(of_level) == limit and width > limit:  # some may be left out, and not those of the highest ordinals
                width = max(limit, min(width // 4, 4 * limit))
                continue
            equal += sorted(self._hits([level] * len(of_level), of_level), key=_order_key)
            first, width = last + 1, 4 * width
        return equal[:count]

    def _top(self, query: Query, ceiling: float, limit: int) -> Scored:
        """Return the matches of the highest scores up to ``ceiling``."""
        if ceiling < 0:
            return []
        hits = self._searcher.search(_bent(query, ceiling), limit=self._within(limit), count=False).hits
        return [(score if score >= ceiling * _NOTHING else 0.0, address) for score, address in hits if score >= 0]

    def _hits(self, levels: list[float], scored: Scored) -> list[Hit]:
        addresses = [address for _, address in scored]
        ordinals = cast("list[int]", self._searcher.fast_field_values(ORDINAL, addresses))
        return list(zip(levels, ordinals, addresses, strict=True))


def _bent(query: Query, ceiling: float) -> Query:
    """Return the query for the matches of ``query``, a score up to ``ceiling`` as it is, a higher one negative.

    The score that is added has a slope of -_FAINT up to the ceiling and one of -_FAINT * _STEEP above. It is made of
    what Tantivy offers: a disjunction scores m + (sum - m) * tie_breaker, where m is the highest score of its parts,
    and at least 0. Its second part is there because a disjunction of one is taken for that one.
    """
    fall = [Query.boost_query(query, -_FAINT), Query.const_score_query(Query.all_query(), ceiling * _FAINT)]
    line = Query.boolean_query([(Occur.Must, part) for part in fall])
    bent = Query.disjunction_max_query([line, Query.const_score_query(query, 0.0)], tie_breaker=_STEEP)
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, bent)])


def _levels(scores: Iterable[float]) -> list[float]:
    """Return falling scores; those that differ by rounding only are made equal."""
    levels: list[float] = []
    level = 0.0
    for score in scores:
        if not levels or level - score > level * _ROUNDING:
            level = score
        levels.append(level)
    return levels


def _order_key(hit: Hit) -> tuple[float, int]:
    return -hit[0], hit[1]


def _key_of(sort: Sort, value: int) -> SortKey:
    """Return the sort key of a value of the column of ``sort``."""
    return (UNSCORED, value) if sort is Sort.RELEVANCE else (value >> ORDINAL_BITS, value & LAST_ORDINAL)


def address_of(handle: DocumentHandle) -> DocAddress:
    """Return Tantivy's address of a document."""
    number = cast(int, handle)
    return DocAddress(number >> DOCUMENT_BITS, number & ((1 << DOCUMENT_BITS) - 1))


def _handle_of(address: DocAddress) -> DocumentHandle:
    return DocumentHandle(address.segment_ord << DOCUMENT_BITS | address.doc)


def _count_of(result: tantivy.SearchResult) -> int:
    count: int = result.count  # type: ignore[attr-defined]  # the stubs of tantivy 0.27 leave it out
    return count
