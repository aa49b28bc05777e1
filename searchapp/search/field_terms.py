"""Which of a field's whole values hold the words that a leaf asks for, in a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from searchapp.analysis import Term
from searchapp.engines.port import TermClause
from searchapp.engines.proximity import stand_near
from searchapp.query.ast import Exact, Fuzzy, Leaf, Phrase, Prefix
from searchapp.schema import ID, canonical_id
from searchapp.search.dictionary import Lookup
from searchapp.search.fuzzy import is_near

__all__ = ["value_clause"]

Test = Callable[[Term], bool]
# Values that begin like an identifier and end with signs that a query does not keep.
_SIMILAR_IDS = 16


def value_clause(field: str, leaf: Leaf, terms: Sequence[Term], lookup: Lookup) -> TermClause:
    """Return the clause for the values of ``field`` that ``leaf`` (its ``terms``) asks for; identifiers as they are."""
    if field == ID:
        return _any_of(field, _ids(canonical_id(leaf.text), lookup))
    if isinstance(leaf, Phrase) and leaf.slop:
        words = [term.word for term in terms]
        return _any_of(field, lookup.values(field, lambda held: stand_near([t.word for t in held], words, leaf.slop)))
    tests = _tests(leaf, terms)
    return _any_of(field, lookup.values(field, lambda held: _in_a_row(held, tests)))


def _ids(text: str, lookup: Lookup) -> list[str]:
    """Return the id ``text``; failing that those that differ from it in signs at their ends only."""
    similar = lookup.values_from(ID, text, _SIMILAR_IDS)
    if text in similar:
        return [text]
    found = [value for value in similar if not any(map(str.isalnum, value[len(text) :]))]
    bare = _without_signs(text)
    return found if found or bare in ("", text) else _ids(bare, lookup)


def _without_signs(text: str) -> str:
    places = [place for place, sign in enumerate(text) if sign.isalnum()]
    return text[places[0] : places[-1] + 1] if places else ""


def _any_of(field: str, values: list[str]) -> TermClause:
    return TermClause(field, tuple((value, 1.0) for value in values))


def _tests(leaf: Leaf, terms: Sequence[Term]) -> list[Test]:
    if isinstance(leaf, Exact):
        return [lambda held, form=term.exact: held.exact == form for term in terms]  # type: ignore[misc]
    if isinstance(leaf, Fuzzy):
        return [lambda held, word=term.word: is_near(word, held.word, leaf.distance) for term in terms]  # type: ignore[misc]
    tests: list[Test] = [lambda held, word=term.word: held.word == word for term in terms]  # type: ignore[misc]
    if isinstance(leaf, Prefix):
        tests[-1] = lambda held: held.word.startswith(terms[-1].word)
    return tests


def _in_a_row(held: Sequence[Term], tests: Sequence[Test]) -> bool:
    return any(
        all(test(term) for test, term in zip(tests, held[start:], strict=False))
        for start in range(len(held) - len(tests) + 1)
    )
