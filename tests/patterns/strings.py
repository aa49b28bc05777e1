"""Strings that make a regular expression slow, if anything does: made from its own parts, and of usual signs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, combinations
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

USUAL = "a1 \n\u00a0.-,'’\"<\u0301éA_/"
_EXAMPLES = {
    kinds.CATEGORY_DIGIT: "1",
    kinds.CATEGORY_NOT_DIGIT: "a",
    kinds.CATEGORY_SPACE: " ",
    kinds.CATEGORY_NOT_SPACE: "a",
    kinds.CATEGORY_WORD: "a",
    kinds.CATEGORY_NOT_WORD: "-",
}
_MOST_SIGNS = 16
_MOST_PAIRS = 15


def units(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """Return triples: prefix, repeated part, suffix."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    # Without IGNORECASE, for the parser; the signs are the same.
    tree = parser.parse(text, pattern.flags & ~re.IGNORECASE & (re.UNICODE | re.VERBOSE | re.MULTILINE | re.DOTALL))
    own = list(dict.fromkeys(_signs(tree)))[:_MOST_SIGNS]
    signs = list(dict.fromkeys([*own, *USUAL]))
    whole = _example(tree)
    pairs = list(combinations(dict.fromkeys([*own, "a", " ", "\n"]), 2))[:_MOST_PAIRS]
    pumped = list(_pumped(tree, ""))
    return list(
        dict.fromkeys(
            chain(
                pumped,
                (("", sign, "") for sign in signs),
                (("", sign, "a") for sign in own),
                (("", "".join(pair), "") for pair in pairs),
                (("", unit, "") for unit in (whole, whole[:-1], f"{whole} ") if unit),
            )
        )
    )


def _pumped(tree: Any, before: str) -> Iterator[tuple[str, str, str]]:
    """Yield each repeated part with an example of what leads to it, and an end that does not fit."""
    for kind, value in tree:
        if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
            least, most, body = value
            if most > 3:
                for unit in filter(None, dict.fromkeys((_example(body), *_signs(body)))):
                    yield from ((before, unit, "\0"), (before, unit, "a"))
            yield from _pumped(body, before)
            before += _example(body) * max(least, 0)
        elif kind is kinds.SUBPATTERN:
            yield from _pumped(value[3], before)
            before += _example(value[3])
        elif kind is kinds.ATOMIC_GROUP:
            yield from _pumped(value, before)
            before += _example(value)
        elif kind is kinds.BRANCH:
            for branch in value[1]:
                yield from _pumped(branch, before)
            before += _example(value[1][0])
        elif kind in (kinds.ASSERT, kinds.ASSERT_NOT):
            yield from _pumped(value[1], before)
        else:
            before += _sign(kind, value)


def _example(tree: Any) -> str:
    """Return a short string that the pattern matches, or nearly so."""
    pieces = []
    for kind, value in tree:
        if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
            least, most, body = value
            pieces.append(_example(body) * max(least, min(1, most)))
        elif kind is kinds.SUBPATTERN:
            pieces.append(_example(value[3]))
        elif kind is kinds.ATOMIC_GROUP:
            pieces.append(_example(value))
        elif kind is kinds.BRANCH:
            pieces.append(_example(value[1][0]))
        else:
            pieces.append(_sign(kind, value))
    return "".join(pieces)


def _sign(kind: Any, value: Any) -> str:
    if kind is kinds.LITERAL:
        return chr(value)
    if kind is kinds.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if kind is kinds.ANY:
        return "a"
    if kind is kinds.IN:
        return next(_of_class(value), "")
    return ""


def _of_class(value: Any) -> Iterator[str]:
    if value[0][0] is kinds.NEGATE:
        excluded = {sign for part in value[1:] for sign in _of_class([part])}
        yield from (sign for sign in "a1-. \n" if sign not in excluded)
        return
    for kind, part in value:
        if kind is kinds.LITERAL:
            yield chr(part)
        elif kind is kinds.RANGE:
            yield chr(part[0])
        elif kind is kinds.CATEGORY:
            yield _EXAMPLES[part]


def _signs(tree: Any) -> Iterator[str]:
    """Yield the signs that the pattern speaks of, one for each class."""
    for kind, value in tree:
        if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
            yield from _signs(value[2])
        elif kind is kinds.SUBPATTERN:
            yield from _signs(value[3])
        elif kind is kinds.ATOMIC_GROUP:
            yield from _signs(value)
        elif kind is kinds.BRANCH:
            for branch in value[1]:
                yield from _signs(branch)
        elif kind in (kinds.ASSERT, kinds.ASSERT_NOT):
            yield from _signs(value[1])
        elif kind is kinds.IN:
            yield from _of_class(value)
        elif sign := _sign(kind, value):
            yield sign
