"""Clauses of terms: the questions that an engine answers. They are part of the port, which says how they score.

Each adapter has one ``match`` over all kinds that ends in ``assert_never``, so that mypy finds the adapter that lacks a
new kind. A dispatch shared here would have to call back into the adapters, and no room calls up (ARCHITECTURE.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from searchapp.schema import STEMS

__all__ = [
    "AnyWord",
    "BooleanClause",
    "Clause",
    "Close",
    "DayClause",
    "Either",
    "FirstOfClause",
    "MatchAllClause",
    "MinimumWeightClause",
    "PhraseClause",
    "Row",
    "Span",
    "SpanClause",
    "TermClause",
    "unscored",
]


@dataclass(frozen=True, slots=True)
class TermClause:
    """Documents that hold any of ``terms``, (term, boost) pairs, in ``field``; without terms, none."""

    field: str
    terms: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class PhraseClause:
    """Documents that hold ``terms`` together in ``field``, one of the ``WORDS`` fields.

    Without ``slop``: at successive positions, in this order. With it: in any order, each at a position of its own, all
    within a stretch of ``len(terms) + slop`` positions.
    """

    field: str
    terms: tuple[str, ...]
    slop: int = 0


@dataclass(frozen=True, slots=True)
class AnyWord:
    """One position that holds any of ``words``."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Successive positions, each of which holds one of its words."""

    parts: tuple[AnyWord, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Any of the parts."""

    parts: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Close:
    """The stretch from the first to the last position of both: one inside the other, or in any order with ``slop``
    positions between them at most."""

    one: Span
    other: Span
    slop: int


Span = AnyWord | Row | Either | Close


@dataclass(frozen=True, slots=True)
class SpanClause:
    """Documents in which ``span`` stands ``times`` times or more in ``field``, one of the ``WORDS`` fields.

    Stretches that begin at one position count once.
    """

    field: str
    span: Span
    times: int = 1


@dataclass(frozen=True, slots=True)
class DayClause:
    """Documents whose day (yyyymmdd) is from ``first`` to ``last``, both included; undated ones never match."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class MinimumWeightClause:
    """Documents whose terms among ``terms``, (term, weight) pairs, weigh ``minimum`` or more together; does not score.

    Weights are positive; a sum that misses ``minimum`` by less than a millionth of it counts.
    """

    field: str
    terms: tuple[tuple[str, float], ...]
    minimum: float


@dataclass(frozen=True, slots=True)
class FirstOfClause:
    """Documents of the first of ``clauses`` that ``least`` documents match, else of the last; does not score.

    None of ``clauses`` scores, and each finds all that the one before finds. Counted are the documents of the whole
    generation, whatever stands around the clause. Out of time, the one that was reached is taken or, where it excludes,
    the last.
    """

    clauses: tuple[Clause, ...]
    least: int


@dataclass(frozen=True, slots=True)
class MatchAllClause:
    """Every document, all with score 0."""


@dataclass(frozen=True, slots=True)
class BooleanClause:
    """All of ``must``, none of ``must_not``; without a must, at least one of ``should``. ``should`` adds to the score.

    A clause with neither must nor should matches every document that ``must_not`` leaves.
    """

    should: tuple[Clause, ...] = ()
    must: tuple[Clause, ...] = ()
    must_not: tuple[Clause, ...] = ()


Clause = (
    TermClause
    | PhraseClause
    | SpanClause
    | DayClause
    | MinimumWeightClause
    | FirstOfClause
    | MatchAllClause
    | BooleanClause
)


def unscored(clause: Clause) -> Clause:
    """Return the clause of the same documents, all with score 0."""
    match clause:
        case TermClause() if clause.field == STEMS:
            return TermClause(STEMS, tuple((term, 0.0) for term, _ in clause.terms))
        case BooleanClause():
            # Beside a must, a should only adds to the score.
            should = () if clause.must else tuple(map(unscored, clause.should))
            return replace(clause, should=should, must=tuple(map(unscored, clause.must)))
    return clause
