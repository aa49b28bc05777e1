"""From query text to a tree.

The parser is *total*: every text gives a tree, never an exception. What it could not read it reports as a remark
beside the tree. A *clause* is a part of the tree; in a :class:`~.ast.Bag` a clause is a should (preferred), a must or
a must not. Engines never see query text.
"""

from searchapp.query.ast import Bag, Every, Node, Phrase, Word, show
from searchapp.query.parser import MAX_QUERY_LENGTH, ParsedQuery, parse

__all__ = ["MAX_QUERY_LENGTH", "Bag", "Every", "Node", "ParsedQuery", "Phrase", "Word", "parse", "show"]
