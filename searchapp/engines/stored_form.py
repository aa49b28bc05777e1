"""Stored form of an article: JSON, which can hold nothing but data. Its fields are the schema's STORED_FIELDS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

import orjson

from searchapp.model import Article, ArticleStatus, DateQuality
from searchapp.schema import STORED_FIELDS, FieldType, stored_values

__all__ = ["from_stored", "from_values", "to_stored"]


def to_stored(article: Article) -> bytes:
    """Return ``article`` as JSON; what is empty is left out."""
    values = {name: encode(value) for (name, encode), value in zip(_ENCODERS, stored_values(article), strict=True)}
    if article.date_quality is DateQuality.MISSING:
        del values["date_quality"]
    return orjson.dumps({name: value for name, value in values.items() if value})


def from_stored(stored: bytes) -> Article:
    """Return the article that :func:`to_stored` was given; raises ValueError or KeyError for others."""
    return from_values(orjson.loads(stored))


def from_values(values: Any) -> Article:
    """Return the article of these fields; raises ValueError or KeyError when they are none, or of other types."""
    if not isinstance(values, dict):
        raise ValueError("a stored article is no object")
    if not values.get("id"):
        raise ValueError("a stored article has no id")
    return Article(**{attribute: decode(values, name) for attribute, decode, name in _READ})


def _text(values: Mapping[str, Any], name: str) -> str:
    text = values.get(name, "")
    if type(text) is not str:
        raise ValueError(f"the field {name} of a stored article is no text")
    return text


def _texts(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    texts = values.get(name, ())
    if type(texts) not in (list, tuple) or any(type(text) is not str for text in texts):
        raise ValueError(f"the field {name} of a stored article is no list of texts")
    return tuple(texts)


def _moment(values: Mapping[str, Any], name: str) -> datetime | None:
    text = _text(values, name)
    return datetime.fromisoformat(text) if text else None


def _same(value: Any) -> Any:
    return value


_DECODERS: Final[Mapping[FieldType, Callable[[Mapping[str, Any], str], Any]]] = {
    FieldType.TEXT: _text,
    FieldType.LINE: _text,
    FieldType.LINES: _texts,
    FieldType.MOMENT: _moment,
    FieldType.FLAG: lambda values, name: values.get(name, False) is True,
    FieldType.STATUS: lambda values, name: ArticleStatus(values[name]),
    FieldType.DATE_QUALITY: lambda values, name: DateQuality(values.get(name, DateQuality.MISSING)),
}
_ENCODED: Final[Mapping[FieldType, Callable[[Any], Any]]] = {
    FieldType.MOMENT: lambda moment: moment.isoformat() if moment else "",
    FieldType.STATUS: attrgetter("value"),
    FieldType.DATE_QUALITY: attrgetter("value"),
}
_ENCODERS: Final = tuple((row.name, _ENCODED.get(row.type, _same)) for row in STORED_FIELDS)
_READ: Final = tuple((row.attribute, _DECODERS[row.type], row.name) for row in STORED_FIELDS)
