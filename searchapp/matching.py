"""Which articles match bare words: those that carry enough of the query's weight.

All words are preferred, none is required; yet a total, a facet or a list by date must not count every article that
holds one common word of many. So an article matches when the words it holds make up a share of the query's weight (idf),
at the highest level that enough articles reach. Measured on four judged sets, this costs nothing in ranking.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from searchapp.engines.port import BooleanClause, Clause, TermClause
from searchapp.schema import STEMS

__all__ = ["enough_weight"]

# Tried in this order until ENOUGH articles match; then any word will do.
_SHARES: Final = (0.4, 0.3, 0.2, 0.1)
_ENOUGH: Final = 50
# The rarest words decide; the clause doubles with each.
_MOST_WORDS: Final = 10
_ROUNDING: Final = 1e-9

Weighted = Sequence[tuple[str, float]]


def enough_weight(words: Weighted, count: Callable[[Clause], int]) -> Clause:
    """Return the clause that an article must match, given (stem, weight) pairs; it does not score.

    ``count`` tells how many articles match a clause.
    """
    chosen = sorted((word for word in words if word[1] > 0), key=lambda word: -word[1])[:_MOST_WORDS]
    whole = sum(weight for _, weight in chosen)
    for share in _SHARES if len(words) > 1 else ():
        clause = _at_least(chosen, share * whole)
        if clause is not None and count(clause) >= _ENOUGH:
            return clause
    return TermClause(STEMS, tuple((stem, 0.0) for stem, _ in words))


def _at_least(words: Weighted, need: float) -> Clause | None:
    """Return the clause of articles whose words together weigh ``need``; None when no article can."""
    if sum(weight for _, weight in words) < need - _ROUNDING:
        return None
    (stem, weight), rest = words[0], words[1:]
    holds = TermClause(STEMS, ((stem, 0.0),))
    with_word = holds if need - weight <= _ROUNDING else _both(holds, _at_least(rest, need - weight))
    return _either(with_word, _at_least(rest, need) if rest else None)


def _both(one: Clause, other: Clause | None) -> Clause | None:
    return None if other is None else BooleanClause(must=(one, other))


def _either(one: Clause | None, other: Clause | None) -> Clause | None:
    if one is None or other is None:
        return one or other
    return BooleanClause(should=(one, other))
