"""Wire text of news agencies, IPTC 7901 and its American relative ANPA 1312, with control characters or without.

A *message* is a header line (service and number, priority, category, words, the agency's own), keywords, a headline
that ends with ``=``, the body, and a *time group* (« 061649 nov 24 »). SOH begins it, STX the text, ETX ends the text
and EOT the message. Sources: IPTC 7901 (The IPTC Recommended Message Format), ANPA 1312.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from searchapp.ingest.cleaning.encoding import decode_stream
from searchapp.ingest.cleaning.normalize import unaccented
from searchapp.ingest.cleaning.record import ParsedRecord, Record
from searchapp.ingest.formats.agency import keywords_of, unwrapped, without_signature
from searchapp.ingest.reader_protocol import LARGEST_ARTICLE, FileContext, article_too_long

__all__ = ["records"]

_SOH, _STX, _ETX, _EOT = "\x01\x02\x03\x04"
_HEADER: Final = re.compile(
    r"(?P<service>[A-Za-z]{1,5})(?P<number>\d{2,5}) {1,4}(?P<priority>[1-9]) {1,4}(?P<category>[A-Za-z]{1,4})"
    r"(?: {1,4}(?P<words>\d{1,5}))?(?:\s(?P<rest>.{0,80}))?"
)
# From the agency's own part of the header: dpa 061, dpa-tns 0908.
_AGENCY: Final = re.compile(r"(?:^|\s)([A-Za-z][A-Za-z-]{1,20}) \d{1,5}\s*$")
_AMERICAN: Final = re.compile(r"[a-z]{0,2} ?[a-z](?P<slug>[\x11-\x14]{1,2}.{1,120}?) {1,9}\d\d-\d\d \d{4}\s*$")
_TIME_GROUP: Final = re.compile(r"(\d\d)(\d\d)(\d\d) ?(GMT|UTC|Z)? ?([a-z]{3,5})\.? (\d{4}|\d\d)", re.IGNORECASE)
_AMERICAN_TIME: Final = re.compile(
    r"AP-\w{2}-(?P<month>\d\d)-(?P<day>\d\d)-(?P<year>\d\d) (?P<hour>\d\d)(?P<minute>\d\d)GMT"
)
_JAPANESE_TIME: Final = re.compile(
    r"\w{2,4}-(?P<hour>\d\d):(?P<minute>\d\d)-(?P<day>\d\d)-(?P<month>\d\d)-(?P<year>\d\d)"
)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            *("jan janv gen ene", "feb fev fevr", "mar mars mrz marz", "apr avr avri abr", "mai may mag"),
            *("jun juin giu juni", "jul juil lug juli", "aug aou aout ago", "sep sept set", "oct okt ott"),
            *("nov", "dec dez dic"),
        ),
        1,
    )
    for name in names.split()
}
_CENTURY_TURNS: Final = 69  # as POSIX reads two digits
_WORD: Final = re.compile(r"\w\w")
_HEADLINE_LINES: Final = 20
_BYLINE: Final = re.compile(r"(?:par|by|von|por|di|de notre) (?=\S)", re.IGNORECASE)
_LONGEST_BYLINE: Final = 120
_OF_AGENCY: Final = re.compile(r" \(\w{2,12}\)$|, \w{2,12}$")
_SPEAKER: Final = re.compile(r" ?\([^()]{1,60}\)$")
_LABEL: Final = re.compile(r"\(.{1,40}\)|[^a-z]{1,40}|.{1,40}:|\S{1,80}")
_DATELINE: Final = re.compile(r"[^\n()]{2,60} \(([^()\n]{2,30})\)")
_NOT_PUBLIC: Final = re.compile(
    r"\n(?:\* ?\* ?\* ?\*|#{1,2} (?:dpa[ -])?(?:notebook|notizblock|bloc-notes))", re.IGNORECASE
)
_END_MARKS: Final = ("nnnn", "end", "ends", "fin")
_BLANK: Final = " \t\r\n\x01\x02\x03\x04\x7f"


@dataclass(slots=True)
class _Message:
    """The lines of a message; ``header`` is its first, ``begins`` the line of the file."""

    begins: int
    lines: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, line: str) -> None:
        """Add ``line``; raises UnreadableError for more than LARGEST_ARTICLE characters."""
        self.size += len(line) + 1
        if self.size > LARGEST_ARTICLE:
            raise article_too_long(self.begins)
        self.lines.append(line)


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of each message with a text."""
    for message in _messages(stream, context):
        if any(map(_WORD.search, message.lines)):  # not the marks between two messages
            yield ParsedRecord(_record(message.lines), message.begins)


def _messages(stream: BinaryIO, context: FileContext) -> Iterator[_Message]:
    """Yield the messages: SOH and EOT part them, in stripped text a header after a blank line."""
    message = _Message(1)
    marked, before = False, ""
    for number, line in enumerate(_lines(stream, context), 1):
        marked |= _SOH in line
        begins = _SOH in line or (not marked and not before.strip("\x7f ") and _HEADER.fullmatch(line.strip()))
        if begins and message.lines:
            yield message
        if begins:
            message = _Message(number)
        message.add(line.rpartition(_SOH)[2])
        before = line
    yield message


def _lines(stream: BinaryIO, context: FileContext) -> Iterator[str]:
    rest: list[str] = []
    for chunk in decode_stream(stream, "", context):
        first, *others = chunk.replace("\0", "").split("\n")
        rest.append(first)
        for line in others:
            yield "".join(rest).rstrip("\r")
            rest = [line]
        if sum(map(len, rest)) > LARGEST_ARTICLE:
            raise article_too_long()
    yield "".join(rest).rstrip("\r")


