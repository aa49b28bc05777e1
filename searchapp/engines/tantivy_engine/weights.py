"""A sum of weights as a tree of « and » and « or », for an engine that knows no such sum."""

from __future__ import annotations

from collections.abc import Sequence

from searchapp.engines.port import BooleanClause, Clause, MinimumWeightClause, TermClause
from searchapp.model import Deadline

__all__ = ["as_boolean"]

_TOLERANCE = 1e-6


class _OutOfTime(Exception):
    """The deadline passed before the tree was complete; a part of it is of no use."""


def as_boolean(clause: MinimumWeightClause, deadline: Deadline) -> Clause | None:
    """Return the clause of terms that matches what ``clause`` does; it doubles with each term at worst.

    None when the time is over before it is made.
    """
    terms = sorted(clause.terms, key=lambda term: -term[1])
    try:
        boolean = _at_least(clause.field, terms, clause.minimum * (1 - _TOLERANCE), deadline)
    except _OutOfTime:
        return None
    return boolean or TermClause(clause.field, ())


def _at_least(field: str, terms: Sequence[tuple[str, float]], need: float, deadline: Deadline) -> Clause | None:
    """Return the clause of documents whose terms weigh ``need``; None when none can."""
    if sum(weight for _, weight in terms) < need:
        return None
    if all(weight >= need for _, weight in terms):
        return TermClause(field, tuple((term, 0.0) for term, _ in terms))
    if deadline.passed():
        raise _OutOfTime
    (term, weight), rest = terms[0], terms[1:]
    holds = TermClause(field, ((term, 0.0),))
    with_term: Clause | None = holds
    if weight < need:
        others = _at_least(field, rest, need - weight, deadline)
        with_term = BooleanClause(must=(holds, others)) if others else None
    without = _at_least(field, rest, need, deadline) if rest else None
    if with_term is None or without is None:
        return with_term or without
    return BooleanClause(should=(with_term, without))
