"""Spelling correction: words that no article holds, and the words that are looked for instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Final

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.derived.spelling import SpellingDictionary
from searchapp.engines.port import Reader
from searchapp.i18n import Message
from searchapp.model import Deadline
from searchapp.schema import STEMS

__all__ = ["NO_CORRECTIONS", "Corrections", "SpellingCorrector"]


@dataclass(frozen=True, slots=True)
class Corrections:
    """The corrections of one query: exact form -> the terms instead, none where the dictionary has nothing similar.

    ``unchecked`` are the forms that no article holds and that there was no time to correct.
    """

    by_form: Mapping[str, tuple[Term, ...]] = field(default_factory=dict)
    unchecked: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """False when the time did not suffice for every word."""
        return not self.unchecked

    def of(self, term: Term) -> tuple[Term, ...]:
        """Return the terms to look for: ``term`` itself or its correction."""
        return self.by_form.get(term.exact) or (term,)

    def messages(self, replaced: Set[str]) -> list[Message]:
        """Return a message for each of the ``replaced`` forms that has a correction."""
        return [
            Message(
                "No article holds “{word}”; “{other}” was looked for instead.",
                word=word,
                other=_shown(corrected),
            )
            for word, corrected in self.by_form.items()
            if corrected and word in replaced
        ]

    def suggestion(self, query: str, analyzer: FrenchAnalyzer) -> str | None:
        """Return the query text with its words corrected, None when nothing changes."""
        if not any(self.by_form.values()):
            return None
        parts, done = [], 0
        for token in analyzer.tokens(query):
            if corrected := self.by_form.get(token.term.exact):
                parts += [query[done : token.start], _shown(corrected)]
                done = token.end
        text = "".join([*parts, query[done:]])
        return text if text != query else None


def _shown(terms: Iterable[Term]) -> str:
    """Return the exact forms of ``terms`` as people write them; compounds have a sign for their spaces."""
    return " ".join(term.exact for term in terms).replace("_", " ")


NO_CORRECTIONS: Final = Corrections()


class SpellingCorrector:
    """Corrects words by the dictionary of one generation."""

    def __init__(self, reader: Reader, spelling: SpellingDictionary) -> None:
        self._reader = reader
        self._spelling = spelling

    def correct(self, terms: Iterable[Term], deadline: Deadline) -> Corrections:
        """Return the corrections of those of ``terms`` whose stem no article holds."""
        by_form: dict[str, tuple[Term, ...]] = {}
        unchecked: list[str] = []
        for form, term in {term.exact: term for term in terms}.items():
            if self._reader.document_frequency(STEMS, term.stem):
                continue
            if deadline.passed():
                unchecked.append(form)
            else:
                by_form[form] = self._spelling.corrections(term)
        return Corrections(by_form, frozenset(unchecked))
