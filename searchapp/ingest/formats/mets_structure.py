"""The logical map of a METS file: which parts of which pages make an article, in their order.

A division may name the parts itself (``fptr``, ``area``), or a ``structLink`` leads from it to divisions of the
physical map that do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from searchapp.ingest.formats.xmlstream import Element, attribute, children, local_name

__all__ = ["Area", "Division", "MarkedArticle", "articles_of", "division_of", "links_of"]

_ARTICLES: Final = frozenset(("ARTICLE", "NEWSARTICLE", "STORY", "LETTER", "OBITUARY", "REVIEW", "POEM", "NOVEL"))
_WHOLES: Final = frozenset(("NEWSPAPER", "VOLUME", "YEAR", "MONTH", "DAY", "ISSUE", "SUPPLEMENT", "SET", "GROUP"))
_ADVERTISEMENTS: Final = frozenset(("ADVERTISEMENT", "ADVERT", "ADVERTISING", "AD"))
# What stands beside articles: the head of the newspaper, announcements, pictures of no article.
_NO_ARTICLES: Final = _ADVERTISEMENTS | {"TITLESECTION", "PUBLISHINGSTMT", "IMPRINT", "ILLUSTRATION"}
_TITLES: Final = frozenset(("TITLE", "HEADLINE"))
_LEADS: Final = frozenset(("SUBHEADLINE", "SUBTITLE", "OVERLINE", "ABSTRACT", "LEAD"))
_AUTHORS: Final = frozenset(("AUTHOR", "BYLINE"))
_MAX_DEPTH: Final = 60


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a page: the id of the page's file, of the first and of the last element; "" is the whole page."""

    file: str
    first: str = ""
    last: str = ""


@dataclass(slots=True)
class Division:
    """A ``div``: its type in capitals without signs, its label, the ids of its sections, its own areas, what is below.

    ``number`` is that of a page, as it is printed, else as it is counted.
    """

    kind: str = ""
    id: str = ""
    label: str = ""
    number: str = ""
    sections: tuple[str, ...] = ()
    areas: list[Area] = field(default_factory=list)
    parts: list[Division] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """True for the issue, or a whole that it belongs to; False for a part of it."""
        return self.kind in _WHOLES

    def walk(self) -> Iterator[Division]:
        """Yield the division and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(slots=True)
class MarkedArticle:
    """An article of the map: the areas of its title, lead, author and text, and the label of its section."""

    division: Division
    section: str
    areas: dict[str, list[Area]] = field(default_factory=lambda: {"title": [], "lead": [], "author": [], "text": []})

    @property
    def has_words(self) -> bool:
        """True when it has areas; those of a section are articles of its own only with more than a heading."""
        return bool(self.areas["text"]) if self.division.kind == "SECTION" else any(True for _ in self.all_areas())

    def all_areas(self) -> Iterator[Area]:
        """Yield the areas of all of it."""
        for areas in self.areas.values():
            yield from areas


def division_of(element: Element, depth: int = 0) -> Division:
    """Return the division of a ``div`` or of a ``structMap``, its parts in the order that they state."""
    divs = [part for part in element if local_name(part) == "div"] if depth < _MAX_DEPTH else []
    orders = [attribute(div, "ORDER") for div in divs]
    if all(order.isascii() and order.isdigit() and len(order) < 10 for order in orders):
        divs.sort(key=lambda div: int(attribute(div, "ORDER")))
    return Division(
        kind="".join(filter(str.isalnum, attribute(element, "TYPE").upper())),
        id=attribute(element, "ID"),
        label=attribute(element, "LABEL"),
        number=attribute(element, "ORDERLABEL") or attribute(element, "ORDER"),
        sections=tuple(attribute(element, "DMDID").split()),
        areas=[area for part in element if local_name(part) == "fptr" for area in _areas(part)],
        parts=[division_of(div, depth + 1) for div in divs],
    )


def links_of(element: Element) -> Iterator[tuple[str, list[str]]]:
    """Yield the id of a division of the logical map and those in the physical one that a ``structLink`` ties to it."""
    for link in children(element, "smLink"):
        yield attribute(link, "from").lstrip("#"), [attribute(link, "to").lstrip("#")]
    for group in children(element, "smLinkGrp"):
        ends = [attribute(locator, "href").lstrip("#") for locator in children(group, "smLocatorLink")]
        if len(ends) > 1:
            yield ends[0], ends[1:]


def articles_of(root: Division, linked: Mapping[str, list[Division]]) -> tuple[list[MarkedArticle], list[str]]:
    """Return the articles of the logical map, and the ids of the sections about the issue, the nearest first.

    ``linked`` are the physical divisions that links give to logical ones. A section with paragraphs of its own is an
    article too. There are none when the map does not tell them apart: when two are the same page as a whole.
    """
    articles: list[MarkedArticle] = []
    about: list[str] = []
    _walk(root, "", linked, articles, about)
    marked = [article for article in articles if article.has_words]
    pages = Counter(file for article in marked for file in _whole_pages(article))
    return ([] if any(count > 1 for count in pages.values()) else marked), about[::-1]


def _walk(
    part: Division, section: str, linked: Mapping[str, list[Division]], articles: list[MarkedArticle], about: list[str]
) -> None:
    if part.kind in _NO_ARTICLES:
        return
    if part.kind in _WHOLES:
        about.extend(reversed(part.sections))
    if part.kind in _ARTICLES or part.kind == "SECTION":
        article = MarkedArticle(part, section)
        articles.append(article)
        _collect(part, article, linked, "text")
        section = section if part.kind in _ARTICLES else part.label or section
    for inner in part.parts:
        _walk(inner, section, linked, articles, about)


def _collect(part: Division, article: MarkedArticle, linked: Mapping[str, list[Division]], role: str) -> None:
    """Add the areas of ``part`` and of what is below, articles inside it excepted; a title behind text is text."""
    role = "text" if role == "title" and article.areas["text"] else role
    if part is not article.division:
        article.areas[role] += part.areas
    for inner in (*linked.get(part.id, ()), *part.parts):
        if inner.kind not in _ARTICLES | _ADVERTISEMENTS and inner.kind != "SECTION":
            _collect(inner, article, linked, _role(inner, role))
    if part is article.division:  # its own areas stand before its divisions in the file, its title among these
        article.areas[role] += part.areas


def _role(part: Division, outer: str) -> str:
    """Return the role of a division by its type; those of a physical map have it as their label."""
    for kind in (part.kind, part.label.upper()):
        if kind in _TITLES:
            return "title"
        if kind in _LEADS | _AUTHORS:
            return "lead" if kind in _LEADS else "author"
    return outer


def _whole_pages(article: MarkedArticle) -> set[str]:
    return {area.file for area in article.all_areas() if not area.first}


def _areas(pointer: Element) -> list[Area]:
    """Return the areas of an ``fptr``, in a row (``seq``) or beside each other (``par``), or the file as a whole."""
    areas = [
        Area(attribute(area, "FILEID"), attribute(area, "BEGIN"), attribute(area, "END"))
        for area in children(pointer, "area")
        if attribute(area, "BETYPE") in ("", "IDREF") and not attribute(area, "COORDS")  # which are those of a picture
    ]
    whole = attribute(pointer, "FILEID")
    return areas or ([Area(whole)] if whole else [])
