"""The query plan: everything that the stages of a search need to know of a query, over one generation.

It is made once. Pages, JSON, evaluation and warm-up all run on it; a stage reads the plan and the results of the stage
before, and changes neither. The marks of a single article need its first half only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.analysis.filters import stopwords
from searchapp.engines.port import Clause
from searchapp.i18n import Message
from searchapp.model import Deadline, Filters, Match, Remark, Replacement, SearchRequest, Sort
from searchapp.query import Bool, MatchAll, Node, ParsedQuery, Phrase, narrows, show
from searchapp.schema import EXACT, STEMS
from searchapp.search.abbreviations import Abbreviations
from searchapp.search.corrections import Corrections, SpellingCorrector, correction_messages
from searchapp.search.dictionary import Dictionaries, Lookup
from searchapp.search.expansions import term_prefixes
from searchapp.search.highlight_terms import HighlightTerms, extract_highlight_terms
from searchapp.search.offers import with_offers
from searchapp.search.open_generation import OpenGeneration
from searchapp.search.preferred_parts import PreferredPart, PreferredParts, typed_spans, unheld_words
from searchapp.search.query_statistics import QueryStatistics
from searchapp.search.query_terms import (
    replaced_forms,
    scored_terms,
    scored_texts,
    terms_to_correct,
    texts_to_read,
    without_exclusions,
)
from searchapp.search.relaxing import relax_phrases, without_fillers
from searchapp.search.rerank_score import WEIGHTS, Weights
from searchapp.search.resolve import Resolution, Resolver
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
    these terms. An article may lack any of ``parts``. ``sort`` is the order in effect, ``match`` what was asked for;
    ``half_life`` is that of recency in days, 0 without it; ``weights`` are those of the ranking. ``texts`` has exact
    forms as they were typed. Unless ``complete``, there was no time to look up all words. ``understood`` is the tree as
    people are shown it, before words were corrected or preferred.
    """

    tree: Node
    understood: Node
    clause: Clause
    filters: Filters
    sort: Sort
    scored_terms: tuple[ScoredTerm, ...]
    alternatives: tuple[Alternative, ...]
    highlight_terms: HighlightTerms
    corrections: Corrections
    parts: tuple[PreferredPart, ...] = ()
    match: Match = Match.MOST
    half_life: int = 0
    weights: Weights = WEIGHTS
    texts: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    suggestions: tuple[str, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    complete: bool = True

    def effective(self, request: SearchRequest) -> SearchRequest:
        """Return ``request`` with the order, the match and the recency in effect."""
        return replace(request, sort=self.sort, match=self.match, recency=self.half_life)

    @property
    def requires_all_words(self) -> bool:
        """True when every article that the query finds holds all its words: it has one word, or requires them."""
        if len(self.parts) > 1:
            return False
        return not self.parts or (isinstance(self.tree, Bool) and all(map(narrows, self.tree.must)))

    @property
    def lacks_words(self) -> bool:
        """True when a word of the query is held by no article, so that none can hold all of them."""
        return self.complete and not all(part.is_held for part in self.parts)


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

    def __init__(
        self,
        analyzer: FrenchAnalyzer,
        synonyms: Synonyms,
        default_match: Match = Match.MOST,
        half_life: int = 0,
        weights: Weights = WEIGHTS,
    ) -> None:
        self._analyzer = analyzer
        self._stopword_stems = frozenset(analyzer.term(word).stem for word in stopwords())
        self._default_match = default_match
        self._half_life = half_life
        self._weights = weights
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
        statistics, spelling, understood = QueryStatistics(generation.reader), generation.spelling, parsed.tree
        parsed = replace(parsed, tree=without_fillers(parsed.tree, request.query))
        query = self._correct(parsed, generation, statistics, deadline, replaces=request.correct, expands=True)
        lookup = Lookup(self._dictionaries.of(generation.reader), deadline, statistics)
        resolver = Resolver(query.spellings, lookup, query.corrections)
        resolution = resolver.resolve(query.tree)
        terms = weigh(query.terms, query.alternatives, query.typed_forms, query.names, statistics, spelling)
        typed = typed_spans(request.query, self._analyzer)
        texts = {form: request.query[start:end] for form, (start, end) in typed.items()}
        finder = PreferredParts(resolver, query.spellings, query.corrections, terms, texts, self._stopword_stems)
        parts = tuple(finder.of(query.tree))
        # Of words that there was no time to look up, nobody knows whether an article has them.
        unheld = unheld_words(query.corrections, parts, typed, request.query) if resolution.complete else ()
        replacements = query.corrections.replacements(replaced_forms(query.tree, query.spellings))
        reported = (*messages, *query.messages, *correction_messages(replacements))
        whole_query = (Remark(message, 0, len(request.query)) for message in reported)
        return QueryPlan(
            tree=query.tree,
            understood=understood,
            clause=resolution.clause,
            filters=request.filters,
            sort=_effective_sort(request.sort, query.tree),
            scored_terms=terms,
            alternatives=query.alternatives,
            highlight_terms=self._highlight_terms(query),
            corrections=query.corrections,
            parts=parts,
            texts=texts,
            match=request.match or self._default_match,
            half_life=self._half_life_of(request, query.tree),
            weights=self._weights,
            remarks=(*parsed.remarks, *resolution.remarks, *whole_query, *unheld),
            suggestions=self._suggestions(request, replace(parsed, tree=understood), resolution, query.corrections),
            replacements=replacements,
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
        statistics = QueryStatistics(generation.reader)
        return self._highlight_terms(self._correct(parsed, generation, statistics, deadline))

    def _half_life_of(self, request: SearchRequest, tree: Node) -> int:
        """Return the half-life in effect; by date age does not count."""
        by_relevance = _effective_sort(request.sort, tree) is Sort.RELEVANCE
        asked = self._half_life if request.recency is None else request.recency
        return asked if by_relevance else 0

    def _correct(
        self,
        parsed: ParsedQuery,
        generation: OpenGeneration,
        statistics: QueryStatistics,
        deadline: Deadline,
        *,
        replaces: bool = True,
        expands: bool = False,
    ) -> _CorrectedQuery:
        """Return the query of ``parsed`` with its words corrected; ``expands`` reads the words of its prefixes too."""
        tree, messages = _prefer_quotes(parsed.tree)
        corrector = SpellingCorrector(statistics, generation.spelling, self._analyzer, replaces=replaces)
        spellings = QuerySpellings(self._analyzer, statistics, generation.spelling)
        # Nearly all that is looked up is known before any of it is.
        typed = {term: None for text, _ in texts_to_read(tree) for term in spellings.possible_terms(text)}
        statistics.read(
            _looked_up([*typed, *corrector.possible_terms(typed, deadline)]),
            term_prefixes(tree, spellings) if expands and not deadline.passed() else (),
        )
        correctable = frozenset(term.exact for term in terms_to_correct(without_exclusions(tree), spellings))
        corrections = corrector.correct(terms_to_correct(tree, spellings), correctable, deadline)
        terms = scored_terms(tree, spellings, corrections)
        stems, text = [term.stem for term in terms], " ".join(scored_texts(tree))
        written_otherwise = Synonyms(spellings.groups([text])).of(stems)
        # A spelling of stopwords alone (« d’eux » for « deux ») has no stems: every article would hold it.
        others = (replace(other, is_spelling=True) for other in written_otherwise if other.stems)
        abbreviations = self._abbreviations.of(text, terms, generation.reader, statistics, deadline)
        alternatives = (*self._synonyms.of(stems), *others, *abbreviations)[:MOST_ALTERNATIVES]
        typed_forms, names = spellings.typed_forms(text), spellings.names(text)
        return _CorrectedQuery(tree, spellings, messages, corrections, terms, alternatives, typed_forms, names)

    def _suggestions(
        self, request: SearchRequest, parsed: ParsedQuery, resolution: Resolution, corrections: Corrections
    ) -> tuple[str, ...]:
        """Return the queries that may be meant: what was typed or, if some of it could not be read, its normal form."""
        text = request.query
        if resolution.offers or parsed.remarks:
            text = show(with_offers(parsed.tree, dict(resolution.offers)))
        corrected = corrections.suggestions(text, self._analyzer)
        return corrected or ((text,) if resolution.offers and text != request.query else ())

    def _highlight_terms(self, query: _CorrectedQuery) -> HighlightTerms:
        return extract_highlight_terms(query.tree, query.spellings, query.corrections, query.alternatives)


def _looked_up(terms: Sequence[Term]) -> Iterator[tuple[str, str]]:
    """Yield field and form of what is looked up of ``terms``: all stems and, of those that may score, exact forms."""
    yield from ((STEMS, term.stem) for term in terms)
    scored = [term for term in terms if not term.is_stopword] or terms
    yield from ((field, term.exact) for term in scored for field in EXACT.values())


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
