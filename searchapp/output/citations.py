"""Articles as references: a sentence, BibTeX, RIS and CSL-JSON.

Names are given whole (``{Anne Le Bihan}``, ``literal``): which part of a name is the family name is not known, and a
guess would sort articles wrongly. No date has parts that the article's file did not give.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from searchapp.model import Article
from searchapp.output.known_dates import date_parts

__all__ = ["Reference", "bibtex", "csl_json", "is_web_address", "reference", "ris", "sentence"]

_BIBTEX_SIGNS: Final = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    **{sign: f"\\{sign}" for sign in "{}$&#%_"},
}
_NOT_IN_KEY: Final = re.compile(r"[^A-Za-z0-9]+")
_LONGEST_KEY: Final = 40
_WHITE: Final = re.compile(r"\s+")
# Characters that end or open a group in BibTeX, and white space: an address has them percent-encoded.
_NOT_IN_ADDRESS: Final = re.compile(r"[{}\\\s]")


@dataclass(frozen=True, slots=True)
class Reference:
    """The facts of an article that a bibliography names; ``issued`` is year, month and day, as many as are known."""

    id: str
    title: str
    authors: tuple[str, ...]
    source: str
    section: str
    issued: tuple[int, ...]
    address: str
    language: str
    keywords: tuple[str, ...]
    abstract: str


def reference(article: Article, permalink: str, timezone: ZoneInfo) -> Reference:
    """Return the reference of an article: the address is that of the original, or else its ``permalink`` here."""
    return Reference(
        id=article.id,
        title=_line(article.title),
        authors=tuple(map(_line, article.authors)),
        source=_line(article.source),
        section=_line(article.section),
        issued=date_parts(article, timezone),
        address=article.url if is_web_address(article.url) else permalink,
        language=article.language,
        keywords=tuple(map(_line, article.tags)),
        abstract=_line(article.lead),
    )


def is_web_address(url: str) -> bool:
    """Return whether ``url`` is one of http or https; others, such as javascript:, are not for links."""
    return url.startswith(("https://", "http://")) and not _WHITE.search(url)


def sentence(of: Reference, date: str, quoted: str) -> str:
    """Return a reference for a footnote; ``date`` is in words, ``quoted`` has the title in quotation marks."""
    return ", ".join(filter(None, (*of.authors, quoted, of.source, date, of.address))) + "."


def bibtex(references: Iterable[Reference]) -> str:
    """Return references as BibTeX (biblatex reads the same) in UTF-8."""
    return "\n".join(map(_bibtex_entry, references))


def ris(references: Iterable[Reference]) -> str:
    """Return references as RIS, by the specification of Research Information Systems: "XX  - value", CR LF."""
    return "".join(
        "".join(f"{tag}  - {value}\r\n" for tag, value in _ris_fields(one)) + "ER  - \r\n\r\n" for one in references
    )


def csl_json(references: Iterable[Reference]) -> list[dict[str, Any]]:
    """Return references as CSL-JSON (schema csl-data of the Citation Style Language)."""
    return [_csl_item(one) for one in references]


def _line(text: str) -> str:
    return _WHITE.sub(" ", text).strip()


def _bibtex_entry(of: Reference) -> str:
    names = ("year", "month", "day")
    fields = {
        "author": " and ".join(f"{{{_bibtex_text(name)}}}" for name in of.authors),
        # The second pair of braces keeps capitals.
        "title": f"{{{_bibtex_text(of.title)}}}",
        "journal": _bibtex_text(of.source),
        **{name: str(part) for name, part in zip(names, of.issued, strict=False)},
        "url": _NOT_IN_ADDRESS.sub(lambda match: f"%{ord(match[0]):02X}", of.address),
        "language": of.language,
        "keywords": _bibtex_text(", ".join(of.keywords)),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@article{{{_key(of)},\n{''.join(lines)}}}\n"


def _bibtex_text(text: str) -> str:
    return "".join(_BIBTEX_SIGNS.get(sign, sign) for sign in text)


def _key(of: Reference) -> str:
    """Return a key of ASCII letters and figures; the digest keeps those of like ids apart."""
    letters = unicodedata.normalize("NFKD", of.id).encode("ascii", "ignore").decode()
    digest = hashlib.blake2b(of.id.encode("utf-8", "replace"), digest_size=3).hexdigest()
    return f"{_NOT_IN_KEY.sub('-', letters).strip('-')[:_LONGEST_KEY]}-{digest}".lstrip("-")


def _ris_fields(of: Reference) -> Iterator[tuple[str, str]]:
    yield "TY", "NEWS"
    yield "TI", of.title
    yield from (("AU", name) for name in of.authors)
    optional = {
        "T2": of.source,
        "PY": f"{of.issued[0]:04}" if of.issued else "",
        "DA": _ris_date(of.issued) if of.issued else "",
        "SE": of.section,
        "UR": of.address,
        "LA": of.language,
        "AB": of.abstract,
    }
    yield from ((tag, value) for tag, value in optional.items() if value)
    yield from (("KW", word) for word in of.keywords)


def _ris_date(issued: tuple[int, ...]) -> str:
    """Return YYYY/MM/DD/ with empty parts for those that are not known."""
    year, *rest = issued
    return "/".join([f"{year:04}", *(f"{part:02}" for part in rest), *[""] * (3 - len(rest))])


def _csl_item(of: Reference) -> dict[str, Any]:
    fields = {
        "id": of.id,
        "type": "article-newspaper",
        "title": of.title,
        "author": [{"literal": name} for name in of.authors],
        "container-title": of.source,
        "section": of.section,
        "issued": {"date-parts": [list(of.issued)]} if of.issued else None,
        "URL": of.address,
        "language": of.language,
        "keyword": ", ".join(of.keywords),
        "abstract": of.abstract,
    }
    return {name: value for name, value in fields.items() if value}
