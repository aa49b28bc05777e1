"""From query text to a tree.

The parser is *total*: every text gives a tree, never an exception. What it could not read it reports as a remark
beside the tree. A *clause* is a part of the tree; in a :class:`~.ast.Bool` a clause is a should (preferred), a must or
a must not. A *leaf* is a clause that looks for words. The *normal form* of a tree (:func:`~.ast.show`) is a text that
parses to this very tree. Engines never see query text.

What people can write stands in one table, :mod:`.grammar`. Steps: :mod:`.lexer` (with :mod:`.leaves` and
:mod:`.dates`) makes tokens, :mod:`.token_repair` makes the sequence well-formed, :mod:`.parser` reads the tree.
:mod:`.query_form` shows a tree as the fields of the advanced form, and writes these as a query.
"""

from searchapp.query.ast import (
    And,
    AtLeast,
    Bool,
    DateRange,
    Exact,
    Field,
    Fuzzy,
    Leaf,
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
    narrows,
    show,
)
from searchapp.query.dates import DateWords, Period
from searchapp.query.dates_beside import date_beside
from searchapp.query.grammar import DEFAULT_SLOP, GREATEST_SLOP, LONGEST_QUERY
from searchapp.query.parser import ParsedQuery, is_elaborate, parse

__all__ = [
    "DEFAULT_SLOP",
    "GREATEST_SLOP",
    "LONGEST_QUERY",
    "And",
    "AtLeast",
    "Bool",
    "DateRange",
    "DateWords",
    "Exact",
    "Field",
    "Fuzzy",
    "Leaf",
    "MatchAll",
    "Node",
    "Not",
    "Or",
    "ParsedQuery",
    "Period",
    "Phrase",
    "PhrasePattern",
    "Prefix",
    "Proximity",
    "Wildcard",
    "Word",
    "date_beside",
    "is_elaborate",
    "narrows",
    "parse",
    "show",
]
