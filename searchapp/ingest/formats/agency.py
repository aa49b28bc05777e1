"""Shared by the formats of news agencies: bodies inside an item, wire text, dates, names, embargoes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Final

from searchapp.ingest.cleaning.statuses import known_status
from searchapp.ingest.formats.markup import is_markup, paragraphs_of, text_of_html
from searchapp.ingest.formats.sports import rows_of_sports
from searchapp.ingest.formats.xmlstream import Element, first, local_name
from searchapp.model import NO_RELEASE, ArticleStatus

__all__ = [
    "body_of",
    "compact_date",
    "embargo_of",
    "is_keywords",
    "keywords_of",
    "lead_unless_repeated",
    "main_source",
    "named_authors",
    "status_of",
    "unwrapped",
    "without_signature",
    "without_title",
]

_DAY: Final = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_BLOCK_TAG: Final = re.compile(r"<(?:p|br|div|h[1-6]|li|tr)[\s>/]", re.IGNORECASE)
_HEADERS: Final = ("header", "footer", "nav")
_TABLE_GAP: Final = re.compile(r"\S(?: {3}|\t)")
_SHORTEST_WRAPPED: Final = 45  # a line that ends a paragraph early, or one of a list, is shorter
_LONGEST_WRAPPED: Final = 120
_INDENT: Final = re.compile(r"[ \t\u00a0]{2,}|\t")
_ITEM: Final = ("- ", "* ", "• ", "– ", "— ", "=")
_GAPS: Final = re.compile(r"\n{3,}")
_SEPARATOR: Final = re.compile(r"[/;,]")
_SPACES: Final = re.compile(r"[ \t]{2,}")
_SIGNATURE: Final = re.compile(r"\(?[A-Za-z]{2,5}(?:\\?[/-][a-z]{2,5}){1,6}\)?|=[=#]?\w{2,20}")
_INITIALS: Final = re.compile(r"[a-z]{1,5}|[A-Z]{1,5}")


def body_of(container: Element) -> str:
    """Return the text of the body in ``container``: NITF, XHTML, markup written as text, or plain text.

    A header of XHTML repeats the title, the date and the keywords, a footer what is not for publication.
    """
    story = first(container, "body.content", "body")
    root = container if story is None else story
    if story is None and not len(root):
        return without_signature(_text_of_string(root.text or ""))
    headers = [part for part in root if local_name(part).lower() in _HEADERS]
    if len(headers) < len(root):
        for part in headers:
            root.remove(part)
    rows = rows_of_sports(container)
    text = "" if rows and story is None else paragraphs_of(root)
    if "  " in text:
        text = _SPACES.sub(" ", text)
    return without_signature(_unescaped("\n\n".join(filter(None, (text, rows)))))


def _text_of_string(text: str) -> str:
    if not is_markup(text):
        return unwrapped(_unescaped(text))
    if _BLOCK_TAG.search(text):
        return text_of_html(text)
    return unwrapped(text_of_html("<br>".join(text.split("\n"))))


def _unescaped(text: str) -> str:
    """Return ``text`` with the entities that were escaped twice as what they stand for."""
    return html.unescape(text) if "&" in text else text


def without_signature(text: str) -> str:
    """Return ``text`` without a last line that only names its editors or the agency: « hh/ph », « ==Kyodo »."""
    body, _, last = text.rpartition("\n")
    return body.rstrip() if body and _SIGNATURE.fullmatch(last) else text


def unwrapped(text: str) -> str:
    """Return wire text as paragraphs: they begin after a blank line or with an indent; tables keep their rows."""
    pieces: list[str] = []
    before = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        stripped = line.strip()
        if not stripped or not before:
            pieces.append("\n\n" if pieces else "")
        elif _INDENT.match(line) and not _INDENT.match(before):
            pieces.append("\n\n")
        else:
            pieces.append(" " if _goes_on(before.strip(), stripped) else "\n")
        pieces.append(stripped)
        before = line if stripped else ""
    return _GAPS.sub("\n\n", "".join(pieces)).strip()


def _goes_on(before: str, line: str) -> bool:
    """Return whether ``line`` continues the paragraph of the line before it."""
    is_row = _TABLE_GAP.search(before) or _TABLE_GAP.search(line) or line.startswith(_ITEM)
    return not is_row and _SHORTEST_WRAPPED <= len(before) <= _LONGEST_WRAPPED


def without_title(body: str, *repeated: str) -> str:
    """Return ``body`` without first paragraphs that only repeat a title, a subtitle or a byline."""
    known = {_bare(text) for text in repeated} - {""}
    while body:
        opening, _, following = body.partition("\n")
        if _bare(opening) not in known:
            return body
        body = following.lstrip("\n")
    return body


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def lead_unless_repeated(lead: str, body: str, title: str = "") -> str:
    """Return ``lead``, but "" when the text begins with it, the title says it, or it is a list of keywords."""
    repeated = not lead or _bare(body).startswith(_bare(lead)) or _bare(lead) == _bare(title)
    return "" if repeated or is_keywords(lead) else lead


def is_keywords(line: str) -> bool:
    """Return whether ``line`` is « INDE ACCIDENT », keywords in capitals, not a sentence."""
    return line.isupper() and len(line.split()) <= 4


def keywords_of(slug: str) -> list[str]:
    """Return the keywords of a slug line, « transports-mer » or « Sport/Voile »."""
    words = _SEPARATOR.split(slug)
    return [word.strip() for word in (words if len(words) > 1 else slug.split("-")) if word.strip()]


def compact_date(text: str) -> str:
    """Return a day that is written without hyphens, 20241106, with them; any other text as it is."""
    day = _DAY.fullmatch(text)
    return "-".join(day.groups()) if day else text


def status_of(text: str, *, corrected: bool = False) -> str:
    """Return the value of ``status`` for a publication status: withdrawn, corrected or ""."""
    status = known_status(text)
    if status is ArticleStatus.WITHDRAWN:
        return status
    return ArticleStatus.CORRECTED if corrected or status is ArticleStatus.CORRECTED else ""


def embargo_of(status: str, release: str) -> str:
    """Return the embargo of an item in this status: ``release`` where it says when it may be published."""
    embargoed = status.casefold().rpartition(":")[2] in ("embargoed", "embargo")
    return compact_date(release) or NO_RELEASE.isoformat() if embargoed else ""


def main_source(names: Iterable[str]) -> str:
    """Return the first name that is none of a domain (afp.com), else the first."""
    given = [name for name in names if name]
    return next((name for name in given if "." not in name or " " in name), given[0] if given else "")


def named_authors(names: Iterable[str]) -> list[str]:
    """Return the names without the initials of editors: « dw », « fn/mro »."""
    return [name for name in names if name and not all(_INITIALS.fullmatch(part) for part in name.split("/"))]
