"""The records in a JSON value: ours, schema.org's, ninjs, a JSON Feed, or a list of them under some key."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.newspapers import newspaper_of_feed
from searchapp.ingest.cleaning.record import Record
from searchapp.ingest.formats.field_names import FIELDS, LONGEST_NAME, WRITTEN_FIELDS, field_name
from searchapp.ingest.formats.json_fields import has_title, has_words, record_of_object
from searchapp.ingest.formats.markup import text_of_html
from searchapp.ingest.formats.ninjs import is_ninjs, record_of_ninjs
from searchapp.ingest.formats.schemaorg import is_article, record_of_schema, things_of
from searchapp.ingest.reader_protocol import UnreadableError

__all__ = ["parse_json", "parse_values", "records_of", "unknown_field"]

_LISTS: Final = (
    *("articles", "items", "item", "@graph", "itemListElement", "results", "documents", "docs", "data", "newsItems"),
    *("news", "stories", "objects", "entries", "posts", "hits", "value", "records", "rows", "list", "result"),
)
_NESTED: Final = (*_LISTS, "response", "_source", "feed", "rss", "channel", "payload", "article", "associations")
_MAX_DEPTH: Final = 4
_MORE_FOLLOWS: Final = "Extra data"  # json's own words
_BLANKS: Final = re.compile(r"\s*")
_TEXTS: Final = ("content_html", "content_text", "content_xhtml")
_WRITTEN: Final = frozenset(WRITTEN_FIELDS)
# An empty list is two bytes in a file and 64 in memory.
_MAX_VALUES: Final = 1_000_000


def parse_json(text: str, *, strict: bool = False) -> object:
    """Return the value of ``text``; raises UnreadableError with the column of the mistake.

    ``strict``: also where an object has a field twice, of which only the last would count.
    """
    if text.count("[") + text.count("{") > _MAX_VALUES:
        raise UnreadableError(Message("the JSON holds more than {limit} lists and objects", limit=_MAX_VALUES))
    try:
        return json.loads(text, object_pairs_hook=_unique if strict else None)
    except json.JSONDecodeError as error:
        raise UnreadableError(
            Message("not valid JSON at column {column}: {reason}", column=error.colno, reason=error.msg)
        ) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; brackets in brackets
        raise UnreadableError(Message("the JSON is nested too deeply, or holds an endless number")) from error


def parse_values(text: str, *, strict: bool = False) -> Iterator[object]:
    """Yield the value of ``text``, or the objects that stand in it one behind the other, as jq writes them.

    Raises UnreadableError as :func:`parse_json` does, after the objects before the mistake.
    """
    try:
        value = parse_json(text, strict=strict)
    except UnreadableError as error:
        if error.reason.values.get("reason") != _MORE_FOLLOWS:
            raise
    else:
        yield value
        return
    decoder = json.JSONDecoder(object_pairs_hook=_unique if strict else None)
    end = 0
    while end < len(text):
        try:
            value, end = decoder.raw_decode(text, end)
        except (ValueError, RecursionError) as error:
            raise UnreadableError(Message("not valid JSON, or cut short: {reason}", reason=error)) from error
        yield value
        end = _not_blank(text, end)


def _not_blank(text: str, start: int) -> int:
    blank = _BLANKS.match(text, start)
    return blank.end() if blank else start


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise UnreadableError(Message("the field “{field}” stands there twice", field=twice[:LONGEST_NAME]))
    return fields


def records_of(
    value: object, columns: Mapping[str, str] | None = None, inherited: Mapping[str, str] | None = None, depth: int = 0
) -> Iterator[Record]:
    """Yield the records in ``value``; ``inherited`` is what the object around it says of all: source, language.

    ``columns`` are the user's names of keys. Without them, as for a record that was sent, texts stay as they are;
    else their HTML becomes text.

    Raises UnreadableError when it is no object.
    """
    inherited = inherited or {}
    if not isinstance(value, dict):
        raise UnreadableError(Message("not a JSON object; each line must hold one, with a title and a text"))
    if is_ninjs(value):
        yield record_of_ninjs(value)
    elif is_article(value):
        yield record_of_schema(value)
    elif "title" in value and "text" in value and (columns is None or value.keys() <= _WRITTEN):
        yield value if columns is None else _decoded(value)
    elif not has_words(value) and depth < _MAX_DEPTH and (inner := _inner(value)):
        facts = {**inherited, **_facts_of_all(value)}
        for part in inner:
            yield from records_of(part, columns, facts, depth + 1)
    else:
        yield {**inherited, **(_renamed(value) if columns is None else record_of_object(value, columns))}


def unknown_field(value: object, depth: int = 0) -> str:
    """Return the first unknown field of a record of ours in ``value``, "" when there is none.

    Objects of schema.org, ninjs and JSON Feed may have any field: most of theirs are not stored.
    """
    if not isinstance(value, dict) or is_ninjs(value) or is_article(value):
        return ""
    if "title" in value and "text" in value:
        return next((key for key in value if key not in WRITTEN_FIELDS), "")
    if not has_words(value) and depth < _MAX_DEPTH and (inner := _inner(value)):
        return next(filter(None, (unknown_field(part, depth + 1) for part in inner)), "")
    if any(key in value for key in _TEXTS):
        return ""
    return next((key for key in value if field_name(key) not in WRITTEN_FIELDS), "")


def _inner(value: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    """Return the objects in ``value`` if it is only their envelope."""
    for key in _LISTS:
        parts = value.get(key)
        objects = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
        if objects := [part for part in objects if is_article(part)] if key == "@graph" else objects:
            return objects
    if things := [thing for thing in things_of(value) if thing is not value and is_article(thing)][:1]:
        return things
    # Envelopes in envelopes: {"response": {"docs": […]}}, {"hits": {"hits": […]}}.
    nested = (part for key in _NESTED if isinstance(part := value.get(key), dict))
    return next(([part] for part in nested if has_title(part) or _inner(part)), [])


def _facts_of_all(value: Mapping[str, object]) -> dict[str, str]:
    """Return the fields that an envelope states for all its records: a JSON Feed its newspaper and its language."""
    source = newspaper_of_feed(_text(value.get("title")), _text(value.get("home_page_url") or value.get("link")), {})
    facts = {"source": source, "language": _text(value.get("language"))}
    return {name: text for name, text in facts.items() if text}


def _decoded(value: Mapping[str, object]) -> Record:
    """Return a record of ours without HTML in its fields."""
    markup = any(isinstance(part, str) and ("&" in part or "<" in part) for part in value.values())
    return record_of_object(value, {}) if markup or isinstance(value.get("author"), list) else value


def _renamed(value: Mapping[str, object]) -> Record:
    """Return ``value``, which was sent, with the field names of a record; ours win over their synonyms."""
    record: dict[str, object] = {}
    for key, part in value.items():
        name = field_name(key)
        if name not in record or record[name] in (None, ""):
            record[name] = part
    record.update({key: value[key] for key in FIELDS if value.get(key)})
    if "text" not in value and isinstance(text := record.get("text"), str):
        record["text"] = text_of_html(text)
    for key in ("author", "source", "section"):
        part = record.get(key)
        if isinstance(part, dict):
            record[key] = _text(part.get("name"))
        elif isinstance(part, list):
            record[key] = [_text(each.get("name")) if isinstance(each, dict) else each for each in part]
    return record


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
