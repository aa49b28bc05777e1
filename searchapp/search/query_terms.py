"""The words of a query tree: its leaves, its content terms, and the terms that are looked up as stems.

Words that stand side by side are analysed together: « 20 000 » is one term to the index however the query cut it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from searchapp.analysis import Term
from searchapp.query.ast import And, AtLeast, Bool, Exact, Field, Leaf, Node, Not, Or, Phrase, Proximity, Word
from searchapp.schema import WORDS
from searchapp.search.corrections import Corrections
from searchapp.search.spellings import QuerySpellings

__all__ = [
    "content_terms",
    "leaves",
    "replaced_forms",
    "scored_terms",
    "scored_texts",
    "stem_texts",
    "terms_to_correct",
    "texts_to_read",
    "without_exclusions",
]


def leaves(node: Node, *, in_parts: bool) -> Iterator[Leaf]:
    """Yield the leaves that ``node`` asks for, in order; those of one part (« titre:… ») only if ``in_parts``."""
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, Bool):
        for clause in (*node.should, *node.must):
            yield from leaves(clause, in_parts=in_parts)
    elif isinstance(node, AtLeast):
        yield from leaves(node.node, in_parts=in_parts)
    elif isinstance(node, And | Or | Proximity):
        for clause in node.clauses:
            yield from leaves(clause, in_parts=in_parts)
    elif isinstance(node, Field) and in_parts and node.name in WORDS:
        yield from leaves(node.node, in_parts=in_parts)


def stem_texts(node: Bool, *, with_required: bool = True) -> list[str]:
    """Return the texts of a Bool that are looked up as stems.

    Those are its words and its phrases: a phrase finds but does not score, so its words score beside it. Preferred
    phrases also find by them; those that are required (left out unless ``with_required``) do not.
    """
    words = [clause.text for clause in node.should if isinstance(clause, Word)]
    phrases = (*node.should, *node.must) if with_required else node.should
    return [*words, *(clause.text for clause in phrases if isinstance(clause, Phrase))]


def content_terms(
    texts: Iterable[str], spellings: QuerySpellings, corrections: Corrections, *, or_stopwords: bool = True
) -> list[Term]:
    """Return the content terms of ``texts``, corrected; with ``or_stopwords``, stopwords when there is nothing else."""
    terms = spellings.terms(" ".join(texts))
    content = [corrected for term in terms if not term.is_stopword for corrected in corrections.of(term)]
    return content or (terms if or_stopwords else [])


def scored_terms(node: Node, spellings: QuerySpellings, corrections: Corrections) -> list[Term]:
    """Return the content terms that articles are ranked by, each stem once: of words, phrases and exact forms."""
    unique: dict[str, Term] = {}
    for term in content_terms(scored_texts(node), spellings, corrections):
        unique.setdefault(term.stem, term)
    return list(unique.values())


def terms_to_correct(node: Node, spellings: QuerySpellings) -> Iterator[Term]:
    """Yield every term that the stages of a search look up as a stem; remarks name corrections in this order.

    Parts of a compound that articles hold in another spelling are not among them.
    """
    texts = texts_to_read(node)
    groups = spellings.groups(dict.fromkeys(text for text, _ in texts))
    written_otherwise = {term.exact for own, _ in groups for term in own}
    for text, with_stopwords in texts:
        for term in spellings.terms(text):
            if (with_stopwords or not term.is_stopword) and term.exact not in written_otherwise:
                yield term


def texts_to_read(node: Node) -> list[tuple[str, bool]]:
    """Return the texts of ``node`` whose terms are looked up as stems, and whether with stopwords; mostly one text."""
    words = [leaf.text for leaf in leaves(node, in_parts=False) if isinstance(leaf, Word)]
    texts = [(" ".join(scored_texts(node)), False), *_resolved_texts(node), (" ".join(words), False)]
    return list(dict.fromkeys(texts))


def without_exclusions(node: Node) -> Node:
    """Return ``node`` without what it excludes: an excluded word is never corrected, since that excludes others."""
    match node:
        case Bool():
            should, must = (tuple(map(without_exclusions, clauses)) for clauses in (node.should, node.must))
            return Bool(should, must)
        case And() | Or():
            kept = tuple(without_exclusions(clause) for clause in node.clauses if not isinstance(clause, Not))
            return type(node)(kept)
        case Not():
            return Bool()
    return node


def replaced_forms(node: Node, spellings: QuerySpellings) -> frozenset[str]:
    """Return the exact forms for which corrections are looked for instead.

    Those are the words that find by their stems. Exact forms, required phrases and words of one part (« titre:… »)
    find as they were typed; only the ranking and the suggestion know their corrections.
    """
    texts = _resolved_texts(node, with_required=False)
    return frozenset(term.exact for text, _ in texts for term in spellings.terms(text))


def scored_texts(node: Node) -> list[str]:
    """Return the texts of the leaves that articles are ranked by."""
    return [leaf.text for leaf in leaves(node, in_parts=True) if isinstance(leaf, Word | Phrase | Exact)]


def _resolved_texts(node: Node, *, with_required: bool = True) -> Iterator[tuple[str, bool]]:
    """Yield the texts that ``node``, excluded nodes included, is resolved to stems by, and whether with stopwords."""
    inner: Sequence[Node] = ()
    match node:
        case Word():
            yield node.text, True
        case Bool():
            yield " ".join(stem_texts(node, with_required=with_required)), False
            others = (clause for clause in node.should if not isinstance(clause, Word))
            inner = (*others, *node.must, *node.must_not)
        case And() | Or():
            inner = node.clauses
        case Not():
            inner = (node.node,)
    for clause in inner:
        yield from _resolved_texts(clause, with_required=with_required)
