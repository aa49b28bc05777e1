"""Suggestions while typing: how the text goes on, by the words, phrases and names of the articles.

The whole text is completed; where nothing begins so, its last words are, with the rest kept as typed: « grève à l'ass »
is completed to « grève à l’Assemblée nationale ».
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from searchapp.analysis import FrenchAnalyzer
from searchapp.analysis.filters import elided_length, normalize
from searchapp.analysis.value_keys import value_key
from searchapp.derived.suggestions import StoredSuggestion, SuggestionKind, suggestion_key
from searchapp.derived.title_phrases import plain_text
from searchapp.engines.port import Clause, EngineRequest, PhraseClause, TermClause
from searchapp.schema import FACET_KEYS, TAG, WORDS
from searchapp.search.open_generation import OpenGeneration

__all__ = ["MOST_SUGGESTIONS", "Suggestion", "suggest"]

MOST_SUGGESTIONS: Final = 20
# Forms of one text that may stand beside the best suggestions.
_ROWS_EACH: Final = 6
_TYPED_WORDS: Final = 5
_LEAST_LETTERS: Final = 3
# Signs of the query language before a word: they stay as typed, and belong to that word only.
_SIGNS: Final = "-+"
# A word is left out where a phrase that begins with it stands for nearly all of its articles.
_PHRASE_SHARE: Final = 0.8
_WORD: Final = re.compile(r"\S+")
# The apostrophe that many leave out: « l ass » is « l'ass ».
_ELIDED_APART: Final = re.compile(r"\b([ldjmtsnc]|qu) (?=[aeiouyhàâéèêëîïôûœ])", re.IGNORECASE)
_FACETS: Final = {SuggestionKind.TAG: TAG, SuggestionKind.AUTHOR: "author", SuggestionKind.SOURCE: "source"}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text to search for, its kind, and the number of articles that have what was completed in it."""

    text: str
    kind: SuggestionKind
    count: int


def suggest(typed: str, limit: int, generation: OpenGeneration, analyzer: FrenchAnalyzer) -> list[Suggestion]:
    """Return at most ``limit`` suggestions for ``typed``, the best first, each found in an article that is shown."""
    typed = _ELIDED_APART.sub(r"\1’", plain_text(typed)) + (" " if typed[-1:].isspace() else "")
    for start in _starts(typed):
        tail = typed[start:].lstrip(_SIGNS)
        head = typed[: len(typed) - len(tail)]
        is_signed = head.endswith(tuple(_SIGNS))
        prefix = suggestion_key(tail) + (" " if tail.endswith(" ") else "")
        rows = generation.suggestions.starting_with(prefix, limit * _ROWS_EACH)
        ranked = _ranked(row for row in rows if not is_signed or " " not in row.text)
        shown = (suggestion for suggestion in ranked if _is_shown(suggestion, generation, analyzer))
        if best := list(islice(shown, limit)):
            return [replace(suggestion, text=head + suggestion.text) for suggestion in best]
    return []


def _starts(typed: str) -> Iterator[int]:
    """Yield where the words that are completed may begin: at the first word, then at later ones, elided ones last."""
    if typed.strip():
        yield 0
    last = list(_WORD.finditer(typed))[-_TYPED_WORDS:]
    starts = [word.start() for word in last]
    starts += [word.start() + elided for word in last if (elided := elided_length(word[0]))]
    yield from (start for start in starts if start and len(typed) - start >= _LEAST_LETTERS)


def _ranked(rows: Iterable[StoredSuggestion]) -> list[Suggestion]:
    """Return one suggestion for all forms of a text, by falling count; of a name found by two words, the first row."""
    forms: dict[str, dict[tuple[SuggestionKind, str], int]] = {}
    for row in rows:
        forms.setdefault(value_key(row.text), {})[row.kind, row.text] = row.articles
    suggestions = [_most_written(written) for written in forms.values()]
    phrases = [(normalize(entry.text), entry.count) for entry in suggestions if entry.kind is SuggestionKind.PHRASE]
    kept = [
        entry
        for entry in suggestions
        if entry.kind is not SuggestionKind.WORD or not _is_part(normalize(entry.text), entry.count, phrases)
    ]
    return sorted(kept, key=lambda entry: (-entry.count, len(entry.text), entry.text))


def _most_written(written: dict[tuple[SuggestionKind, str], int]) -> Suggestion:
    """Return the form of the most articles among those of the kind that has the most."""
    totals: Counter[SuggestionKind] = Counter()
    for (kind, _), count in written.items():
        totals[kind] += count
    best = max(totals, key=lambda kind: (totals[kind], kind))
    counts = {text: count for (kind, text), count in written.items() if kind is best}
    # Of equal ones that with the fewest capitals: some titles are all in capitals.
    text = min(counts, key=lambda text: (-counts[text], sum(map(str.isupper, text)), text))
    return Suggestion(text, best, totals[best])


def _is_part(word: str, count: int, phrases: Iterable[tuple[str, int]]) -> bool:
    return any(text.startswith(word + " ") and number >= _PHRASE_SHARE * count for text, number in phrases)


def _is_shown(suggestion: Suggestion, generation: OpenGeneration, analyzer: FrenchAnalyzer) -> bool:
    """Return whether an article that was not withdrawn since has the suggestion."""
    if not generation.excludes_articles:
        return True
    clause = _clause(suggestion, analyzer)
    return generation.reader.search(EngineRequest(clause, limit=0)).total > 0


def _clause(suggestion: Suggestion, analyzer: FrenchAnalyzer) -> Clause:
    if facet := _FACETS.get(suggestion.kind):
        return TermClause(FACET_KEYS[facet], ((value_key(suggestion.text), 0.0),))
    words = tuple(term.word for term in analyzer.terms(suggestion.text))
    return PhraseClause(WORDS["title"], words) if len(words) > 1 else TermClause(WORDS["title"], ((words[0], 0.0),))
