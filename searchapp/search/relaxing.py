"""Queries made to find something: phrases that no article holds, and words of a question that carry nothing."""

from __future__ import annotations

from typing import Final

from searchapp.analysis.filters import fold, normalize
from searchapp.i18n import Message
from searchapp.query.ast import And, Bool, Field, Node, Or, Phrase, Word
from searchapp.query.leaves import read_words
from searchapp.schema import WORDS

__all__ = ["relax_phrases", "without_fillers"]

# Words that ask or agree, beside the function words that never weigh: the list of stopwords has no word that may be the
# matter of an article (« le non l’emporte »), but in a question these are not.
# fmt: off
_FILLERS: Final = frozenset((
    "oui", "non", "bien", "alors", "donc", "quoi", "est-ce", "qu'est-ce", "peut-on", "faut-il", "doit-on", "puis-je",
    "dois-je", "peut-il", "doit-il", "y-a-t-il", "existe-t-il", "s'agit-il", "sait-on", "va-t-il", "est-il", "est-elle",
    "sont-ils", "sont-elles", "c'est", "voila", "vraiment", "justement", "dire", "sert", "signifie",
))
# fmt: on


def without_fillers(tree: Node, query: str) -> Node:
    """Return ``tree`` without the words that only make a question; all of it when nothing else is asked."""
    if "?" not in query or not isinstance(tree, Bool):
        return tree
    should = tuple(clause for clause in tree.should if not _is_filler(clause))
    return Bool(should, tree.must, tree.must_not) if should else tree


def _is_filler(clause: Node) -> bool:
    return isinstance(clause, Word) and fold(normalize(clause.text).replace("’", "'")) in _FOLDED


_FOLDED: Final = frozenset(fold(word) for word in _FILLERS)


def relax_phrases(tree: Node) -> tuple[Node, tuple[Message, ...]] | None:
    """Return ``tree`` with the words of its phrases in their place, and a message for each; None without a phrase."""
    phrases: list[Phrase] = []
    relaxed = _relaxed(tree, phrases)
    if not phrases:
        return None
    messages = (
        Message("No article holds “{phrase}” as it is written; its words were looked for.", phrase=phrase.text)
        for phrase in dict.fromkeys(phrases)
    )
    return relaxed, tuple(messages)


def _relaxed(node: Node, phrases: list[Phrase]) -> Node:
    match node:
        case Phrase(slop=0):
            phrases.append(node)
            words = read_words(node.text)
            return Bool(words) if len(words) > 1 else words[0]
        case Bool():
            return _relaxed_bag(node, phrases)
        case And() | Or():
            return type(node)(tuple(_relaxed(clause, phrases) for clause in node.clauses))
        case Field() if node.name in WORDS:
            return Field(node.name, _relaxed(node.node, phrases), node.at)
    return node


def _relaxed_bag(bag: Bool, phrases: list[Phrase]) -> Bool:
    """Return ``bag`` with its phrases as words among the preferred ones."""
    quoted = [clause for clause in bag.must if isinstance(clause, Phrase) and not clause.slop]
    phrases += quoted
    words = [word for clause in quoted for word in read_words(clause.text)]
    must = tuple(_relaxed(clause, phrases) for clause in bag.must if clause not in quoted)
    return Bool((*bag.should, *words), must, bag.must_not)
