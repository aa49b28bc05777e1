"""The terms that articles are ranked by, with their weights in one generation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from searchapp.analysis import Term
from searchapp.derived.spelling import SpellingDictionary
from searchapp.schema import EXACT, STEMS
from searchapp.search.query_statistics import QueryStatistics
from searchapp.search.spellings import TypedForm
from searchapp.search.synonyms import Alternative

__all__ = ["ScoredTerm", "idf", "weigh"]


@dataclass(frozen=True, slots=True)
class ScoredTerm:
    """A content word of a query, as stem and as exact form, each with its idf in the generation."""

    stem: str
    form: str
    stem_idf: float
    form_idf: float
    related_stems: tuple[str, ...] = ()
    """Stems of the same family (licencier beside licenciement); each counts for a part."""
    alternatives: tuple[tuple[str, ...], ...] = ()
    """Synonyms, each as stems in a row; it counts as the word itself."""
    spellings: tuple[tuple[str, ...], ...] = ()
    """The same word otherwise written, as stems in a row; it counts where it is more frequent than the word."""
    typed_form: TypedForm | None = None
    """The typed form of the compound that begins with it."""
    is_name: bool = False
    """True for a word typed with a capital letter that does not begin the query."""
    is_held: bool = True
    """False when no article has the stem."""


def weigh(
    terms: Sequence[Term],
    alternatives: Sequence[Alternative],
    typed_forms: Mapping[str, TypedForm],
    names: Set[str],
    statistics: QueryStatistics,
    spelling: SpellingDictionary,
) -> tuple[ScoredTerm, ...]:
    """Return ``terms`` with their weights; ``alternatives`` are of stretches of them, ``names`` are exact forms."""
    scored = []
    for index, term in enumerate(terms):
        frequency = statistics.document_frequency(STEMS, term.stem)
        form_frequency = max(statistics.document_frequency(field, term.exact) for field in EXACT.values())
        others = [other for other in alternatives if other.start <= index < other.end]
        scored.append(
            ScoredTerm(
                stem=term.stem,
                form=term.exact,
                stem_idf=idf(statistics.count, frequency),
                form_idf=idf(statistics.count, form_frequency),
                related_stems=spelling.related_stems(term.stem),
                alternatives=tuple(other.stems for other in others if not other.is_spelling),
                spellings=tuple(other.stems for other in others if other.is_spelling),
                typed_form=typed_forms.get(term.stem),
                is_name=term.exact in names,
                is_held=frequency > 0,
            )
        )
    return tuple(scored)


def idf(documents: int, document_frequency: int) -> float:
    """Return ln(1 + (N - df + 0.5) / (df + 0.5)), as the engine port has it.

    An engine may count deleted documents in df and not in N; then all hold the term.
    """
    return math.log1p((max(0, documents - document_frequency) + 0.5) / (document_frequency + 0.5))
