"""XML as a stream of the elements that hold articles: one of them is in memory at a time.

Entities are never resolved, no DTD and no network is read; the parser's own limits on nesting and lengths hold. XML
that is not well-formed is read as far as it goes, which is told as a repair.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, Final

from lxml import etree

from searchapp.i18n import Message
from searchapp.ingest.formats.xml_text import XML_REPAIR, sound_chunks
from searchapp.ingest.reader_protocol import LARGEST_TREE, FileContext, UnreadableError, peek

__all__ = [
    "Element",
    "all_text",
    "attribute",
    "children",
    "elements",
    "first",
    "line_of",
    "local_name",
    "namespace_of",
    "text_of",
    "words_of",
]

Element = etree._Element

_FIRST_PARTS: Final = 50
_HEAD: Final = 400
_PREFIX: Final = re.compile(rb"<([A-Za-z][\w.-]{0,39}):")
_UNDECLARED: Final = etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE
# After these libxml2 reads no further; a second document in the file is one.
_ENDING: Final = (
    etree.ErrorTypes.ERR_DOCUMENT_END,
    etree.ErrorTypes.ERR_RESOURCE_LIMIT,
    etree.ErrorTypes.ERR_NAME_TOO_LONG,
    etree.ErrorTypes.ERR_ENTITY_LOOP,
    etree.ErrorTypes.ERR_NO_MEMORY,
)
_CUT_SHORT: Final = etree.ErrorTypes.ERR_TAG_NOT_FINISHED


def elements(
    stream: BinaryIO, names: tuple[str, ...], context: FileContext, limit: int = LARGEST_TREE
) -> Iterator[Element]:
    """Yield the elements of these local names, in any namespace, as they end; memory holds the last one only.

    The prefix of a namespace that is not declared stands for the namespace. Unless ``context.lenient`` XML must be
    well-formed.

    Raises UnreadableError, after the elements before, when the XML is cut short, breaks a limit of the parser, declares
    entities, or is longer than ``limit`` bytes without one of them.
    """
    tags = [f"{{*}}{name}" for name in names]
    if prefix := _PREFIX.search(peek(stream, _HEAD)):  # which the file may not declare
        tags += [f"{prefix[1].decode()}:{name}" for name in names]
    parser = etree.XMLPullParser(
        ("end",),
        tag=tags,
        encoding="utf-8",
        recover=context.lenient,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    since = 0
    try:
        for chunk in sound_chunks(stream, context):
            parser.feed(chunk)
            since += len(chunk)
            for element in _ended(parser, context):
                since = 0
                yield element
                _forget(element)
            if since > limit:
                raise UnreadableError(Message("an article of it is longer than {limit} MiB", limit=limit >> 20))
        parser.close()
    except etree.XMLSyntaxError as error:
        raise UnreadableError(Message("not valid XML: {reason}", reason=error.msg), error.lineno or None) from error
    for element in _last_ended(parser, context):
        yield element
        _forget(element)


def _ended(parser: etree.XMLPullParser, context: FileContext) -> Iterator[Element]:
    """Yield the elements that ended since the last call; errors that the parser went over are told."""
    errors = parser.feed_error_log
    if len(errors):
        context.repairs.add(XML_REPAIR)
    undeclared = any(error.type == _UNDECLARED for error in errors)
    for _event, element in parser.read_events():
        if isinstance(element, Element):  # always, for the type checker
            yield _with_namespaces(element) if undeclared else element


def _last_ended(parser: etree.XMLPullParser, context: FileContext) -> Iterator[Element]:
    """Yield what ended with the file; raises UnreadableError after it when the parser did not read all."""
    final = [error for error in parser.feed_error_log if error.type in (*_ENDING, _CUT_SHORT)]
    elements = list(_ended(parser, context))
    if final and final[-1].type == _CUT_SHORT:
        del elements[-1:]  # the parser ended it
    yield from elements
    if final:
        raise UnreadableError(Message("not valid XML: {reason}", reason=final[-1].message), final[-1].line or None)


def _with_namespaces(element: Element) -> Element:
    """Give elements of an undeclared prefix that prefix as their namespace; return ``element``."""
    for part in element.iter():
        if isinstance(part.tag, str) and ":" in part.tag and not part.tag.startswith("{"):
            prefix, _, name = part.tag.rpartition(":")
            with suppress(ValueError):  # no name that XML allows, which no reader looks for
                part.tag = f"{{{prefix}}}{name}"
    return element


def namespace_of(element: Element) -> str:
    """Return the namespace of ``element``, or its prefix where the file declares none for it; "" for neither."""
    namespace, _, name = str(element.tag).rpartition("}")
    return namespace.removeprefix("{") or name.rpartition(":")[0]


def local_name(element: Element) -> str:
    """Return the name of ``element`` without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Element, *names: str) -> Iterator[Element]:
    """Yield the elements below ``element``, at any depth, of these local names."""
    return element.iter(*(f"{{*}}{name}" for name in names))


def first(element: Element, *names: str) -> Element | None:
    """Return the first such element, in the order of the names."""
    return next((match for name in names for match in element.iter(f"{{*}}{name}")), None)


def line_of(element: Element) -> int | None:
    """Return the line where ``element`` begins."""
    line: object = element.sourceline
    return line if isinstance(line, int) else None


def text_of(element: Element | None) -> str:
    """Return the text directly in ``element``, without blanks at its ends."""
    return (element.text or "").strip() if element is not None else ""


def all_text(element: Element | None) -> str:
    """Return all text in ``element``, on one line."""
    return " ".join("".join(map(str, element.itertext(etree.Element))).split()) if element is not None else ""


def words_of(element: Element, *names: str) -> str:
    """Return all text of the first such element that has any."""
    return next((text for part in children(element, *names) if (text := all_text(part))), "")


def attribute(element: Element | None, name: str) -> str:
    """Return the attribute of this local name, in any namespace."""
    if element is None:
        return ""
    return next((str(value).strip() for key, value in element.items() if str(key).rpartition("}")[2] == name), "")


def _forget(element: Element) -> None:
    """Empty ``element`` and drop what lies before it, but for the first parts of its parent (a channel's title)."""
    element.clear()
    parent = element.getparent()
    if parent is not None and len(parent) > _FIRST_PARTS + 1:
        del parent[_FIRST_PARTS:-1]
