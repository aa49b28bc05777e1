"""The fields of a record in a JSON object of another program, whatever it calls them; HTML in them becomes text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from searchapp.ingest.cleaning.record import Record
from searchapp.ingest.cleaning.record_values import texts_of
from searchapp.ingest.formats.field_names import field_name, ranked_field
from searchapp.ingest.formats.markup import line_of_html, text_of_html

__all__ = ["has_title", "has_words", "record_of_object"]

# Where the object of an article keeps most of its fields: the Guardian, JSON:API, Elasticsearch, Drupal.
_INSIDE: Final = ("fields", "attributes", "_source", "node", "article")
_LISTS: Final = ("author", "tags")
_LINES: Final = ("title", "source", "section", "agency")
_TEXTS: Final = ("lead", "text")
# NewsAPI and its like give the first 200 characters: “… [+1423 chars]”.
_CUT: Final = re.compile(r"(?:…|\.\.\.)?\s?\[\+?\d{1,7} chars\]$")
_BLANKS_OF_TEXT: Final = 4
_LAST_RANK: Final = 1000


def record_of_object(value: Mapping[str, object], columns: Mapping[str, str]) -> Record:
    """Return the record of ``value``; ``columns`` are the user's names for its keys, which come first.

    A key of an object inside is written with dots: ``fields.corps``. A title beside which no text is understood, but
    words under an unknown key, has the repair "text".
    """
    value = _merged(value)
    record, others = _fields(value, columns)
    for name in (*_LISTS, *_LINES, *_TEXTS):
        if name in record:
            record[name] = _plain(name, record[name])
    text = record.get("text")
    if isinstance(text, str) and _CUT.search(text):
        record.update(text=_CUT.sub("", text).rstrip(), stub=True)
    if not text and any(_is_text(other) for other in others):
        record["repairs"] = frozenset({"text"})
    return record


def has_title(value: Mapping[str, object]) -> bool:
    """Return whether a key of ``value`` is a name for titles."""
    return any(known is not None and known[0] == "title" for known in map(ranked_field, map(str, _merged(value))))


def has_words(value: Mapping[str, object]) -> bool:
    """Return whether ``value`` has a title and a text, so that it is an article itself, not an envelope."""
    known = {field[0] for key, part in value.items() if part and (field := ranked_field(str(key)))}
    return {"title", "text"} <= known


def _merged(value: Mapping[str, object]) -> Mapping[str, object]:
    for key in _INSIDE:
        inner = value.get(key)
        if isinstance(inner, dict):
            value = {**inner, **value, key: None}
    return value


def _fields(value: Mapping[str, object], columns: Mapping[str, str]) -> tuple[dict[str, object], list[object]]:
    """Return the fields under the names of a record, the best of each, and the values under unknown keys."""
    known = {field_name(column): (field, -1) for column, field in columns.items() if "." not in column}
    record: dict[str, object] = {}
    ranks: dict[str, int] = {}
    others: list[object] = []
    for key, part in value.items():
        if part in (None, "", [], {}):
            continue
        found = (known.get(field_name(key)) if known else None) or ranked_field(key)
        if found and found[0] == "source" and _is_address(part):  # trafilatura's is that of the article
            found = ("url", _LAST_RANK)
        if found is None:
            others.append(part)
        elif found[0] not in record or found[1] < ranks[found[0]]:
            record[found[0]], ranks[found[0]] = part, found[1]
    for column, field in columns.items():
        if part := _inside(value, column.split(".")) if "." in column else None:
            record[field] = part
    # Bing’s title, which elsewhere is the name of anything.
    if "title" not in record and "text" in record and isinstance(value.get("name"), str):
        record["title"] = value["name"]
    if value.get("title") == "":
        record.setdefault("title", "")
    return record, others


def _inside(value: object, keys: Iterable[str]) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _plain(name: str, value: object) -> object:
    """Return the value of a field as text, or texts, without markup; one of an unusable type as it is."""
    plain = text_of_html if name in _TEXTS else line_of_html
    if isinstance(value, str):
        return plain(value)
    texts = [plain(text) for text in texts_of(value)]
    if not texts or name in _LISTS:
        return texts or value
    return "\n\n".join(texts) if name in _TEXTS else texts[0]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.count(" ") >= _BLANKS_OF_TEXT and not _is_address(value)


def _is_address(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))
