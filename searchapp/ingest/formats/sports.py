"""SportsML 1 to 3, alone or inside NewsML: results, standings and statistics as rows of text, one a line.

A match is « Rieux 2 - 1 Vallombre », a place in a standing « 1. Rieux 34 13 » (rank, name, points, games and what else
the table has).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.ingest.cleaning.record import ParsedRecord, Record
from searchapp.ingest.formats.xmlstream import (
    Element,
    all_text,
    attribute,
    children,
    elements,
    first,
    line_of,
    local_name,
    words_of,
)
from searchapp.ingest.reader_protocol import FileContext

__all__ = ["records", "rows_of_sports"]

_ROOTS: Final = ("sports-content", "sports-event", "standing", "tournament", "schedule", "statistic")
_TABLES: Final = ("standing", "statistic")
_COMPETITORS: Final = ("team", "player", "associate")
_FIGURES: Final = (
    "standing-points",
    "points",
    "events-played",
    "wins",
    "ties",
    "losses",
    "points-scored-for",
    "points-scored-against",
    "goals",
    "score",
    "time",
    "distance",
    "medals",
)
_LABELS: Final = ("content-label", "tournament-name", "event-name", "round-name", "round-number")
_DEEPEST: Final = 50


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of each document."""
    for content in elements(stream, ("sports-content",), context):
        yield ParsedRecord(_record(content), line_of(content), whole_file=True)


def _record(content: Element) -> Record:
    metadata = first(content, "sports-metadata")
    story = first(content, "body.content")
    prose = [all_text(paragraph) for paragraph in children(story, "p")] if story is not None else []
    return {
        "id": attribute(metadata, "doc-id"),
        "title": words_of(content, "sports-title", "hl1", "headline"),
        "text": "\n\n".join(filter(None, (*prose, rows_of_sports(content)))),
        "date": attribute(metadata, "date-time"),
        "source": words_of(content, "distributor") or attribute(metadata, "publisher"),
        "section": "Sport",
        "language": attribute(metadata, "language") or attribute(content, "lang"),
        "tags": [name for code in children(content, "sports-content-code") if (name := attribute(code, "code-name"))],
    }


def rows_of_sports(element: Element) -> str:
    """Return the rows of all results and tables below ``element``, "" when it has none."""
    root = first(element, *_ROOTS)
    return "\n".join(_rows(root, 0)) if root is not None else ""


def _rows(element: Element, depth: int) -> Iterator[str]:
    """Yield a heading where there is one, the rows of matches and tables, and those of what lies below."""
    yield from _heading(element)
    name = local_name(element)
    competitors = [part for part in element if local_name(part) in _COMPETITORS]
    if name == "sports-event" and len(competitors) == len(("home", "away")):
        yield _match(competitors)
    elif name in (*_TABLES, "sports-event"):
        yield from map(_place, competitors)
    for part in element:
        if depth < _DEEPEST and local_name(part) not in _COMPETITORS:
            yield from _rows(part, depth + 1)
    if name not in _TABLES:
        players = (player for team in competitors for player in children(team, "player") if player is not team)
        yield from (_place(player) for player in players if _figures(player))


def _heading(element: Element) -> Iterator[str]:
    if label := next((text for name in _LABELS[:1] if (text := attribute(element, name))), ""):
        yield label
    if local_name(element).endswith("-metadata") and local_name(element) != "sports-metadata":
        yield from (text for name in _LABELS[1:] if (text := attribute(element, name)))


def _match(competitors: list[Element]) -> str:
    """Return « Rieux 2 - 1 Vallombre »; before the match « Rieux - Vallombre »."""
    home, away = map(_name, competitors)
    scores = [_attribute_below(competitor, "score") for competitor in competitors]
    return f"{home} {scores[0]} - {scores[1]} {away}" if all(scores) else f"{home} - {away}"


def _place(competitor: Element) -> str:
    """Return « 1. Rieux 34 13 »: rank, name and figures."""
    rank = _attribute_below(competitor, "rank") or attribute(first(competitor, "rank"), "value")
    return " ".join(filter(None, (f"{rank}." if rank else "", _name(competitor), *_figures(competitor))))


def _figures(competitor: Element) -> list[str]:
    return [figure for name in _FIGURES if (figure := _attribute_below(competitor, name))]


def _attribute_below(competitor: Element, name: str) -> str:
    """Return the attribute of the statistics of ``competitor``, not of the players of a team."""
    for part in competitor:
        if local_name(part).endswith("-stats"):
            return next((value for below in part.iter() if (value := attribute(below, name))), "")
    return ""


def _name(competitor: Element) -> str:
    """Return the full name, of an attribute (SportsML 1 and 2) or of an element (SportsML 3)."""
    names = [name for part in competitor if local_name(part).endswith("-metadata") for name in children(part, "name")]
    if not names:
        return ""
    given = (attribute(names[0], "first"), attribute(names[0], "last"))
    return attribute(names[0], "full") or all_text(names[0]) or " ".join(filter(None, given))
