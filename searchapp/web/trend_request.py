"""Trends, as they are asked for: up to five queries, filters, an interval; and their addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import url_for
from werkzeug.datastructures import MultiDict

from searchapp.errors import InvalidRequest
from searchapp.i18n import Message
from searchapp.model import Filters, Interval, SearchRequest
from searchapp.output.answer_json import write_search
from searchapp.search.trends import MOST_QUERIES
from searchapp.web import parameter_kinds as kinds
from searchapp.web.parameter_kinds import Parameter, Problems
from searchapp.web.params import FILTERS, clean_query, read_filters

__all__ = ["TREND_PARAMETERS", "TrendRequest", "read_trends", "trends_path"]

_FEW_TEXTS: Final = kinds.Kind(kinds.texts.convert, {**kinds.texts.schema, "minItems": 1, "maxItems": MOST_QUERIES})
QUERIES: Final = Parameter(
    "q", _FEW_TEXTS, (), Message("A query; repeat it to compare several."), required=True, repeats=True
)
INTERVAL: Final[Parameter[Interval | None]] = Parameter(
    "interval",
    kinds.one_of(Interval),
    None,
    Message("Length of the periods; without it what suits the span. Days are for 24 months at most."),
)
TREND_PARAMETERS: Final[tuple[Parameter[Any], ...]] = (QUERIES, INTERVAL, *FILTERS)


@dataclass(frozen=True, slots=True)
class TrendRequest:
    """Queries to compare, and the wrong parameters with their reasons. Without ``interval`` the span decides."""

    queries: tuple[str, ...] = ()
    filters: Filters = Filters()
    interval: Interval | None = None
    problems: tuple[tuple[str, Message], ...] = ()

    def strict(self) -> TrendRequest:
        """Return the request; raises InvalidRequest with every wrong parameter, and without a query."""
        problems = list(self.problems)
        if not self.queries:
            problems.append(("q", Message("Give a query; repeat the parameter to compare several.")))
        if problems:
            raise InvalidRequest(Message("Some parameters are wrong."), problems)
        return self

    def parameters(self) -> dict[str, Any]:
        """Return the request as parameters of an address."""
        written: dict[str, Any] = dict(write_search(SearchRequest(filters=self.filters)))
        interval = {"interval": self.interval.value} if self.interval else {}
        return {"q": list(self.queries), **written, **interval}


def read_trends(arguments: MultiDict[str, str]) -> TrendRequest:
    """Read the parameters of trends; empty and repeated queries are left out, and wrong values become problems."""
    problems: Problems = []
    filters = read_filters(arguments, problems)
    given = arguments.getlist("q")
    queries = tuple(dict.fromkeys(query for query, _ in map(clean_query, given) if query))
    if len(given) > MOST_QUERIES:
        problems.append(("q", Message("Give at most {most} queries.", most=MOST_QUERIES)))
    interval = INTERVAL.read(arguments, problems)
    return TrendRequest(queries[:MOST_QUERIES], filters, interval, tuple(problems))


def trends_path(
    queries: Sequence[str] = (),
    filters: Filters = Filters(),
    endpoint: str = "pages.trends",
    interval: Interval | None = None,
) -> str:
    """Return the address of the trends of ``queries``, as a page or as another ``endpoint`` has them."""
    return url_for(endpoint, **TrendRequest(tuple(queries), filters, interval).parameters())
