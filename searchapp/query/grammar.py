"""The language of the search box in one table: the parser, the normal form and the help page all read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from searchapp.analysis.filters import fold, normalize
from searchapp.i18n import Message
from searchapp.schema import ID, LANGUAGE, TAG

__all__ = [
    "DEEPEST_GROUP",
    "DEFAULT_SLOP",
    "FIELDS",
    "FIELD_NAMES",
    "GREATEST_DISTANCE",
    "GREATEST_SLOP",
    "LONGEST_QUERY",
    "MOST_CLAUSES",
    "MOST_DATE_WORDS",
    "MOST_EXPANSIONS",
    "MOST_PROXIMITIES",
    "NEAR_OPERATORS",
    "OPERATORS",
    "SHORTEST_PREFIX",
    "FieldKind",
    "FieldRow",
    "Near",
    "Operator",
    "Times",
    "field_names",
    "field_of",
    "read_operator",
    "read_slop",
]


class FieldKind(Enum):
    """The part of an article that a field looks at."""

    PART = auto()
    """The words of one part of the article."""
    VALUE = auto()
    """Whole values that hold the words in a row."""
    DATE = auto()


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field: its name (that of the schema, or ``date``, ``since``, ``before``), and as people type it."""

    name: str
    kind: FieldKind
    french: tuple[str, ...]
    english: tuple[str, ...]
    help: Message
    example: str = ""
    """A value that finds an article of the demonstration corpus, "" for a field that is empty there."""


FIELDS: Final = (
    FieldRow("title", FieldKind.PART, ("titre",), ("title",), Message("words of the title"), "pont"),
    FieldRow("lead", FieldKind.PART, ("chapo",), ("lead",), Message("words of the standfirst"), "ville"),
    FieldRow("text", FieldKind.PART, ("texte",), ("text",), Message("words of the text"), "maire"),
    FieldRow("source", FieldKind.VALUE, ("source",), ("source",), Message("the newspaper"), "gazette"),
    FieldRow("section", FieldKind.VALUE, ("rubrique",), ("section",), Message("the section"), "education"),
    FieldRow("author", FieldKind.VALUE, ("auteur",), ("author",), Message("who wrote it"), '"le bihan"'),
    FieldRow(
        TAG, FieldKind.VALUE, ("mot-clé",), ("tag",), Message("a subject that the newspaper gave it"), "téléphone"
    ),
    FieldRow("person", FieldKind.VALUE, ("personne",), ("person",), Message("a person whom the article names")),
    FieldRow(
        "organisation",
        FieldKind.VALUE,
        ("organisation",),
        ("organisation", "organization"),
        Message("an organisation that the article names"),
    ),
    FieldRow("place", FieldKind.VALUE, ("lieu",), ("place",), Message("a place that the article names")),
    FieldRow(LANGUAGE, FieldKind.VALUE, ("langue",), ("language",), Message("the language of the text"), "fr"),
    FieldRow(
        ID,
        FieldKind.VALUE,
        ("id",),
        ("id",),
        Message("the one article with this identifier"),
        "echo-vallombre/sport/echecs-petit-cheval-favori",
    ),
    FieldRow("date", FieldKind.DATE, ("date",), ("date",), Message("a day, a month, a year, or first..last"), "2022"),
    FieldRow("since", FieldKind.DATE, ("depuis", "après"), ("since", "after"), Message("this day and later"), "2023"),
    FieldRow("before", FieldKind.DATE, ("avant",), ("before",), Message("earlier than this day"), "2021-03"),
)
FIELD_NAMES: Final = {row.name: row.french[0] for row in FIELDS}
# Limits; a remark says when one is reached. LONGEST_QUERY is in code points.
LONGEST_QUERY: Final = 1024
MOST_CLAUSES: Final = 64
DEEPEST_GROUP: Final = 32
MOST_EXPANSIONS: Final = 1024
# Words near each other are looked for by their positions, which are many for common words.
MOST_PROXIMITIES: Final = 8
MOST_DATE_WORDS: Final = 8
SHORTEST_PREFIX: Final = 2
GREATEST_DISTANCE: Final = 2
DEFAULT_SLOP: Final = 5
GREATEST_SLOP: Final = 99
_BY_NAME: Final = {fold(normalize(name)): row for row in FIELDS for name in (*row.french, *row.english)}


def field_of(name: str) -> FieldRow | None:
    """Return the field that people call ``name``; accents and capitals make no difference."""
    return _BY_NAME.get(fold(normalize(name)))


def field_names() -> list[str]:
    """Return every name of a field, French ones first."""
    return [*(name for row in FIELDS for name in row.french), *(name for row in FIELDS for name in row.english)]


class Operator(Enum):
    """Operators between or before clauses."""

    AND = auto()
    OR = auto()
    NOT = auto()


@dataclass(frozen=True, slots=True)
class Near:
    """Between two words: at most ``distance`` other words between them, in any order."""

    distance: int


@dataclass(frozen=True, slots=True)
class Times:
    """Before a word: it stands ``least`` times or more."""

    least: int


OPERATORS: Final = {
    "ET": Operator.AND,
    "AND": Operator.AND,
    "&": Operator.AND,
    "&&": Operator.AND,
    "OU": Operator.OR,
    "OR": Operator.OR,
    "|": Operator.OR,
    "||": Operator.OR,
    "SAUF": Operator.NOT,
    "NON": Operator.NOT,
    "NOT": Operator.NOT,
}
NEAR_OPERATORS: Final = ("PROCHE", "NEAR")
_NEAR: Final = re.compile(rf"(?:{'|'.join(NEAR_OPERATORS)})(?:/(?P<distance>\d+))?")


_TIMES: Final = re.compile(r"(?:atleast|aumoins)(\d{1,2})", re.IGNORECASE)


def read_slop(digits: str) -> int:
    """Return the slop that ``digits`` say, at most the greatest; without any, the usual one."""
    return min(int(digits), GREATEST_SLOP) if digits else DEFAULT_SLOP


def read_operator(text: str) -> Operator | Near | Times | None:
    """Return the operator that ``text`` is; words in small letters never are, but for « atleast3 »."""
    near = _NEAR.fullmatch(text)
    if near:
        return Near(max(1, read_slop(near["distance"] or "")))
    if times := _TIMES.fullmatch(text):
        return Times(max(1, int(times[1])))
    return OPERATORS.get(text)
