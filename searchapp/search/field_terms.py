"""Fields of whole values (source, author, tag): the values that hold the words of a leaf in a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from searchapp.analysis import Term
from searchapp.engines.port import TermClause
from searchapp.engines.proximity import stand_near
from searchapp.query.ast import Exact, Fuzzy, Leaf, Phrase, PhrasePattern, Prefix, Wildcard
from searchapp.schema import ID, canonical_id
from searchapp.search.dictionary import Lookup
from searchapp.search.fuzzy import is_near
from searchapp.search.wildcards import WordForm

__all__ = ["value_clause"]

Test = Callable[[Term], bool]
# Identifiers read that begin like the one of the query: it may have lost punctuation at its end.
_SIMILAR_IDS: Final = 16


def value_clause(field: str, leaf: Leaf, terms: Sequence[Term], lookup: Lookup) -> tuple[TermClause, bool]:
    """Return the clause for the values of ``field`` that hold ``leaf`` (its ``terms``), and whether it is complete.

    Identifiers are compared as they are.
    """
    if field == ID:
        return _any_of(field, _ids(canonical_id(leaf.text), lookup)), True
    if isinstance(leaf, Phrase) and leaf.slop:
        words = [term.word for term in terms]
        matches = lookup.values(field, lambda value: stand_near([t.word for t in value], words, leaf.slop))
    else:
        tests = _tests(leaf, terms)
        matches = lookup.values(field, lambda value: _in_a_row(value, tests))
    return _any_of(field, matches.words[field]), matches.complete


def _ids(text: str, lookup: Lookup) -> list[str]:
    """Return the id ``text``, else those that differ from it in punctuation at their ends only."""
    similar = lookup.values_with_prefix(ID, text, _SIMILAR_IDS)
    if text in similar:
        return [text]
    matches = [value for value in similar if not any(map(str.isalnum, value[len(text) :]))]
    kept = [index for index, character in enumerate(text) if character.isalnum()]
    bare = text[kept[0] : kept[-1] + 1] if kept else ""
    return matches if matches or bare in ("", text) else _ids(bare, lookup)


def _any_of(field: str, values: Sequence[str]) -> TermClause:
    return TermClause(field, tuple((value, 1.0) for value in values))


def _tests(leaf: Leaf, terms: Sequence[Term]) -> list[Test]:
    if isinstance(leaf, Exact):
        return [lambda other, form=term.exact: other.exact == form for term in terms]  # type: ignore[misc]
    if isinstance(leaf, Fuzzy):
        return [lambda other, word=term.word: is_near(word, other.word, leaf.distance) for term in terms]  # type: ignore[misc]
    if isinstance(leaf, Wildcard | PhrasePattern):
        return [_matches(WordForm.of(piece)) for piece in leaf.text.split()]
    tests: list[Test] = [lambda other, word=term.word: other.word == word for term in terms]  # type: ignore[misc]
    if isinstance(leaf, Prefix):
        tests[-1] = lambda other: other.word.startswith(terms[-1].word)
    return tests


def _matches(form: WordForm) -> Test:
    return lambda other: form.matches(other.word)


def _in_a_row(value: Sequence[Term], tests: Sequence[Test]) -> bool:
    return any(
        all(test(term) for test, term in zip(tests, value[start:], strict=False))
        for start in range(len(value) - len(tests) + 1)
    )
