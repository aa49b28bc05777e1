"""XML as a stream of the elements that hold articles: one of them is in memory at a time.

Entities are never resolved, no DTD and no network is read; the parser's own limits on nesting and lengths hold.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from lxml import etree

from searchapp.i18n import Message
from searchapp.ingest.cleaning.encoding import decode_stream
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
    "text_of",
    "words_of",
]

Element = etree._Element

_HEAD: Final = 400
_FIRST_PARTS: Final = 50
_DECLARED: Final = re.compile(rb"""<\?xml[^>]{1,200}encoding=["']([\w.:-]{1,40})["']""")
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]{0,300}\?>")
# &eacute; and its like are HTML's, and feeds write them all the same; the five of XML itself stay.
_NAMED: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([a-zA-Z][a-zA-Z0-9]{1,30});")
_UNFINISHED: Final = re.compile(r"&[a-zA-Z0-9]{0,31}$")
_FORBIDDEN: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def elements(
    stream: BinaryIO, names: tuple[str, ...], context: FileContext, limit: int = LARGEST_TREE
) -> Iterator[Element]:
    """Yield the elements of these local names, in any namespace, as they end; memory holds the last one only.

    Raises UnreadableError, after the elements before, when the XML is wrong, declares entities, or is longer than
    ``limit`` bytes without one of them.
    """
    parser = etree.XMLPullParser(
        ("end",),
        tag=[f"{{*}}{name}" for name in names],
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    since = 0
    try:
        for chunk in _sound_chunks(stream, context):
            parser.feed(chunk)
            since += len(chunk)
            for _event, element in parser.read_events():
                since = 0
                if isinstance(element, Element):  # always, for the type checker
                    yield element
                    _forget(element)
            if since > limit:
                raise UnreadableError(Message("an article of it is longer than {limit} MiB", limit=limit >> 20))
        parser.close()
    except etree.XMLSyntaxError as error:
        raise UnreadableError(Message("not valid XML: {reason}", reason=error.msg), error.lineno or None) from error


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


def _sound_chunks(stream: BinaryIO, context: FileContext) -> Iterator[bytes]:
    """Yield UTF-8 that an XML parser accepts: no declaration, no entities of HTML, no control characters."""
    rest = ""
    begun = False
    declared = _DECLARED.search(peek(stream, _HEAD))
    for text in decode_stream(stream, declared[1].decode() if declared else "", context):
        text = _FORBIDDEN.sub("", rest + text)
        if not begun:
            text = _DECLARATION.sub("", text).lstrip()
            begun = bool(text)
        if "<!ENTITY" in text:
            raise UnreadableError(Message("the XML declares entities of its own, which are not read"))
        unfinished = _UNFINISHED.search(text, max(0, len(text) - 32))
        rest = unfinished[0] if unfinished else ""
        yield _NAMED.sub(lambda entity: html.unescape(entity[0]), text[: len(text) - len(rest)]).encode()
    yield rest.encode()
