"""Oracle: evaluates a query tree on the tokens of each article, without index, dictionary or clauses.

Engines are held to it by ``test_engines_and_tokens.py``. It shares only the analyzer and the tree with the program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import singledispatch
from itertools import product
from zoneinfo import ZoneInfo

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.model import Article
from searchapp.query import (
    And,
    AtLeast,
    Bool,
    DateRange,
    Exact,
    Field,
    Fuzzy,
    MatchAll,
    Node,
    Not,
    Or,
    Phrase,
    PhrasePattern,
    Prefix,
    Proximity,
    Wildcard,
    Word,
)

__all__ = ["found"]

ANALYZER = FrenchAnalyzer()
PARIS = ZoneInfo("Europe/Paris")
PARTS = ("title", "lead", "text")
BREAK = Term("\0" * 9, "\0" * 9, "\0" * 9, False, 0)
Texts = list[list[Term]]
"""The token lists that a leaf looks through: the parts of an article, or the values of one field."""


@dataclass(frozen=True)
class View:
    """An article, seen whole or through one field."""

    article: Article
    field: str = ""

    @property
    def is_value(self) -> bool:
        return bool(self.field) and self.field not in PARTS

    def texts(self) -> Texts:
        if not self.is_value:
            return [terms_of(getattr(self.article, part)) for part in ([self.field] if self.field else PARTS)]
        values = {"author": self.article.authors, "tag": self.article.tags}
        return [ANALYZER.terms(value) for value in values.get(self.field, (getattr(self.article, self.field, ""),))]


def terms_of(text: str) -> list[Term]:
    """Return the terms of a text, with one that nothing matches where a paragraph ends."""
    paragraphs = [terms for paragraph in text.split("\n\n") if (terms := ANALYZER.terms(paragraph))]
    return [term for terms in paragraphs for term in (BREAK, *terms)][1:]


def found(tree: Node, articles: Iterable[Article]) -> set[str]:
    """Return the ids of the articles that ``tree`` asks for."""
    return {article.id for article in articles if holds(tree, View(article))}


@singledispatch
def holds(node: Node, view: View) -> bool:
    raise TypeError(node)


@holds.register
def _(_node: MatchAll, _view: View) -> bool:
    return True


@holds.register
def _(node: And, view: View) -> bool:
    return all(holds(clause, view) for clause in node.clauses)


@holds.register
def _(node: Or, view: View) -> bool:
    return any(holds(clause, view) for clause in node.clauses)


@holds.register
def _(node: Not, view: View) -> bool:
    return not holds(node.node, view)


@holds.register
def _(node: Field, view: View) -> bool:
    return holds(node.node, View(view.article, node.name))


@holds.register
def _(node: DateRange, view: View) -> bool:
    if view.article.date is None:
        return False
    day = view.article.date.astimezone(PARIS).date()
    return (node.first or date.min) <= day <= (node.last or date.max)


@holds.register
def _(node: Bool, view: View) -> bool:
    if any(holds(clause, view) for clause in node.must_not) or not all(holds(clause, view) for clause in node.must):
        return False
    if node.should and all(map(only_narrows, node.must)):
        return any(holds(clause, view) for clause in preferred(node, view))
    return True


def preferred(node: Bool, view: View) -> Sequence[Node]:
    """Stopwords do not count beside others; in the whole article the terms of words count one by one."""
    if view.field:
        return [clause for clause in node.should if not is_small(clause)] or node.should
    terms = ANALYZER.terms(" ".join(clause.text for clause in node.should if isinstance(clause, Word)))
    others = [clause for clause in node.should if not isinstance(clause, Word)]
    content = [term for term in terms if not term.is_stopword] or terms
    return [*(Word(term.exact) for term in content), *others]


def is_small(node: Node) -> bool:
    return isinstance(node, Word) and all(term.is_stopword for term in ANALYZER.terms(node.text))


def only_narrows(node: Node) -> bool:
    match node:
        case Field(name=name):
            return name not in PARTS
        case DateRange():
            return True
        case Not(node=inner):
            return only_narrows(inner)
        case And(clauses=clauses) | Or(clauses=clauses):
            return all(map(only_narrows, clauses))
    return False


@holds.register
def _(node: Word, view: View) -> bool:
    terms = ANALYZER.terms(node.text)
    if view.is_value:
        return in_a_row(view, [lambda held, term=term: held.word == term.word for term in terms])
    return all(anywhere(view, lambda held, term=term: held.stem == term.stem) for term in terms)


@holds.register
def _(node: Phrase, view: View) -> bool:
    words = [term.word for term in ANALYZER.terms(node.text)]
    if not node.slop:
        return in_a_row(view, [lambda held, word=word: held.word == word for word in words])
    return any(close(text, words, node.slop) for text in view.texts())


@holds.register
def _(node: Prefix, view: View) -> bool:
    *terms, last = ANALYZER.terms(node.text)
    begins: Callable[[Term], bool] = lambda held: held.word.startswith(last.word)  # noqa: E731
    if view.is_value:
        return in_a_row(view, [*(lambda held, term=term: held.word == term.word for term in terms), begins])
    return anywhere(view, begins) and all(
        anywhere(view, lambda held, term=term: held.stem == term.stem) for term in terms
    )


@holds.register
def _(node: Wildcard, view: View) -> bool:
    return in_a_row(view, [fits(node.text)])


@holds.register
def _(node: PhrasePattern, view: View) -> bool:
    return in_a_row(view, [fits(piece) for piece in node.text.split()])


@holds.register
def _(node: Proximity, view: View) -> bool:
    if view.is_value:
        return all(holds(clause, view) for clause in node.clauses)
    return any(stretches(node, text) for text in view.texts())


@holds.register
def _(node: AtLeast, view: View) -> bool:
    if view.is_value:
        return holds(node.node, view)
    return any(
        len({first for first, _ in stretches(node.node, text, counted=True)}) >= node.times for text in view.texts()
    )


def stretches(node: Node, text: list[Term], *, counted: bool = False) -> set[tuple[int, int]]:
    """Return where ``node`` stands, first and last place; a word that is counted in all its forms."""
    match node:
        case Word() if counted:
            stem = ANALYZER.terms(node.text)[0].stem
            return {(place, place) for place, held in enumerate(text) if held.stem == stem}
        case Phrase(slop=slop) if slop:
            words = [Word(term.word) for term in ANALYZER.terms(node.text)]
            return stretches(Proximity(tuple(words), slop) if len(words) > 1 else words[0], text)
        case Word() | Phrase():
            return rows([lambda held, word=term.word: held.word == word for term in ANALYZER.terms(node.text)], text)
        case Wildcard() | PhrasePattern():
            return rows([fits(piece) for piece in node.text.split()], text)
        case Prefix():
            return rows([lambda held: held.word.startswith(node.text)], text)
        case Or():
            return set().union(*(stretches(clause, text) for clause in node.clauses))
        case Proximity():
            found = stretches(node.clauses[0], text)
            for clause in node.clauses[1:]:
                pairs = product(found, stretches(clause, text))
                found = set(filter(None, (cover(*sorted(pair), node.distance) for pair in pairs)))
            return found
    raise TypeError(node)


def rows(tests: Sequence[Callable[[Term], bool]], text: list[Term]) -> set[tuple[int, int]]:
    return {
        (start, start + len(tests) - 1)
        for start in range(len(text) - len(tests) + 1)
        if all(test(text[start + at]) for at, test in enumerate(tests))
    }


def cover(one: tuple[int, int], other: tuple[int, int], distance: int) -> tuple[int, int] | None:
    """Return the stretch of two that are near enough, or of which one lies inside the other."""
    if one[0] < other[0] and other[1] < one[1]:
        return one
    return (one[0], other[1]) if 0 <= other[0] - one[1] - 1 <= distance else None


def fits(text: str) -> Callable[[Term], bool]:
    """Compare letter by letter, from the definition of « * » and « ? »."""

    def is_form(form: str, word: str) -> bool:
        if not form:
            return not word
        if form[0] == "*":
            return any(is_form(form[1:], word[start:]) for start in range(len(word) + 1))
        return bool(word) and form[0] in ("?", word[0]) and is_form(form[1:], word[1:])

    return lambda held: is_form(text, held.word)


@holds.register
def _(node: Fuzzy, view: View) -> bool:
    tests = [lambda held, term=term: slips(term.word, held.word) <= node.distance for term in ANALYZER.terms(node.text)]
    return in_a_row(view, tests) if view.is_value else all(anywhere(view, test) for test in tests)


@holds.register
def _(node: Exact, view: View) -> bool:
    tests = [lambda held, term=term: held.exact == term.exact for term in ANALYZER.terms(node.text)]
    if view.is_value:
        return in_a_row(view, tests)
    return all(anywhere(view, test) for test in tests) and is_written(node.text, view)


def is_written(text: str, view: View) -> bool:
    """A form with a capital asks for it, or for the word in capitals only; one with a hyphen asks for the hyphen."""
    has_capital = text not in (text.lower(), text.upper())
    if not has_capital and "-" not in text:
        return True
    stored = [getattr(view.article, part) for part in ([view.field] if view.field else PARTS)]
    forms = "|".join(map(re.escape, (text, text.upper())))
    flags = re.NOFLAG if has_capital else re.IGNORECASE
    return any(re.search(rf"(?<!\w)(?:{forms})(?!\w)", part, flags) for part in stored)


def anywhere(view: View, test: Callable[[Term], bool]) -> bool:
    return any(test(term) for text in view.texts() for term in text)


def in_a_row(view: View, tests: Sequence[Callable[[Term], bool]]) -> bool:
    return any(
        all(test(term) for test, term in zip(tests, text[start : start + len(tests)], strict=True))
        for text in view.texts()
        for start in range(len(text) - len(tests) + 1)
    )


def close(text: list[Term], words: list[str], slop: int) -> bool:
    """Try every place of every word."""
    places = [[place for place, term in enumerate(text) if term.word == word] for word in words]
    return any(
        len(set(choice)) == len(choice) and max(choice) - min(choice) < len(words) + slop for choice in product(*places)
    )


def slips(one: str, other: str) -> int:
    """The distance of Damerau and Levenshtein, from its definition (Lowrance & Wagner 1975)."""
    far = len(one) + len(other)
    rows = [[far] * (len(other) + 2) for _ in range(len(one) + 2)]
    for place in range(len(one) + 1):
        rows[place + 1][1] = place
    for place in range(len(other) + 1):
        rows[1][place + 1] = place
    seen: dict[str, int] = {}
    for row in range(1, len(one) + 1):
        match = 0
        for column in range(1, len(other) + 1):
            back, same = seen.get(other[column - 1], 0), one[row - 1] == other[column - 1]
            swap = rows[back][match] + (row - back - 1) + 1 + (column - match - 1)
            change = rows[row][column] + (not same)
            rows[row + 1][column + 1] = min(change, rows[row + 1][column] + 1, rows[row][column + 1] + 1, swap)
            if same:
                match = column
        seen[one[row - 1]] = row
    return rows[-1][-1]
