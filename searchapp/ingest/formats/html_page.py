"""The facts of an HTML page outside JSON-LD: ``<meta>``, ``<time>``, headings, signatures, printed dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, cast

from searchapp.ingest.cleaning.normalize import clean_line
from searchapp.ingest.cleaning.site_names import domain_name, without_site_name
from searchapp.ingest.formats.xmlstream import Element, all_text, local_name

__all__ = ["HtmlPage"]

_DATES: Final = (
    *("article:published_time", "og:article:published_time", "datepublished", "date", "dc.date.issued", "dc.date"),
    *("dcterms.created", "dcterms.date", "pubdate", "publish-date", "parsely-pub-date", "sailthru.date"),
)
_MODIFIED: Final = (
    *("article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified", "dcterms.modified"),
    *("dc.date.modified", "last-modified"),
)
_TIMES_MODIFIED: Final = '//*[@itemprop="dateModified"]'
_TIMES: Final = '//*[@itemprop="datePublished"]|//time[@pubdate]|//article//time|//time'
# Where a page prints its date without saying so in markup.
_PRINTED: Final = "//*[{}]".format(
    " or ".join(
        f'contains(concat(" ", normalize-space(@class), " "), " {name} ")'
        for name in (
            *("date", "dates", "published", "publish-date", "published-date", "pubdate", "entry-date", "post-date"),
            *("article-date", "article__date", "date-publication", "publication-date", "publication", "date-published"),
        )
    )
)
# The surest first. The first of a class only: further down the same ones sign other articles.
_BYLINES: Final = (
    ('//*[@itemprop="author"]//*[@itemprop="name"]', 10),
    ('//*[@itemprop="author"]', 10),
    ('//a[@rel="author"]', 10),
    ('//*[contains(concat(" ", @class, " "), " author ") or contains(concat(" ", @class, " "), " byline ")]', 1),
)
_MAX_TIMES: Final = 20
_LONGEST_DATE: Final = 150
_LONGEST_BYLINE: Final = 200
_SITE_NAME: Final = re.compile(r" (?:[|–—-]) [^|–—]{2,60}$")


class HtmlPage:
    """The facts of the page ``tree``, outside JSON-LD."""

    def __init__(self, tree: Element) -> None:
        self._tree = tree
        self._metas: dict[str, list[str]] = {}
        for tag in tree.iter("meta"):
            name = (tag.get("property") or tag.get("name") or tag.get("itemprop") or "").lower()
            if content := clean_line(tag.get("content") or ""):
                self._metas.setdefault(name, []).append(content)
        headings = [all_text(heading) for heading in tree.iter("h1")][:2]
        self._first_heading = next(iter(headings), "")
        self.heading = headings[0] if len(headings) == 1 else ""

    def meta(self, *names: str) -> str:
        """Return the content of the first of these ``<meta>`` names that is there."""
        return next((self._metas[name][0] for name in names if name in self._metas), "")

    def metas(self, name: str) -> list[str]:
        """Return the contents of this ``<meta>`` name."""
        return self._metas.get(name, [])

    def title(self, stated: str, newspaper: str, address: str) -> str:
        """Return the title without the name of the site.

        That is the ``stated`` one, else of OpenGraph, of the only heading, of the window. ``newspaper`` and ``address``
        are those of the article, "" where they are not known.
        """
        names = (self.site(), self.meta("application-name"), newspaper, domain_name(address))
        if title := stated or self.meta("og:title", "twitter:title"):
            return without_site_name(title, names, self.heading)
        window = next((all_text(title) for title in self._tree.iter("title")), "")
        return self.heading or _SITE_NAME.sub("", without_site_name(window, names)) or self._first_heading

    def site(self) -> str:
        """Return the name of the site."""
        return self.meta("og:site_name", "application-name", "dc.publisher")

    def dates(self) -> Iterator[str]:
        """Yield what may be the date: of ``<meta>``, of ``<time>``, of what is printed."""
        yield from self._dates(_DATES, _TIMES)
        for part in self._elements(_PRINTED)[:_MAX_TIMES]:
            if len(text := all_text(part)) <= _LONGEST_DATE:
                yield text

    def updates(self) -> Iterator[str]:
        """Yield what may be the moment of this version."""
        yield from self._dates(_MODIFIED, _TIMES_MODIFIED)

    def _dates(self, names: tuple[str, ...], times: str) -> Iterator[str]:
        for name in names:
            yield self.meta(name)
        for time in self._elements(times)[:_MAX_TIMES]:
            yield time.get("datetime") or time.get("content") or all_text(time)

    def authors(self) -> list[str]:
        """Return the bylines of the page, or the names that it states."""
        named = self.metas("author") or self.metas("dc.creator") or self.metas("article:author")
        if names := [name for name in named if not name.startswith("http")]:
            return names
        for path, most in _BYLINES:
            tags = _beside_the_first(self._elements(path))[:most]
            if names := [name for tag in tags if 0 < len(name := _signature(tag)) < _LONGEST_BYLINE]:
                return list(dict.fromkeys(names))
        return []

    def address(self) -> str:
        """Return the address that the page states for itself, "" for none."""
        links = (link.get("href") or "" for link in self._tree.iter("link") if link.get("rel") == "canonical")
        return next((link for link in (*links, self.meta("og:url")) if link.startswith("http")), "")

    def language(self) -> str:
        """Return the language that the page states."""
        return self._tree.get("lang") or self.meta("og:locale", "content-language")

    def _elements(self, path: str) -> list[Element]:
        return [part for part in cast(list[object], self._tree.xpath(path)) if isinstance(part, Element)]


def _beside_the_first(tags: list[Element]) -> list[Element]:
    """Return the tags of the first one's header: those elsewhere sign other articles."""
    if not tags:
        return []
    header = next(tags[0].iterancestors("header", "article", "section"), tags[0].getparent())
    return [tag for tag in tags if tag is tags[0] or any(outer is header for outer in tag.iterancestors())]


def _signature(tag: Element) -> str:
    """Return the text of a byline, with a sign between names that only markup keeps apart."""
    pieces = list(_pieces(tag))
    joined = pieces[:1]
    for before, piece in pairwise(pieces):
        touch = before[-1:].isalpha() and piece[:1].isalpha()
        joined += ["; " if " " in before.strip() and " " in piece.strip() else " ", piece] if touch else [piece]
    return " ".join("".join(joined).split())


def _pieces(tag: Element) -> Iterable[str]:
    """Yield the texts below ``tag``, none of them empty; scripts and styles have none."""
    for part in tag.iter():
        if isinstance(part.tag, str) and local_name(part) not in ("script", "style") and part.text:
            yield part.text
        if part is not tag and part.tail:
            yield part.tail
