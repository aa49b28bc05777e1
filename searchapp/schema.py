"""The article's fields once, for every engine.

Three kinds: *text* fields are analysed and searched, *facet* fields hold values that filter and are counted,
*stored* values only come back with a hit. SCHEMA_VERSION changes when an index written before can no longer answer.
"""

from __future__ import annotations

from typing import Final

__all__ = ["FACET_FIELDS", "SCHEMA_VERSION", "STEMS", "TITLE_STEMS", "WORDS"]

SCHEMA_VERSION: Final = 1

# Stems of title, lead and text in one field: the candidates' BM25 runs on it, so a word costs one posting list.
STEMS: Final = "stems"
# Stems of the title alone.
TITLE_STEMS: Final = "title_stems"
# Unstemmed folded words of title, lead and text, with positions: phrases run on it.
WORDS: Final = "words"

FACET_FIELDS: Final = ("source", "section", "author")
