"""Spelling correction: words that are looked for instead of others, and words that are offered.

A word that no article holds is *replaced* by its likeliest correction. A word that few articles hold, while a far
likelier one is a slip away, is looked for as it was typed, and the likelier one is offered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.derived.spelling import Correction, SpellingDictionary
from searchapp.i18n import Message
from searchapp.model import Deadline, Replacement
from searchapp.schema import STEMS
from searchapp.search.query_statistics import QueryStatistics

__all__ = ["NO_CORRECTIONS", "Corrections", "SpellingCorrector", "correction_messages"]

# Articles from which on a correction is held by so many: in small archives most right words are in one article.
_LEAST_FREQUENCIES: Final = ((10_000, 3), (1_000, 2), (0, 1))
# The cost, by letters typed, up to which a correction replaces: short words are near to many others by chance, so that
# in an archive without « santé » the rare « saute » is offered only.
_COST_PER_LETTER: Final = 0.14
# A word in more than one of so many articles is what was meant. The ratios were chosen with benchmarks/spelling.py.
_RARE: Final = 10_000
_SHORTEST_OFFERED: Final = 5
# So many times as many articles hold a far likelier word: for a common slip, and for another.
_FAR_LIKELIER: Final = (150, 2_000)
# The same for a form that no article holds, beside articles with other forms of its stem.
_FAR_LIKELIER_THAN_STEM: Final = (1, 8)
# Corrections whose costs differ by less are about as likely: a frequency 1.6 times as high.
_TIE: Final = 0.1
_MOST_OFFERED: Final = 2


@dataclass(frozen=True, slots=True)
class Corrections:
    """The corrections of one query, by exact form.

    ``by_form`` has the terms to look for instead, none where the dictionary has nothing similar; ``offered`` what may
    be meant, the likeliest first. ``unchecked`` are the forms that no article holds and that there was no time to
    correct.
    """

    by_form: Mapping[str, tuple[Term, ...]] = field(default_factory=dict)
    unchecked: frozenset[str] = frozenset()
    offered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """False when the time did not suffice for every word."""
        return not self.unchecked

    def of(self, term: Term) -> tuple[Term, ...]:
        """Return the terms to look for: ``term`` itself or its correction."""
        return self.by_form.get(term.exact) or (term,)

    def replacements(self, replaced: Set[str]) -> tuple[Replacement, ...]:
        """Return those of the ``replaced`` forms that have a correction, each with it."""
        return tuple(
            Replacement(word, self.offered[word][0])
            for word, corrected in self.by_form.items()
            if corrected and word in replaced
        )

    def suggestions(self, query: str, analyzer: FrenchAnalyzer) -> tuple[str, ...]:
        """Return the query text with its words corrected; then, if one has two likely corrections, with the other."""
        if not self.offered:
            return ()
        tokens = [(token.start, token.end, self.offered.get(token.term.exact, ())) for token in analyzer.tokens(query)]
        best = [(start, end, words[0]) for start, end, words in tokens if words]
        texts = [_replaced(query, best)]
        tied = next(((start, end, words[1]) for start, end, words in tokens if len(words) > 1), None)
        if tied:
            texts.append(_replaced(query, [tied if each[:2] == tied[:2] else each for each in best]))
        return tuple(text for text in texts if text != query)


def correction_messages(replacements: Iterable[Replacement]) -> Iterator[Message]:
    """Yield a message for each replacement."""
    for replacement in replacements:
        yield Message(
            "No article holds “{word}”; “{other}” was looked for instead.",
            word=replacement.word,
            other=replacement.instead,
        )


def _replaced(query: str, changes: Iterable[tuple[int, int, str]]) -> str:
    """Return ``query`` with the words of ``changes``, (start, end, text), in their places."""
    parts, done = [], 0
    for start, end, text in changes:
        parts += [query[done:start], text]
        done = end
    return "".join([*parts, query[done:]])


def _shown(terms: Iterable[Term]) -> str:
    """Return the exact forms of ``terms`` as people write them; compounds have a sign for their spaces."""
    return " ".join(term.exact for term in terms).replace("_", " ")


NO_CORRECTIONS: Final = Corrections()


class SpellingCorrector:
    """Corrects words by the dictionary of one generation. Unless ``replaces``, corrections are only offered."""

    def __init__(
        self,
        statistics: QueryStatistics,
        spelling: SpellingDictionary,
        analyzer: FrenchAnalyzer,
        *,
        replaces: bool = True,
    ) -> None:
        least = next(least for articles, least in _LEAST_FREQUENCIES if statistics.count >= articles)
        self._statistics = statistics
        self._documents = cache(spelling.documents)
        self._corrections = cache(lambda word: spelling.corrections(word, least))
        self._analyzer = analyzer
        self._replaces = replaces

    def possible_terms(self, terms: Iterable[Term], deadline: Deadline) -> Iterator[Term]:
        """Yield the terms that may be looked for instead of ``terms``, as far as there is time to find them.

        A word of the dictionary is held by an article, so nothing is looked for instead of it.
        """
        for term in terms if self._replaces else ():
            if not term.is_stopword and not deadline.passed() and not self._documents(term.word):
                for correction in self._corrections(term.word)[:1]:
                    yield from self._terms(correction)

    def correct(self, terms: Iterable[Term], correctable: Set[str], deadline: Deadline) -> Corrections:
        """Return the corrections of those of ``terms`` that no article holds, or few where a likelier one is near.

        Of exact forms that are not ``correctable`` it is only noted that no article holds them.
        """
        by_form: dict[str, tuple[Term, ...]] = {}
        offered: dict[str, tuple[str, ...]] = {}
        unchecked: list[str] = []
        for form, term in {term.exact: term for term in terms}.items():
            articles = self._statistics.document_frequency(STEMS, term.stem)
            if form not in correctable:
                by_form |= {} if articles else {form: ()}
                continue
            if deadline.passed():
                unchecked += [] if articles else [form]
                continue
            corrections = self._far_likelier(term, articles) if articles else self._likeliest(term)
            if corrections:
                offered[form] = tuple(dict.fromkeys(_shown(self._terms(each)) for each in corrections))
            if not articles and self._replaces:
                sure = [each for each in corrections[:1] if each.cost <= _COST_PER_LETTER * len(term.word)]
                terms = [each for correction in sure for each in self._terms(correction)]
                by_form[form] = tuple(each for each in terms if not each.is_stopword)
        return Corrections(by_form, frozenset(unchecked), offered)

    def _likeliest(self, term: Term) -> list[Correction]:
        """Return the likeliest correction of a word that no article holds, and one that is about as likely."""
        corrections = self._corrections(term.word)
        return [each for each in corrections if each.cost <= corrections[0].cost + _TIE][:_MOST_OFFERED]

    def _far_likelier(self, term: Term, articles: int) -> list[Correction]:
        """Return the correction of a word in few articles (its stem in ``articles``) if it is a far likelier one."""
        own = self._documents(term.word)
        if len(term.word) < _SHORTEST_OFFERED or term.is_stopword or own > max(1, self._statistics.count // _RARE):
            return []
        common, other = (ratio * own for ratio in _FAR_LIKELIER)
        if not own:
            common, other = (ratio * articles for ratio in _FAR_LIKELIER_THAN_STEM)
        return [
            correction
            for correction in self._corrections(term.word)[:1]
            if correction.edits == 1 or correction.is_common
            if correction.documents >= (common if correction.is_common else other)
            if all(each.stem != term.stem for each in self._terms(correction))
        ]

    def _terms(self, correction: Correction) -> tuple[Term, ...]:
        return tuple(self._analyzer.term_of_form(form) for form in correction.forms)
