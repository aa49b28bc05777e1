"""NewsML-G2: the news items of a message, or a single one, with a body in XHTML, NITF, SportsML, HTML or plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.record import ParsedRecord, Record
from searchapp.ingest.formats.agency import (
    body_of,
    keywords_of,
    lead_unless_repeated,
    main_source,
    named_authors,
    status_of,
    without_title,
)
from searchapp.ingest.formats.nitf import record_of_nitf
from searchapp.ingest.formats.xmlstream import (
    Element,
    all_text,
    attribute,
    children,
    elements,
    first,
    line_of,
    text_of,
    words_of,
)
from searchapp.ingest.reader_protocol import FileContext, UnreadableError
from searchapp.model import ArticleStatus

__all__ = ["records"]

_DATES: Final = ("contentCreated", "firstCreated", "versionCreated", "contentModified")
_VERSIONS: Final = ("versionCreated", "contentModified")
_PICTURES: Final = ("picture", "photo", "graphic", "animated")
_SUBTITLES: Final = ("subheadline", "subtitle", "subheadlines", "dachzeile", "overline")


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of each news item with text, not of pictures and other kinds.

    Raises UnreadableError when the file has items and none of them is a text: a package lists items of other files.
    """
    articles = others = 0
    for item in elements(stream, ("newsItem", "packageItem"), context):
        record = _record(item) if _is_article(item) else {}
        if record.get("title") or record.get("text") or record.get("status") == ArticleStatus.WITHDRAWN:
            articles += 1
            yield ParsedRecord(record, line_of(item))
        else:
            others += 1
    if others and not articles:
        raise UnreadableError(Message("it holds pictures, sounds or lists of items, and no text"))


def _is_article(item: Element) -> bool:
    if item.tag.endswith("packageItem"):
        return False
    meta = first(item, "itemClass")
    kind = (attribute(meta, "qcode") or attribute(meta, "uri")).lower()
    if kind.endswith("text") or not kind or _status(item) == ArticleStatus.WITHDRAWN:
        return True
    return not kind.endswith(_PICTURES) and first(item, "inlineXML", "inlineData") is not None


def _record(item: Element) -> Record:
    meta = first(item, "contentMeta")
    content = item if meta is None else meta
    nitf_element = first(item, "nitf")
    nitf: Record = record_of_nitf(nitf_element) if nitf_element is not None else {}
    title, subtitles = _titles(item, content)
    title = title or str(nitf.get("title", "")) or _title_in_body(item) or words_of(item, "title", "slugline")
    body = without_title(_body(item), title, *subtitles, words_of(content, "by"))
    lead = words_of(content, "description") or next(iter(subtitles), "") or str(nitf.get("lead", ""))
    source = main_source(_sources(item, content))
    return {
        "id": attribute(item, "guid"),
        "title": title,
        "lead": lead_unless_repeated(lead, body, title),
        "text": body,
        "date": next((text for name in _DATES if (text := text_of(first(item, name)))), "") or nitf.get("date"),
        "modified": next((text for name in _VERSIONS if (text := text_of(first(item, name)))), ""),
        "author": [name for name in _authors(content) if name != source] or nitf.get("author"),
        "source": source,
        "section": _name(first(content, "genre")),
        "url": _address(item),
        "language": attribute(first(content, "language"), "tag") or attribute(item, "lang") or nitf.get("language"),
        "tags": _tags(content),
        "status": _status(item),
        "embargo": text_of(first(item, "embargoed")),
    }


def _status(item: Element) -> str:
    status = first(item, "pubStatus")
    return status_of(attribute(status, "qcode") or attribute(status, "uri"), corrected=_is_correction(item))


def _titles(item: Element, content: Element) -> tuple[str, list[str]]:
    """Return the headline and the others, such as subtitles."""
    headlines = [(attribute(part, "role").lower(), all_text(part)) for part in children(content, "headline")]
    main = [text for role, text in headlines if text and not role.endswith(_SUBTITLES)]
    subtitles = [text for role, text in headlines if text and role.endswith(_SUBTITLES)]
    return (main[0] if main else words_of(item, "headline")), subtitles


def _title_in_body(item: Element) -> str:
    inline = first(item, "inlineXML")
    return words_of(inline, "h1") or words_of(inline, "title") if inline is not None else ""


def _body(item: Element) -> str:
    """Return the text of the first body that has any; renditions of the same story follow it."""
    bodies = (*children(item, "inlineXML"), *children(item, "inlineData"))
    words = (body for body in bodies if first(body, "concept", "conceptSet") is None)
    return next((text for body in words if (text := body_of(body))), "")


def _authors(content: Element) -> list[str]:
    """Return the names of the creators, else the byline."""
    names = named_authors(_name(creator) for creator in children(content, "creator"))
    return names or [byline for byline in (words_of(content, "by"),) if byline]


def _sources(item: Element, content: Element) -> Iterator[str]:
    for part in (first(content, "infoSource"), first(item, "provider")):
        yield _name(part)
    yield words_of(content, "creditline")
    yield _name(first(item, "copyrightHolder"))


def _tags(content: Element) -> list[str]:
    """Return the names of subjects and the keywords, else those of the slug line."""
    names = [_name(subject) for subject in children(content, "subject")]
    tags = [name for name in (*names, *map(all_text, children(content, "keyword"))) if name]
    return tags or keywords_of(words_of(content, "slugline"))


def _name(element: Element | None) -> str:
    """Return the name of a concept: a name element, or its literal, not its code."""
    if element is None:
        return ""
    return words_of(element, "name") or attribute(element, "literal")


def _is_correction(item: Element) -> bool:
    signals = (attribute(signal, "qcode") for signal in children(item, "signal"))
    return any(signal.rpartition(":")[2] == "correction" for signal in signals)


def _address(item: Element) -> str:
    links = (attribute(link, "href") for link in children(item, "link", "itemMeta"))
    return next((link for link in links if link.startswith("http")), "")
