"""The article's fields once, for every engine.

Text fields hold terms of the French chain. A *part* of an article (title, lead, text) is indexed twice: its folded
words with positions, for phrases and for searches in one part, and its exact forms. Stems of all parts stand together
in one field that is scored. Facet fields hold whole values that filter and are counted. SCHEMA_VERSION changes when an
index written before can no longer answer.
"""

from __future__ import annotations

from typing import Final

__all__ = ["EXACT", "FACET_FIELDS", "ID", "PARTS", "SCHEMA_VERSION", "STEMS", "TAG", "VALUE_FIELDS", "WORDS"]

SCHEMA_VERSION: Final = 4

PARTS: Final = ("title", "lead", "text")

# Stems of all parts: the candidates' BM25 runs on it, so a word costs one posting list.
STEMS: Final = "stems"
# Part -> field of its folded words with positions.
WORDS: Final = {part: f"{part}_words" for part in PARTS}
# Part -> field of its exact forms, accents kept.
EXACT: Final = {part: f"{part}_exact" for part in PARTS}

FACET_FIELDS: Final = ("source", "section", "author")
TAG: Final = "tag"
ID: Final = "id"
VALUE_FIELDS: Final = (ID, *FACET_FIELDS, TAG)
