"""Operations of the API: a view says beside its route what it takes and answers; ``openapi`` makes the document.

A decorator only remembers the description: the view runs unchanged, and a request pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from searchapp.i18n import Message
from searchapp.model import Scope
from searchapp.web.parameter_kinds import Parameter

__all__ = [
    "FORMS",
    "JSON",
    "OPERATING",
    "READING",
    "SEARCHING",
    "TAGS",
    "WRITING",
    "Body",
    "Example",
    "Operation",
    "Tag",
    "documented",
    "operation_of",
]

JSON: Final = "application/json"
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Tag:
    """A group of operations: its name in the document and its heading."""

    name: str
    title: Message


SEARCHING: Final = Tag("search", Message("Searching"))
READING: Final = Tag("articles", Message("Articles"))
WRITING: Final = Tag("writing", Message("Writing articles"))
FORMS: Final = Tag("forms", Message("Feeds, tables and references"))
OPERATING: Final = Tag("operating", Message("Health"))
TAGS: Final = (SEARCHING, READING, WRITING, FORMS, OPERATING)
"""All of them, in the order of the document."""


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request: media type and JSON Schema."""

    media_type: str
    schema: Mapping[str, Any]
    help: Message
    required: bool = True


@dataclass(frozen=True, slots=True)
class Example:
    """A request that works on the demonstration corpus; tests send it.

    ``path`` are values of the path, of which ``article_id`` becomes the parameter ``id`` where the path has none.
    ``body`` is JSON, or text for other media types.
    """

    query: Mapping[str, str | list[str]] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: parameters, body, answers and problems of a view.

    ``answers`` has a type, a JSON Schema or None (text) for each media type of each status. ``forms`` are the media
    types of views whose route chooses one, by its name. ``problems`` are slugs of problems besides those that any
    request may meet. ``is_tagged``: the answer has an ETag.
    """

    tag: Tag
    summary: Message
    help: Message | None
    parameters: tuple[Parameter[Any], ...]
    body: Body | None
    answers: Mapping[int, Mapping[str, Any]]
    forms: Mapping[str, str]
    problems: tuple[str, ...]
    scope: Scope | None
    is_tagged: bool
    example: Example


_OPERATIONS: Final[dict[Callable[..., Any], Operation]] = {}


def documented(
    tag: Tag,
    summary: Message,
    *,
    help: Message | None = None,  # noqa: A002 - as in the tables of parameters and settings
    parameters: tuple[Parameter[Any], ...] = (),
    body: Body | None = None,
    answers: Mapping[int, Mapping[str, Any]] | None = None,
    forms: Mapping[str, str] | None = None,
    problems: tuple[str, ...] = (),
    scope: Scope | None = Scope.SEARCH,
    is_tagged: bool = True,
    example: Example = Example(),
) -> Callable[[View], View]:
    """Describe the operation of a view."""
    described = Operation(
        tag, summary, help, parameters, body, answers or {}, forms or {}, problems, scope, is_tagged, example
    )

    def remember(view: View) -> View:
        _OPERATIONS[view] = described
        return view

    return remember


def operation_of(view: Callable[..., Any]) -> Operation | None:
    """Return the operation of a view, None for one that is not of the API."""
    return _OPERATIONS.get(view)
