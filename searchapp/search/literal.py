"""Signs and capitals, which the index does not have: a pattern that is looked for in the stored text.

« "C#" » and « =Canal+ » ask for the sign, « =Tours » for the capital. The index finds the articles with the words; of
these, the text decides.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from searchapp.analysis.tokenizer import APOSTROPHES
from searchapp.query.ast import Exact, Leaf, Phrase

__all__ = ["literal_pattern"]

_SIGNED: Final = re.compile(r"(?<!\w)[@#.]\w|\w(?:\+|#)(?!\w)|\w&\w")
_SIGNS: Final = "+#&@"
_PIECE: Final = re.compile(r"(?P<sign>[+#&@]|(?<!\w)\.(?=\w))|(?P<gap>[\W_]+?(?=\w|[+#&@.]|\Z))|(?P<letter>\w)")
_ACCENTED: Final = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿ"


def literal_pattern(leaf: Leaf) -> re.Pattern[str] | None:
    """Return the condition on the stored text for ``leaf``; None when the index alone can tell.

    An exact form keeps its accents, and its capitals when it has one; a phrase is blind to both.
    """
    if isinstance(leaf, Exact) and (_SIGNED.search(leaf.text) or _has_capital(leaf.text)):
        return _pattern(leaf.text, exact=True)
    if isinstance(leaf, Phrase) and not leaf.slop and _SIGNED.search(leaf.text):
        return _pattern(leaf.text, exact=False)
    return None


def _has_capital(text: str) -> bool:
    """Return whether a capital is asked for; who types all in capitals asks for none."""
    return text not in (text.lower(), text.upper())


@lru_cache(maxsize=256)
def _pattern(text: str, *, exact: bool) -> re.Pattern[str]:
    capital = exact and _has_capital(text)
    alternatives = "|".join(_source(form, exact) for form in ((text, text.upper()) if capital else (text,)))
    return re.compile(f"(?<![\\w{_SIGNS}])(?:{alternatives})(?![\\w{_SIGNS}])", re.NOFLAG if capital else re.IGNORECASE)


def _source(text: str, exact: bool) -> str:
    parts = []
    for match in _PIECE.finditer(text):
        if match["gap"]:
            parts.append(f"[{re.escape(APOSTROPHES)}]" if match["gap"] in APOSTROPHES else r"[\W_]{1,4}")
        elif match[0] == "&":
            parts.append(r"\s?&\s?")  # « R & D »
        else:
            parts.append(re.escape(match[0]) if exact or match["sign"] else _letter(match[0]))
    return "".join(parts)


def _letter(letter: str) -> str:
    """Return the class of a letter with any accent."""
    plain = unicodedata.normalize("NFKD", letter)[0].lower()
    accented = "".join(sign for sign in _ACCENTED if unicodedata.normalize("NFKD", sign)[0].lower() == plain)
    return f"[{re.escape(letter + plain)}{accented}]"
