"""The preferred parts of a query, each of which an article may lack: its words above all.

Bare words prefer all words and require none. So a total, a facet or a list by date also needs to know which articles
hold all of them, and a reader which of them a result lacks. An article holds a word by its stem, by a stem of the same
family, by its correction, or by a synonym or another spelling in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.engines.clauses import BooleanClause, Clause, PhraseClause, TermClause, unscored
from searchapp.i18n import Message
from searchapp.model import Remark, Span
from searchapp.query.ast import And, Bool, Field, Fuzzy, Node, Or, Phrase, Prefix, Wildcard, Word, narrows, show
from searchapp.schema import STEMS, WORDS
from searchapp.search.corrections import Corrections
from searchapp.search.query_terms import content_terms, stem_texts
from searchapp.search.resolve import Resolver
from searchapp.search.scored_terms import ScoredTerm
from searchapp.search.spellings import QuerySpellings

__all__ = ["PreferredPart", "PreferredParts", "typed_spans", "unheld_words"]


@dataclass(frozen=True, slots=True)
class PreferredPart:
    """A part of a query that an article may lack; ``text`` is the part as it was typed, or its correction.

    ``clause`` finds the articles that hold it and does not score. ``ways`` are rows of stems: the rerank features of
    such an article hold every stem of one row. Without ways only the clause tells. ``is_held`` is False when no article
    holds it. ``form`` is the exact form of a word; ``at`` is where a prefix or a fuzzy word stands in the query text.
    """

    text: str
    clause: Clause
    ways: tuple[tuple[str, ...], ...] = ()
    is_held: bool = True
    form: str = ""
    at: Span | None = None


class PreferredParts:
    """Finds the preferred parts of a tree.

    ``resolver`` gives the clauses of nodes, ``scored_terms`` the families and synonyms of the words, ``typed`` the text
    of an exact form as it stands in the query. Of ``stopword_stems`` rerank features do not hold every word.
    """

    def __init__(
        self,
        resolver: Resolver,
        spellings: QuerySpellings,
        corrections: Corrections,
        scored_terms: Sequence[ScoredTerm],
        typed: Mapping[str, str],
        stopword_stems: frozenset[str],
    ) -> None:
        self._resolver = resolver
        self._spellings = spellings
        self._corrections = corrections
        self._scored = {term.stem: term for term in scored_terms}
        self._typed = typed
        self._stopword_stems = stopword_stems

    def of(self, node: Node, field: str = "") -> Iterator[PreferredPart]:
        """Yield the preferred parts of ``node``, which stands in the part ``field`` of articles or, if "", in any."""
        match node:
            case Bool():
                yield from self._of_field(node, field) if field else self._of_bool(node)
                for clause in node.must:
                    yield from self.of(clause, field)
            case And():
                for clause in node.clauses:
                    yield from self.of(clause, field)
            case Or():
                yield from self._of_alternatives(node, field)
            case Field() if node.name in WORDS:
                yield from self.of(node.node, node.name)

    def _of_bool(self, node: Bool) -> Iterator[PreferredPart]:
        """Yield the words of a Bool, those of its preferred phrases included, and its other preferred clauses."""
        or_stopwords = all(map(narrows, node.must))
        texts = stem_texts(node, with_required=False)
        terms = content_terms(texts, self._spellings, self._corrections, or_stopwords=or_stopwords) if texts else []
        by_stem: dict[str, Term] = {}
        for term in terms:
            by_stem.setdefault(term.stem, term)
        yield from map(self._word, by_stem.values())
        for clause in node.should:
            if not isinstance(clause, Word | Phrase):
                yield self._part(clause, "")

    def _of_field(self, node: Bool, field: str) -> Iterator[PreferredPart]:
        content = [clause for clause in node.should if not self._is_stopword(clause)]
        for clause in content or node.should:
            yield self._part(clause, field)

    def _of_alternatives(self, node: Or, field: str) -> Iterator[PreferredPart]:
        """Yield one part for all of ``node`` if any of its alternatives has preferred parts."""
        parts = [tuple(self.of(clause, field)) for clause in node.clauses]
        if any(parts):
            whole = (
                BooleanClause(must=(self._part(clause, field).clause, *(part.clause for part in own)))
                for clause, own in zip(node.clauses, parts, strict=True)
            )
            yield PreferredPart(show(node), BooleanClause(should=tuple(whole)))

    def _part(self, node: Node, field: str) -> PreferredPart:
        whole = Field(field, node) if field else node
        clause = unscored(self._resolver.resolve(whole).clause)
        at = node.at if isinstance(node, Prefix | Fuzzy | Wildcard) else None
        return PreferredPart(show(whole), clause, is_held=not _finds_nothing(clause), at=at)

    def _word(self, term: Term) -> PreferredPart:
        """Return the part of a word; a stem of its family or a synonym counts as the word itself."""
        scored = self._scored.get(term.stem)
        rows = (*scored.alternatives, *scored.spellings) if scored else ()
        ways = ((term.stem,), *((stem,) for stem in (scored.related_stems if scored else ())), *rows)
        single: Clause = TermClause(STEMS, tuple((way[0], 0.0) for way in ways if len(way) == 1))
        several = (
            BooleanClause(must=tuple(TermClause(STEMS, ((stem, 0.0),)) for stem in way)) for way in ways if len(way) > 1
        )
        clauses: tuple[Clause, ...] = (single, *several)
        return PreferredPart(
            text=self._typed.get(term.exact, term.exact.replace("_", " ")),
            clause=clauses[0] if len(clauses) == 1 else BooleanClause(should=clauses),
            ways=() if any(stem in self._stopword_stems for way in ways for stem in way) else ways,
            is_held=len(ways) > 1 or scored is None or scored.is_held,
            form=term.exact,
        )

    def _is_stopword(self, node: Node) -> bool:
        return isinstance(node, Word) and all(term.is_stopword for term in self._spellings.tokens(node.text))


def typed_spans(query: str, analyzer: FrenchAnalyzer) -> dict[str, Span]:
    """Return where each exact form stands in a query text for the first time, compounds included."""
    tokens = ((token.term.exact, (token.start, token.end)) for token in analyzer.tokens(query))
    compounds = ((term.exact, (one.start, one.end)) for one, term in analyzer.compounds(query, lenient=True))
    return dict(reversed([*tokens, *compounds]))


def unheld_words(
    corrections: Corrections, parts: Iterable[PreferredPart], typed: Mapping[str, Span], query: str
) -> Iterator[Remark]:
    """Yield a remark for each word of the query that no article holds and nothing was looked for in place of.

    A word with a synonym or another spelling is held by the articles with that.
    """
    held = {part.form for part in parts if part.is_held}
    unheld = [form for form, corrected in corrections.by_form.items() if not corrected and form not in held]
    unheld += [part.form for part in parts if part.form and not part.is_held]
    for form in dict.fromkeys(unheld):
        start, end = typed.get(form, (0, len(query)))
        word = query[start:end] if form in typed else form.replace("_", " ")
        yield Remark(Message("No article holds “{word}”.", word=word), start, end)
    for part in parts:
        if part.at and not part.is_held:
            yield Remark(Message("No article holds a word that “{part}” stands for.", part=part.text), *part.at)


def _finds_nothing(clause: Clause) -> bool:
    """Return whether ``clause`` was resolved to no term at all, as a prefix that begins no word."""
    match clause:
        case TermClause():
            return not clause.terms
        case PhraseClause():
            return not clause.terms
        case BooleanClause() if clause.must:
            return any(map(_finds_nothing, clause.must))
        case BooleanClause():
            return bool(clause.should) and all(map(_finds_nothing, clause.should))
    return False
