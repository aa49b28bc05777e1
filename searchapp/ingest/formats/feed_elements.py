"""The elements of feeds by qualified names: what stands in which namespace, whichever prefix a feed gives it.

Names without a prefix are those of the feed's own format: RSS, RSS 1.0 or Atom. Elements of a namespace that is not
listed here have no name and are passed over; so are those of Media RSS, which describe pictures (a caption, a credit).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from searchapp.ingest.formats.xmlstream import Element, all_text, namespace_of

__all__ = ["Parts", "first_text", "language_of_element", "parts_of", "qualified_name"]

_NAMESPACES: Final = {
    "http://www.w3.org/2005/atom": "atom",
    "http://purl.org/atom/ns": "atom",
    "http://purl.org/dc/elements/1.0": "dc",
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://news.yandex.ru": "yandex",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
    "http://search.yahoo.com/mrss": "",
}
_PREFIXES: Final = frozenset(_NAMESPACES.values())
_PRISM: Final = "http://prismstandard.org/namespaces/"
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"

Parts = dict[str, list[Element]]
"""The parts of an entry or a channel by their qualified names, each in the order of the file."""


def parts_of(element: Element) -> Parts:
    """Return the parts directly below ``element``."""
    parts: Parts = {}
    own = namespace_of(element)
    for part in element:
        if name := qualified_name(part, own):
            parts.setdefault(name, []).append(part)
    return parts


def qualified_name(element: Element, own: str) -> str:
    """Return the name of ``element`` in small letters, "" for one of an unknown namespace; ``own`` is the feed's."""
    namespace, _, name = str(element.tag).rpartition("}")
    namespace = namespace.removeprefix("{")
    name = name.lower()
    if namespace == own:
        return name
    prefix = _prefix(namespace)
    return f"{prefix}:{name}" if prefix else ""


def language_of_element(element: Element) -> str:
    """Return the ``xml:lang`` that holds for ``element``."""
    ancestors: Iterator[Element] = element.iterancestors()
    return next((language for part in (element, *ancestors) if (language := part.get(_LANGUAGE))), "")


def _prefix(namespace: str) -> str:
    """Return our prefix for a namespace; one that is no address is a prefix that the feed forgot to declare."""
    address = namespace.lower().replace("https:", "http:", 1).rstrip("/#")
    if address.startswith(_PRISM):
        return "prism"
    if address in _PREFIXES:
        return address
    return _NAMESPACES.get(address, "")


def first_text(parts: Parts, *names: str) -> str:
    """Return the text of the first of these parts that has any, on one line."""
    return next((text for name in names for part in parts.get(name, ()) if (text := all_text(part))), "")
