"""The words of HTML, and of the HTML-like bodies of NewsML, NITF and ODT: paragraphs between blank lines."""

from __future__ import annotations

import html
import re
from typing import Final

from lxml import etree
from lxml import html as lxml_html

from searchapp.i18n import Message
from searchapp.ingest.formats.xmlstream import Element, local_name
from searchapp.ingest.reader_protocol import LARGEST_TREE, UnreadableError

__all__ = ["is_markup", "line_of_html", "paragraphs_of", "parse_html", "text_of_html", "unescaped"]

_BLOCKS: Final = frozenset(
    (
        *("p", "div", "section", "article", "main", "header", "footer", "aside", "address", "blockquote", "pre"),
        *("h", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "figure"),
        *("hl1", "hl2", "block", "bq", "head", "list", "hedline", "nitf-table", "quote"),
    )
)
_CELLS: Final = frozenset(["td", "th"])
_LINES: Final = frozenset(["br", "lb", "li", "item", "tr", "dt", "dd", "line-break"])
_DROPPED: Final = frozenset(
    (
        *("script", "style", "noscript", "template", "iframe", "svg", "form", "button", "nav"),
        *("media", "media-caption", "figcaption"),
    )
)
_TAG_MARKS: Final = ("<p", "<P", "<div", "<DIV", "<br", "<BR", "</", "<h2", "<ul", "<img", "<IMG")
_BLOCK_TAG: Final = re.compile(r"<(?:p|div|br|li|h[1-6]|ul|ol|table|section|article|blockquote)[\s/>]", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_TAG_IN_LINE: Final = re.compile(r"<(?:/|[a-zA-Z][a-zA-Z0-9]{0,15}[\s/>])")
_MOST_ESCAPES: Final = 3
_MAX_DEPTH: Final = 200


# Possessive quantifiers do not backtrack, so these are linear.
_ATTRIBUTE: Final = r"""[\s/]++[^\s=>]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"']++))?+"""
_NAME: Final = r"<[a-zA-Z][^\s>/]*+"
_TAG: Final = re.compile(rf"{_NAME}(?:{_ATTRIBUTE})*+")
_TAG_NAME: Final = re.compile(_NAME)
_ONE_ATTRIBUTE: Final = re.compile(_ATTRIBUTE)
_LONG_TAG: Final = 4000
_MAX_ATTRIBUTES: Final = 1000


def is_markup(text: str) -> bool:
    """Return whether ``text`` looks like HTML, or has its entities."""
    return any(mark in text for mark in _TAG_MARKS) or ("&" in text and bool(_ENTITY.search(text)))


def parse_html(text: str) -> Element | None:
    """Return the tree of the first LARGEST_TREE characters of ``text``; None when there is no element in them.

    Raises UnreadableError for a tag with thousands of attributes, over which libxml2 takes quadratic time.
    """
    _check_tags(text[:LARGEST_TREE])
    parser = lxml_html.HTMLParser(
        remove_comments=True, remove_pis=True, no_network=True, huge_tree=False, encoding="utf-8"
    )
    try:
        return lxml_html.document_fromstring(text[:LARGEST_TREE].encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _check_tags(text: str) -> None:
    for tag in _TAG.finditer(text):
        if len(tag[0]) > _LONG_TAG and _count_attributes(tag[0]) > _MAX_ATTRIBUTES:
            raise UnreadableError(Message("a tag of the page has more than {limit} attributes", limit=_MAX_ATTRIBUTES))


def _count_attributes(tag: str) -> int:
    count = 0
    match = _TAG_NAME.match(tag)
    while match and (match := _ONE_ATTRIBUTE.match(tag, match.end())):
        count += 1
    return count


def text_of_html(text: str) -> str:
    """Return the words of ``text``: HTML, plain text with entities of HTML, or already plain."""
    if not any(mark in text for mark in _TAG_MARKS):
        return unescaped(text)
    # Where there are no blocks the lines are the paragraphs.
    tree = parse_html(text if _BLOCK_TAG.search(text) else text.replace("\n", "<br>"))
    return unescaped(paragraphs_of(tree)) if tree is not None else ""


def line_of_html(text: str) -> str:
    """Return the words of ``text`` on one line: a title, a name."""
    if _TAG_IN_LINE.search(text):
        tree = parse_html(text)
        text = " ".join(paragraphs_of(tree).split()) if tree is not None else ""
    return unescaped(text)


def unescaped(text: str) -> str:
    """Return ``text`` without entities of HTML, also where they were written twice (``&amp;eacute;``)."""
    for _ in range(_MOST_ESCAPES):
        if "&" not in text or not _ENTITY.search(text):
            break
        text = html.unescape(text)
    return text


def paragraphs_of(element: Element) -> str:
    """Return the words below ``element``: blocks between blank lines, items and line breaks one a line."""
    pieces: list[str] = []
    _collect(element, pieces, 0)
    lines = (" ".join(line.split(" ")) for line in "".join(pieces).split("\n"))
    return "\n".join(line.strip(" \t") for line in lines).strip()


def _collect(element: Element, pieces: list[str], depth: int) -> None:
    name = local_name(element).lower()
    if name not in _DROPPED and depth < _MAX_DEPTH and name:
        gap = "\n\n" if name in _BLOCKS else "\n" if name in _LINES else " " if name in _CELLS else ""
        pieces.append(gap)
        pieces.append(_flat(element.text))
        for child in element:
            _collect(child, pieces, depth + 1)
        pieces.append(gap)
    pieces.append(_flat(element.tail) if depth else "")


def _flat(text: str | None) -> str:
    """Return ``text`` with its line breaks as blanks; no-break spaces stay."""
    return " ".join(text.replace("\t", " ").replace("\r", " ").split("\n")) if text else ""
