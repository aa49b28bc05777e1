"""The query plan: everything that the stages of a search need to know of a query, over one generation.

It is made once. Pages, JSON, evaluation and warm-up all run on it; a stage reads the plan and the results of the stage
before, and changes neither. The marks of a single article need its first half only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.engines.port import Clause
from searchapp.i18n import Message
from searchapp.model import Deadline, Filters, Remark, SearchRequest, Sort
from searchapp.query import Bool, MatchAll, Node, ParsedQuery, Phrase, narrows
from searchapp.search.abbreviations import Abbreviations
from searchapp.search.corrections import Corrections, SpellingCorrector
from searchapp.search.dictionary import Dictionaries, Lookup
from searchapp.search.highlight_terms import HighlightTerms, extract_highlight_terms
from searchapp.search.open_generation import OpenGeneration
from searchapp.search.query_terms import replaced_forms, scored_terms, scored_texts, terms_to_correct
from searchapp.search.relaxing import relax_phrases, without_fillers
from searchapp.search.resolve import Resolver
from searchapp.search.scored_terms import ScoredTerm, weigh
from searchapp.search.spellings import QuerySpellings, TypedForm
from searchapp.search.synonyms import MOST_ALTERNATIVES, Alternative, Synonyms

__all__ = ["QueryPlan", "QueryPlanner"]

# Somebody who types a phrase beside as many words has pasted a headline, whose quotation marks quote a speaker.
_MIN_HEADLINE_WORDS = 7
_MIN_WORDS_BESIDE_QUOTES = 2


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """A query over one generation, ready to run.

    ``clause`` finds the articles, ``scored_terms`` rank them. Each of ``alternatives`` (synonyms) is of a stretch of
    these terms. ``sort`` is the order in effect. Unless ``complete``, there was no time to look up all words.
    """

    tree: Node
    clause: Clause
    filters: Filters
    sort: Sort
    scored_terms: tuple[ScoredTerm, ...]
    alternatives: tuple[Alternative, ...]
    highlight_terms: HighlightTerms
    corrections: Corrections
    remarks: tuple[Remark, ...] = ()
    suggestion: str | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class _CorrectedQuery:
    """A query with its words corrected: the first half of a plan. ``messages`` say how the tree was changed."""

    tree: Node
    spellings: QuerySpellings
    messages: tuple[Message, ...]
    corrections: Corrections
    terms: Sequence[Term]
    alternatives: tuple[Alternative, ...]
    typed_forms: Mapping[str, TypedForm]
    names: frozenset[str]


class QueryPlanner:
    """Makes plans with the analyzer of the index. Safe to share between threads."""

    def __init__(self, analyzer: FrenchAnalyzer, synonyms: Synonyms) -> None:
        self._analyzer = analyzer
        self._synonyms = synonyms
        self._dictionaries = Dictionaries(analyzer)
        self._abbreviations = Abbreviations(analyzer)

    def plan(
        self,
        request: SearchRequest,
        parsed: ParsedQuery,
        generation: OpenGeneration,
        deadline: Deadline,
        messages: tuple[Message, ...] = (),
    ) -> QueryPlan:
        """Return the plan of ``request``, whose query text is ``parsed``; words are looked up until ``deadline``.

        ``messages`` say how its tree was changed before.
        """
        reader, spelling = generation.reader, generation.spelling
        parsed = replace(parsed, tree=without_fillers(parsed.tree, request.query))
        query = self._correct(parsed, generation, deadline)
        lookup = Lookup(self._dictionaries.of(reader), deadline)
        resolution = Resolver(query.spellings, lookup, query.corrections).resolve(query.tree)
        replaced = replaced_forms(query.tree, query.spellings)
        reported = (*messages, *query.messages, *query.corrections.messages(replaced))
        whole_query = (Remark(message, 0, len(request.query)) for message in reported)
        return QueryPlan(
            tree=query.tree,
            clause=resolution.clause,
            filters=request.filters,
            sort=_effective_sort(request.sort, query.tree),
            scored_terms=weigh(query.terms, query.alternatives, query.typed_forms, query.names, reader, spelling),
            alternatives=query.alternatives,
            highlight_terms=self._highlight_terms(query),
            corrections=query.corrections,
            remarks=(*parsed.remarks, *resolution.remarks, *whole_query),
            suggestion=query.corrections.suggestion(request.query, self._analyzer),
            complete=query.corrections.complete and resolution.complete,
        )

    def relaxed_plan(
        self, request: SearchRequest, parsed: ParsedQuery, generation: OpenGeneration, deadline: Deadline
    ) -> QueryPlan | None:
        """Return the plan of ``request`` with words in place of its phrases, None when it has no phrase."""
        relaxed = relax_phrases(parsed.tree)
        if relaxed is None:
            return None
        tree, messages = relaxed
        return self.plan(request, replace(parsed, tree=tree), generation, deadline, messages)

    def highlight_terms(self, parsed: ParsedQuery, generation: OpenGeneration, deadline: Deadline) -> HighlightTerms:
        """Return the highlight terms of a plan, for one article: nothing has to be found, so no clause is resolved."""
        return self._highlight_terms(self._correct(parsed, generation, deadline))

    def _correct(self, parsed: ParsedQuery, generation: OpenGeneration, deadline: Deadline) -> _CorrectedQuery:
        tree, messages = _prefer_quotes(parsed.tree)
        corrector = SpellingCorrector(generation.reader, generation.spelling)
        spellings = QuerySpellings(self._analyzer, generation.reader, generation.spelling)
        corrections = corrector.correct(terms_to_correct(tree, spellings), deadline)
        terms = scored_terms(tree, spellings, corrections)
        stems, text = [term.stem for term in terms], " ".join(scored_texts(tree))
        written_otherwise = Synonyms(spellings.groups([text])).of(stems)
        others = (replace(alternative, is_spelling=True) for alternative in written_otherwise)
        abbreviations = self._abbreviations.of(text, terms, generation.reader, deadline)
        alternatives = (*self._synonyms.of(stems), *others, *abbreviations)[:MOST_ALTERNATIVES]
        typed_forms, names = spellings.typed_forms(text), spellings.names(text)
        return _CorrectedQuery(tree, spellings, messages, corrections, terms, alternatives, typed_forms, names)

    def _highlight_terms(self, query: _CorrectedQuery) -> HighlightTerms:
        return extract_highlight_terms(query.tree, query.spellings, query.corrections, query.alternatives)


def _prefer_quotes(tree: Node) -> tuple[Node, tuple[Message, ...]]:
    """Return ``tree`` with a message; in a pasted headline, phrases are preferred instead of required."""
    if (
        not isinstance(tree, Bool)
        or not tree.must
        or not all(isinstance(clause, Phrase) and not clause.slop for clause in tree.must)
    ):
        return tree, ()
    words = sum(len(clause.text.split()) for clause in tree.must if isinstance(clause, Phrase)) + len(tree.should)
    if len(tree.should) < _MIN_WORDS_BESIDE_QUOTES or words < _MIN_HEADLINE_WORDS:
        return tree, ()
    message = Message("In a long query, words between quotation marks are preferred, not required.")
    return Bool((*tree.should, *tree.must), (), tree.must_not), (message,)


def _effective_sort(sort: Sort, tree: Node) -> Sort:
    """Return the order that ``tree`` allows: a query that only narrows has nothing to rank by."""
    only_narrows = isinstance(tree, MatchAll) or (
        isinstance(tree, Bool) and not tree.should and all(map(narrows, tree.must))
    )
    return Sort.NEWEST if only_narrows and sort is Sort.RELEVANCE else sort
