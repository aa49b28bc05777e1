"""Batch: a list of queries, such as names and companies, each with what it finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from searchapp.model import Deadline, SearchRequest, SearchResult
from searchapp.query import is_elaborate, parse
from searchapp.search.service import SearchService

__all__ = ["BatchRow", "as_phrase", "search_batch"]


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A line of the list, the request made of it, and its result, None when there was no time left."""

    line: str
    request: SearchRequest
    result: SearchResult | None


def search_batch(
    service: SearchService,
    lines: Iterable[str],
    like: SearchRequest,
    *,
    as_phrases: bool,
    deadline: Deadline = Deadline(),
) -> Iterator[BatchRow]:
    """Yield a row for each of ``lines`` that is not empty, searched as it is typed: nothing is corrected.

    Filters and order are those of ``like``.

    With ``as_phrases``, lines of plain words are looked for as phrases: a name is meant whole.
    """
    for line in filter(None, map(str.strip, lines)):
        query = as_phrase(line) if as_phrases else line
        request = replace(like, query=query, correct=False)
        yield BatchRow(line, request, None if deadline.passed() else service.search(replace(request, per_page=1)))


def as_phrase(line: str) -> str:
    """Return ``line`` between quotation marks; one with operators, or of one word, as it is."""
    is_plain = not is_elaborate(parse(line).tree)
    return f'"{line}"' if is_plain and len(line.split()) > 1 else line
