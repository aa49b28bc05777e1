"""The layouts of articles without markup: title, perhaps again, standfirst, byline, date, paragraphs.

Also the date and agency of a dateline: « PARIS (AFP) - Le ministre … ».
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from searchapp.ingest.cleaning.article_dates import is_date, update_in
from searchapp.ingest.cleaning.mojibake import repaired
from searchapp.ingest.cleaning.normalize import clean_text, same_words
from searchapp.ingest.cleaning.record import Record

__all__ = ["is_byline", "is_page_number", "opening_of", "record_of_paragraphs", "record_of_text"]

_LONGEST_TITLE: Final = 300
_LONGEST_LEAD: Final = 1000
# Lines are wrapped at 72 to 100 characters; a longer one is a paragraph.
_LONGEST_WRAPPED_LINE: Final = 120
# Not shorter than 30 characters: “M. Dupont” ends no sentence.
_SENTENCE: Final = re.compile(r".{30,298}?[.!?…](?=\s)")
_BY: Final = re.compile(r"(?:Par|PAR|Propos recueillis par|De notre correspondante?) ")
_PLACE_OF_AUTHOR: Final = re.compile(r", ?(?:à|au|aux|en|avec|envoyée?s?|correspondante?s?|journalistes?|notre|nos) ")
_PARTICLES: Final = frozenset(
    ["et", "de", "du", "des", "le", "la", "les", "avec", "van", "von", "ben", "el", "al", "d’", "&", ","]
)
_LONGEST_BYLINE: Final = 200
_HEADER_PARTS: Final = 5
# PARIS (AFP) - , MARSEILLE, 6 novembre 2024 (Reuters) –
_DATELINE: Final = re.compile(
    r"(?P<place>[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’ -]{1,40})(?:, (?P<date>(?:le )?\d[^()\n]{2,30}?))?"
    r" \((?P<agency>[^()\n]{2,40})\) ?[-–—] ?"
)

# « 4 », « — 4 — », « Page IV », « p. 12 », « N° 3 » at the head or the foot of a page.
_ROMAN: Final = r"(?=[ivxlc])c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})"
_PAGE_NUMBER: Final = re.compile(
    rf"[\W_]{{0,8}}(?:(?:pages?|pag|p|folio|fol|n[°o]?)[.\s]{{0,3}})?(?:\d{{1,4}}|{_ROMAN})[\W_]{{0,8}}", re.IGNORECASE
)
_LONGEST_NUMBER: Final = 30


def record_of_text(content: str) -> Record:
    """Return the record of an article that is written as plain text."""
    text = repaired(content)
    repairs = frozenset() if text is content else frozenset({"mojibake"})
    lines = clean_text(text).split("\n")
    date = _take_date(lines)
    title, *rest = lines or [""]
    if len(title) > _LONGEST_TITLE:
        return {"title": opening_of(title), "text": "\n".join(lines), "date": date, "repairs": repairs}
    paragraphs = _paragraphs(_without_repeat(title, rest))
    byline = _take(paragraphs, is_byline)
    date = date or _take(paragraphs, is_date)
    lead, text = _lead_and_text(paragraphs)
    facts = {"title": title, "lead": lead, "text": text, "author": byline, "repairs": repairs}
    facts["modified"] = update_in(date) if date else ""
    return {**facts, **_dateline(lead, text, date)}


def record_of_paragraphs(paragraphs: list[str], title: str = "", author: str = "") -> Record:
    """Return the record of a document; ``title`` and ``author``, of its properties, are used where it shows none."""
    opening = [title] if title and title not in paragraphs[:_HEADER_PARTS] else []
    record = record_of_text("\n\n".join((*opening, *paragraphs)))
    is_name = len(author.split()) > 1
    return {**record, "author": record.get("author") or (author if is_name else "")}


def _take_date(lines: list[str]) -> str | None:
    """Remove the first or last line that is only a date, with its blank lines, and return it."""
    date = None
    for end in (-1, 0):
        if lines and is_date(lines[end].strip()):
            date = lines.pop(end)
            while lines and not lines[end]:
                lines.pop(end)
    return date


def _take(paragraphs: list[str], matches: Callable[[str], bool]) -> str | None:
    """Remove the first line that ``matches`` from the first or the last paragraphs, and return it."""
    last = [len(paragraphs) - 1] if len(paragraphs) > _HEADER_PARTS else []
    for index in (*range(min(_HEADER_PARTS, len(paragraphs))), *last):
        lines = paragraphs[index].split("\n")
        for end in (0, -1):
            if matches(lines[end]):
                line: str = lines.pop(end)
                paragraphs[index : index + 1] = ["\n".join(lines)] if lines else []
                return line
    return None


def is_byline(line: str) -> bool:
    """Return whether ``line`` is « Par Anne Le Bihan et Noël Çatal, à Rennes », not « Par ailleurs, … »."""
    by = _BY.match(line)
    if not by or len(line) > _LONGEST_BYLINE:
        return False
    names = _PLACE_OF_AUTHOR.split(line[by.end() :], maxsplit=1)[0].split()
    proper = [name for name in names if name not in _PARTICLES]
    return bool(proper) and all(name[0].isupper() for name in proper) and not names[-1].endswith(("!", "?", "…"))


def is_page_number(text: str) -> bool:
    """Return whether ``text`` is the number of a page and nothing else."""
    return len(text) <= _LONGEST_NUMBER and bool(_PAGE_NUMBER.fullmatch(text))


def _dateline(lead: str, text: str, date: str | None) -> Record:
    """Return the date, and the agency, of a dateline at the beginning of the article."""
    match = _DATELINE.match(lead) or _DATELINE.match(text)
    if not match:
        return {"date": date}
    stated = match["date"] if match["date"] and is_date(match["date"]) else None
    return {"date": date or stated, "agency": match["agency"]}


def _without_repeat(title: str, rest: list[str]) -> str:
    body = "\n".join(rest).lstrip("\n")
    first, _, following = body.partition("\n")
    return following if same_words(first, title) else body


def _paragraphs(body: str) -> list[str]:
    """Return the paragraphs: parts between blank lines or, without any, lines too long to be wrapped ones."""
    parts = body.strip("\n").split("\n\n")
    lines = parts[0].split("\n")
    if len(parts) == 1 and max(map(len, lines)) > _LONGEST_WRAPPED_LINE:
        return lines
    return parts


def _lead_and_text(paragraphs: list[str]) -> tuple[str, str]:
    first, *others = paragraphs or [""]
    if others and len(first) <= _LONGEST_LEAD:
        return first, "\n\n".join(others)
    return "", "\n\n".join(paragraphs)


def opening_of(line: str) -> str:
    """Return the first sentence of ``line``, or as many of its words as a title may have."""
    if sentence := _SENTENCE.match(line):
        return sentence[0]
    start = line[: _LONGEST_TITLE - 1]
    return f"{start.rpartition(' ')[0] or start}…"
