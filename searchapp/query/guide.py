"""The guide to the language of queries for the help page and the documentation: examples, made from its table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from searchapp.i18n import Message
from searchapp.query.grammar import (
    DEEPEST_GROUP,
    DEFAULT_SLOP,
    FIELDS,
    LONGEST_QUERY,
    MOST_CLAUSES,
    MOST_EXPANSIONS,
    MOST_PROXIMITIES,
    SHORTEST_PREFIX,
    FieldKind,
)

__all__ = ["GUIDE", "LIMITS", "NAMES", "Example", "Section"]


@dataclass(frozen=True, slots=True)
class Example:
    """A query in French and in English form, and what it finds."""

    french: str
    help: Message
    english: str = ""

    def said_in(self, language: str) -> str:
        """Return the query as people of ``language`` type it."""
        return self.english if language == "en" and self.english else self.french


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the language."""

    title: Message
    examples: tuple[Example, ...]
    note: Message | None = None


_WORDS: Final = (
    Example("urgences infirmières", Message("articles with these words, best those with both; any order")),
    Example("« conseil municipal »", Message("these words in this order, as they are written"), '"conseil municipal"'),
    Example('"pierre pont"~5', Message("these words in any order, with at most five others between them")),
    Example("marchan*", Message("words that begin so: marchand, marchandise …")),
    Example("p?nt", Message("words with one letter for ?; a star also stands inside a word or begins it: *sation")),
    Example('"pont de pi*"', Message("a star in a phrase: pont de pierre …")),
    Example(
        "atleast3 pont",
        Message("a word that stands three times or more in the text (or the title, or the standfirst)"),
    ),
    Example("élction~", Message("words that differ by one letter: for names and slips; ~2 for two letters")),
    Example("=marché", Message("this very form, accents and all: neither marche nor marchés")),
    Example("urgences +hôpital", Message("“hôpital” must be there, “urgences” is preferred")),
    Example("train -grève", Message("“train”, without the articles that say “grève”")),
)
_OPERATORS: Final = (
    Example("train ET grève", Message("both; & is the same"), "train AND grève"),
    Example("train OU autocar", Message("one of them at least; | is the same"), "train OR autocar"),
    Example("train SAUF grève", Message("the first without the second; !word is the same"), "train NOT grève"),
    Example(
        "(train OU pont) ET maire",
        Message("parentheses say what belongs together"),
        "(train OR pont) AND maire",
    ),
    Example(
        "pont PROCHE/5 pierre",
        Message("both, with at most five words between them ({usual} without a figure)", usual=DEFAULT_SLOP),
        "pont NEAR/5 pierre",
    ),
    Example(
        "pont PROCHE/5 (pierre OU bois)",
        Message("alternatives, phrases and groups may stand near each other too"),
        "pont NEAR/5 (pierre OR bois)",
    ),
)
_DATES: Final = (
    Example("date:2022", Message("a year")),
    Example("date:2022-11", Message("a month")),
    Example("date:novembre 2022", Message("the same in words"), "date:november 2022"),
    Example("date:14/10/2021", Message("a day")),
    Example("date:2020..2022", Message("from the first to the last, both included")),
    Example("depuis:2023", Message("this day and later"), "since:2023"),
    Example("avant:2021-03", Message("earlier than this day"), "before:2021-03"),
    Example(
        'avant:"le mois dernier"',
        Message("also yesterday, this week, 7d (the last seven days) and the like"),
        'before:"last month"',
    ),
)


def _fields() -> Iterator[Example]:
    """Yield an example for each field of words or values."""
    for row in FIELDS:
        if row.kind is not FieldKind.DATE and row.example:
            yield Example(f"{row.french[0]}:{row.example}", row.help, f"{row.english[0]}:{row.example}")


GUIDE: Final = (
    Section(
        Message("Words"),
        _WORDS,
        Message("Accents, capitals, plurals and verb endings make no difference."),
    ),
    Section(
        Message("Operators"),
        _OPERATORS,
        Message("Operators are written in capitals. NOT binds first, then NEAR, then AND, then OR."),
    ),
    Section(
        Message("Fields"),
        tuple(_fields()),
        Message("French and English names work alike. A value with spaces stands in quotation marks."),
    ),
    Section(Message("Dates"), _DATES),
)
NAMES: Final = Section(
    Message("Names"),
    (
        Example('personne:"hélène laforêt"', Message("a person whom the article names"), 'person:"hélène laforêt"'),
        Example("organisation:météo-france", Message("an organisation that the article names")),
        Example("lieu:marseille", Message("a place that the article names"), "place:marseille"),
    ),
    Message("Names are recognized by a program, which sometimes errs."),
)
"""Of an index whose articles have names."""
LIMITS: Final = Message(
    "A query may have {characters} characters, {clauses} words, {levels} levels of parentheses and {proximities} of"
    " PROCHE (NEAR) or “…”~n. A star needs {least} letters in its word and stands for the {words} most frequent words"
    " at most. Whatever could not be read is told above the results; no query is an error.",
    characters=LONGEST_QUERY,
    clauses=MOST_CLAUSES,
    levels=DEEPEST_GROUP,
    proximities=MOST_PROXIMITIES,
    least=SHORTEST_PREFIX,
    words=MOST_EXPANSIONS,
)
