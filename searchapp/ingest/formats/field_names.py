"""Names of fields: the synonyms of exports, tables and French authors for the names of a JSON Lines record."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.normalize import unaccented
from searchapp.schema import ARTICLE_FIELDS, ReadFrom

__all__ = ["FIELDS", "LONGEST_NAME", "WRITTEN_FIELDS", "field_name", "no_such_field"]

_GIVEN: Final = [row for row in ARTICLE_FIELDS if row.read_from in (ReadFrom.RECORD, ReadFrom.RULE)]
FIELDS: Final = tuple(row.name for row in sorted(_GIVEN, key=lambda row: not row.required))
"""The fields of a record, required ones first."""

WRITTEN_FIELDS: Final = (*FIELDS, *(row.name for row in ARTICLE_FIELDS if row.read_from is ReadFrom.OWN_RECORD))
"""The fields of a record that is written into the journal."""

_COMPUTED: Final = tuple(row.name for row in ARTICLE_FIELDS if row.read_from is ReadFrom.COMPUTED)
_ANSWERED: Final = (*_COMPUTED, "links", "generation", "highlights", "spans")
"""The fields of an article's JSON that no record gives."""
LONGEST_NAME: Final = 100
"""Characters of an unknown name that a message shows."""

_SYNONYMS: Final = {name: row.name for row in ARTICLE_FIELDS for name in row.synonyms.split()}


def field_name(key: object) -> str:
    """Return the record's name for the field ``key``; an unknown one in small letters without accents."""
    name = unaccented(str(key).strip()).casefold().replace("_", "-").replace(" ", "-")
    return _SYNONYMS.get(name, name)


def no_such_field(key: str) -> Message:
    """Return the message that records have no field ``key``, with the nearest name."""
    shown = key[:LONGEST_NAME]
    if key in _ANSWERED:
        return Message("the field “{field}” is what the program found out; leave it out", field=shown)
    name = field_name(shown)
    near = [name] if name in FIELDS else get_close_matches(name, WRITTEN_FIELDS, n=1)
    if near:
        return Message("there is no field “{field}”; did you mean “{near}”?", field=shown, near=near[0])
    return Message("there is no field “{field}”; there are {fields}", field=shown, fields=", ".join(WRITTEN_FIELDS))
