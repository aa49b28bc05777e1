"""Facts of an issue and of its articles, as the sections of a METS file give them: in MODS or in Dublin Core."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from searchapp.ingest.formats.xmlstream import Element, all_text, attribute, children, local_name

__all__ = ["Facts", "facts_of", "is_title", "merged"]

_MAX_VALUES: Final = 50
# By how surely they name a language; a name in words comes last.
_AUTHORITIES: Final = ("rfc5646", "rfc4646", "rfc3066", "iso639-1", "iso639-2b", "iso639-2", "iso639-3", "")
_DATES: Final = ("dateIssued", "date", "issued", "copyrightDate", "dateCreated")
_AUTHORS: Final = ("", "aut", "author", "auteur", "cre", "creator", "jou", "journalist", "art", "070")
# Addresses of the document itself; other identifiers are those of the newspaper, and the same for all its issues.
_ADDRESS: Final = re.compile(r"https?://\S{1,1000}$")
_NO_NAME: Final = re.compile(r"\[?s\. ?[nl]\.", re.IGNORECASE)  # sine nomine, sine loco: nobody knows
_PLACEHOLDERS: Final = ("untitled", "sans titre", "[sans titre]", "untitled article", "document_title_placeholder")
_YEAR_FIRST: Final = re.compile(r"(\d{4})/(\d\d?)/(\d\d?)$", re.ASCII)
_CODE: Final = re.compile(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{1,8}){0,4}$")
_LETTER: Final = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one section, "" for what it does not say.

    ``host`` is the title of what the issue is part of, the newspaper. ``dates`` are all that may be the date of issue,
    the likeliest first.
    """

    title: str = ""
    subtitle: str = ""
    host: str = ""
    publisher: str = ""
    dates: tuple[str, ...] = ()
    language: str = ""
    authors: tuple[str, ...] = ()
    url: str = ""


def facts_of(section: Element) -> Facts:
    """Return the facts of a ``dmdSec``."""
    parts = list(islice(_described(section), _MAX_VALUES))
    titles = [part for part in parts if local_name(part) in ("titleInfo", "title")]
    hosts = [
        part for part in parts if local_name(part) == "relatedItem" and attribute(part, "type") in ("host", "series")
    ]
    return Facts(
        title=_joined(filter(is_title, map(_title, titles))),
        subtitle=_joined(all_text(part) for title in titles for part in children(title, "subTitle")),
        host=next(filter(is_title, (_title(info) for host in hosts for info in children(host, "titleInfo"))), ""),
        publisher=next((name for name in _texts(parts, "publisher") if not _NO_NAME.match(name)), ""),
        dates=tuple(_dates(parts)),
        language=_language(parts),
        authors=tuple(dict.fromkeys(_authors(parts))),
        url=next((text for text in _texts(parts, "identifier", "url") if _ADDRESS.match(text)), ""),
    )


def merged(sections: Iterable[Facts]) -> Facts:
    """Return the facts of several sections: of each the first that is stated, and all dates."""
    facts = Facts()
    for section in sections:
        facts = Facts(
            title=facts.title or section.title,
            subtitle=facts.subtitle or section.subtitle,
            host=facts.host or section.host,
            publisher=facts.publisher or section.publisher,
            dates=(*facts.dates, *section.dates),
            language=_better_language(facts.language, section.language),
            authors=facts.authors or section.authors,
            url=facts.url or section.url,
        )
    return facts


def _described(section: Element) -> Iterator[Element]:
    """Yield the statements of a section: the children of ``mods``, or those of a Dublin Core record."""
    for record in children(section, "mods", "spar_dc", "dc", "record", "xmlData"):
        if local_name(record) != "xmlData" or not any(len(part) for part in record):
            yield from record


def _title(info: Element) -> str:
    """Return the title with its article, « Le Phare », without its subtitle."""
    pieces = {local_name(part): all_text(part) for part in info}
    if not pieces:
        return all_text(info)
    article, title = pieces.get("nonSort", ""), pieces.get("title", "")
    return f"{article}{'' if article.endswith(('’', chr(39))) else ' '}{title}" if article else title


def is_title(text: str) -> bool:
    """Return whether ``text`` is a title: not the number of a page, a dash or what programs write without one."""
    return bool(_LETTER.search(text)) and text.casefold().strip(" .") not in _PLACEHOLDERS


def _texts(parts: list[Element], *names: str) -> Iterator[str]:
    for part in parts:
        if local_name(part) != "relatedItem":
            yield from (text for match in children(part, *names) if (text := all_text(match)))


def _dates(parts: list[Element]) -> Iterator[str]:
    dates = [date for part in parts if local_name(part) != "relatedItem" for date in children(part, *_DATES)]
    # The key date first; a point « end » is the last issue of a newspaper.
    dates.sort(key=lambda date: (_DATES.index(local_name(date)), attribute(date, "keyDate") != "yes"))
    for date in dates:
        if attribute(date, "point") != "end" and (text := all_text(date).strip("[]() ")):
            yield _YEAR_FIRST.sub(r"\1-\2-\3", text)


def _language(parts: list[Element]) -> str:
    terms = [term for part in parts if local_name(part) != "relatedItem" for term in _terms(part)]
    known = [(_AUTHORITIES.index(authority), text) for authority, text in terms if authority in _AUTHORITIES]
    return min(known)[1] if known else ""


def _terms(part: Element) -> Iterator[tuple[str, str]]:
    """Yield the terms for a language with their authority; one in words has none."""
    for term in children(part, "languageTerm", "language"):
        if not len(term) and (text := all_text(term)):
            yield attribute(term, "authority").lower(), text


def _better_language(first: str, second: str) -> str:
    """Return the code of the two, and not the name; the first of two codes."""
    return second if second and (not first or (_CODE.match(second) and not _CODE.match(first))) else first


def _authors(parts: list[Element]) -> Iterator[str]:
    for part in parts:
        if local_name(part) in ("creator", "author"):
            yield all_text(part)
        elif local_name(part) == "name":
            roles = [all_text(role).lower() for role in children(part, "roleTerm")] or [""]
            if any(role in _AUTHORS for role in roles):
                yield _name(part)


def _name(person: Element) -> str:
    """Return « Anne Le Bihan » from its parts, which may be given in any order, else the form for display."""
    pieces = {attribute(part, "type"): all_text(part) for part in children(person, "namePart")}
    ordered = [pieces[kind] for kind in ("given", "", "family") if pieces.get(kind)]
    return " ".join(ordered) or next((all_text(form) for form in children(person, "displayForm")), "")


def _joined(texts: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(filter(None, texts)))