def _record(lines: list[str]) -> Record:
    header, lines = _header(lines)
    date = _date(lines)
    keywords, headline, body = _parts(lines)
    title, author = _title_and_author(headline)
    text = _body(body)
    dateline = _DATELINE.match(text)
    number = f"{header['service']}{header['number']}" if header else ""
    agency = _AGENCY.search(header["rest"] or "") if header else None
    return {
        "id": f"{number}-{date[:10]}" if number and date else "",
        "title": title or (text.partition("\n")[0][:120] if text else ""),
        "text": text,
        "date": date,
        "author": author,
        "agency": dateline[1] if dateline else agency[1] if agency else "",
        "tags": keywords_of(keywords),
    }


def _header(lines: list[str]) -> tuple[re.Match[str] | None, list[str]]:
    """Return the header of a message and the lines after it."""
    for index, line in enumerate(lines[:3]):
        if header := _HEADER.fullmatch(line.strip("\x7f\r ")):
            return header, lines[index + 1 :]
        if _AMERICAN.fullmatch(line):
            return None, lines[index + 1 :]
    return None, lines


def _date(lines: list[str]) -> str:
    """Return the moment of the last time group, without a zone where it names none."""
    for line in reversed(lines[-12:]):
        line = line.strip("\x03\x04\x7f\t ")
        if match := _TIME_GROUP.match(line):
            day, hour, minute, zone, month, year = match.groups()
            number = _MONTHS.get(unaccented(month).casefold())
            if number:
                return f"{_full_year(year)}-{number:02}-{day}T{hour}:{minute}{'Z' if zone else ''}"
        for pattern, zone in ((_AMERICAN_TIME, "Z"), (_JAPANESE_TIME, "")):
            if match := pattern.match(line):
                day = f"{_full_year(match['year'])}-{match['month']}-{match['day']}"
                return f"{day}T{match['hour']}:{match['minute']}{zone}"
    return ""


def _full_year(digits: str) -> str:
    if len(digits) > len("24"):
        return digits
    return f"{19 if int(digits) >= _CENTURY_TURNS else 20}{digits}"


def _parts(lines: list[str]) -> tuple[str, list[str], list[str]]:
    """Return the keywords, the lines of the headline and those of the body."""
    start = next((index for index, line in enumerate(lines) if _STX in line), None)
    end = next((index for index, line in enumerate(lines) if _ETX in line or _is_time_group(line)), len(lines))
    before = lines[:start] if start is not None else []
    text = [line.rpartition(_STX)[2] for line in lines[start or 0 : end]]
    if end < len(lines) and _ETX in lines[end]:
        text.append(lines[end].partition(_ETX)[0])
    while text and not text[0].strip():
        text.pop(0)
    first, last = _headline(text)
    keywords = " ".join(line.strip() for line in (*before, *text[:first]) if line.strip())
    return keywords, [line.strip() for line in text[first:last]], text[last:]


def _is_time_group(line: str) -> bool:
    return bool(_TIME_GROUP.fullmatch(unaccented(line.strip("\x04\x7f ")).casefold()))


def _headline(text: list[str]) -> tuple[int, int]:
    """Return where the lines of the headline begin and end in ``text``.

    It ends with ``=`` (or ``+``, Kyodo), or its lines begin with ``^`` (AP); else it is the last short paragraph before
    the body, which is indented.
    """
    last = next((index for index, line in enumerate(text[:_HEADLINE_LINES], 1) if _ends_headline(line)), 0)
    while last and last < min(len(text), _HEADLINE_LINES) and text[last].startswith("^"):
        last += 1
    if not last:
        first_blank = next((index for index, line in enumerate(text) if not line.strip()), len(text))
        following = next((index for index in range(first_blank, len(text)) if text[index].strip()), len(text))
        is_headline = (
            following + 1 < len(text) and not text[following + 1].strip() and not text[following].startswith(" ")
        )
        return (following, following + 1) if is_headline else (0, min(first_blank, 3))
    first = last
    while first and text[first - 1].strip():
        first -= 1
    return first, last


def _ends_headline(line: str) -> bool:
    line = line.rstrip()
    return line.endswith(("=", "+", "<")) and not line.startswith("=")


def _title_and_author(lines: list[str]) -> tuple[str, str]:
    """Return title and byline; labels (« 1ER LEAD », « France: ») and a speaker in brackets are no part of a title."""
    stripped = [line.strip("^<=+ \t") for line in lines]
    author = next((line for line in stripped if _BYLINE.match(line) and len(line) < _LONGEST_BYLINE), "")
    title = [line for line in stripped if line and line != author]
    if lines and lines[0].startswith("^"):  # AP's slug, title, notes to editors
        title = title[1:2] or title
    while len(title) > 1 and _LABEL.fullmatch(title[0]):
        title.pop(0)
    return _SPEAKER.sub("", " ".join(title)), _OF_AGENCY.sub("", author)


def _body(lines: list[str]) -> str:
    text = unwrapped("\n".join(line.strip("^<") for line in lines))
    public = _NOT_PUBLIC.split(text, maxsplit=1)[0]
    return without_signature(without_signature(_without_end_mark(public)))


def _without_end_mark(text: str) -> str:
    text = text.rstrip(_BLANK)
    body, _, last = text.rpartition("\n")
    return body.rstrip(_BLANK) if last.strip(_BLANK).lower() in _END_MARKS else text
