"""A sum of weights as a tree of « and » and « or », for an engine that knows no such sum."""

from __future__ import annotations

from collections.abc import Sequence

from searchapp.engines.deadline import Deadline
from searchapp.engines.port import BooleanClause, Clause, TermClause, WeightClause

__all__ = ["as_boolean"]

_TOLERANCE = 1e-6


def as_boolean(clause: WeightClause, deadline: Deadline, *, superset: bool) -> Clause:
    """Return the clause of terms that matches what ``clause`` does; it doubles with each term at worst.

    Out of time it matches less: documents that hold every term; with ``superset`` it matches more: those that hold any.
    """
    terms = sorted(clause.terms, key=lambda term: -term[1])
    found = _at_least(clause.field, terms, clause.minimum * (1 - _TOLERANCE), deadline, superset)
    return found or TermClause(clause.field, ())


def _at_least(
    field: str, terms: Sequence[tuple[str, float]], need: float, deadline: Deadline, superset: bool
) -> Clause | None:
    """Return the clause of documents whose terms weigh ``need``; None when none can."""
    if sum(weight for _, weight in terms) < need:
        return None
    if all(weight >= need for _, weight in terms):
        return TermClause(field, tuple((term, 0.0) for term, _ in terms))
    if deadline.passed():
        each = tuple(TermClause(field, ((term, 0.0),)) for term, _ in terms)
        return BooleanClause(should=each) if superset else BooleanClause(must=each)
    (term, weight), rest = terms[0], terms[1:]
    holds = TermClause(field, ((term, 0.0),))
    with_term: Clause | None = holds
    if weight < need:
        others = _at_least(field, rest, need - weight, deadline, superset)
        with_term = BooleanClause(must=(holds, others)) if others else None
    without = _at_least(field, rest, need, deadline, superset) if rest else None
    if with_term is None or without is None:
        return with_term or without
    return BooleanClause(should=(with_term, without))
