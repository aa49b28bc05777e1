"""NewsML 1.0 to 1.2, as AFP, ATS, Belga, ANP, EFE and Kyodo send their wires.

A *NewsItem* is a tree of *NewsComponents*. Each may have lines (headline, byline), metadata and contents, and inherits
what it lacks from the component around it. A component with a headline of its own is a *story*: it has the contents of
the components below it that have none. Their roles (title, lead, body, caption) say what they are. Nothing is looked up
in a catalogue: a formal name is read as it stands.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.encoding import decode
from searchapp.ingest.cleaning.record import ParsedRecord, Record
from searchapp.ingest.formats.agency import (
    body_of,
    compact_date,
    embargo_of,
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
    local_name,
    text_of,
    words_of,
)
from searchapp.ingest.reader_protocol import FileContext, UnreadableError
from searchapp.model import ArticleStatus

__all__ = ["records"]

# Roles and media types, in small letters.
_CAPTIONS: Final = ("caption", "legende", "légende", "thumbnail", "preview", "quicklook", "highdef", "icon")
_TITLES: Final = ("title", "headline", "titre")
_LEADS: Final = ("lead", "abstract", "summary", "chapo", "chapeau", "lede", "teaser")
_TEXTUAL: Final = ("", "text", "texte", "complexdata")
_MAIN: Final = ("main", "body")
_LISTS: Final = ("catalog", "topicset", "controlledvocabulary")
_CORRECTIONS: Final = ("rectify", "correct", "correction", "rectification")
_DEEPEST: Final = 50


@dataclass(slots=True)
class _Story:
    """A story while its contents are gathered. ``components`` are its own and those around it, innermost first."""

    components: tuple[Element, ...]
    language: str
    title: str = ""
    leads: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    nitf: Record = field(default_factory=dict)


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the record of each story; a picture with its caption, a sound and a list of items are none.

    Raises UnreadableError when the file has items and none of them holds a text.
    """
    stories = textless = 0
    for item in elements(stream, ("NewsItem",), context):
        if attribute(first(item, "NewsItemType"), "FormalName").lower() in _LISTS:
            continue
        texts: set[object] = set()
        for story in _stories(item):
            record = _record(item, story, alternative=bool(texts))
            if record["text"] not in texts:  # the same story in two formats
                texts.add(record["text"])
                yield ParsedRecord(record, line_of(item))
        stories += len(texts)
        textless += not texts
    if textless and not stories:
        raise UnreadableError(Message("it holds pictures, sounds or lists of items, and no text"))


def _stories(item: Element) -> list[_Story]:
    """Return the stories with a text; of an item that is withdrawn one, as it needs no words."""
    stories: list[_Story] = []
    components = [part for part in item if local_name(part) == "NewsComponent"]
    for component in components:
        _gather(component, (item,), stories)
    with_text = [story for story in stories if story.texts]
    if with_text or status_of(_status(item)) != ArticleStatus.WITHDRAWN:
        return with_text
    return [_Story((*components[:1], item), "")]


def _gather(
    component: Element,
    around: tuple[Element, ...],
    stories: list[_Story],
    story: _Story | None = None,
    *,
    in_picture: bool = False,
) -> None:
    """Add the stories of ``component`` to ``stories``, and its contents to ``story`` unless it has its own headline."""
    components = (component, *around)
    headline, language = _line(component, "HeadLine"), _language(components)
    if story is None or language != story.language or headline not in ("", story.title):
        story = _Story(components, language, headline)
        stories.append(story)
    elif not in_picture and _role(component) not in _CAPTIONS:
        story.components = (component, *story.components)
    in_picture = in_picture or _shows_a_picture(component)
    before = len(story.texts)
    for part in component:
        name = local_name(part)
        # Of equivalent contents in one language the first counts.
        chosen = attribute(component, "EquivalentsList") == "yes" and len(story.texts) > before
        target = _Story(story.components, story.language, story.title) if chosen else story
        if name == "NewsComponent" and len(components) < _DEEPEST:
            _gather(part, components, stories, target, in_picture=in_picture)
        elif name == "ContentItem" and not in_picture:
            _add(part, _role(component), target)


def _add(content: Element, role: str, story: _Story) -> None:
    """Add ``content`` to ``story`` by its role."""
    data = first(content, "DataContent")
    if data is None or role in _CAPTIONS or not _is_text(content):
        return
    if attribute(first(content, "Encoding"), "Notation").lower() == "base64":
        _decode_base64(data)
    nitf = first(data, "nitf")
    if nitf is not None and not story.nitf:
        story.nitf = record_of_nitf(nitf)
    text = body_of(data)
    if role in _TITLES:
        story.title = story.title or " ".join(text.split())
    elif role in _LEADS:
        story.leads.append(text)
    elif text and text not in story.texts:
        story.texts.append(text)


def _decode_base64(data: Element) -> None:
    """Replace the content of ``data`` by the text that it encodes, markup included; what is no base64 stays."""
    with suppress(ValueError):
        data.text = decode(b64decode(all_text(data)))


def _is_text(content: Element) -> bool:
    kind = attribute(first(content, "MediaType"), "FormalName").lower()
    return kind in _TEXTUAL or kind.startswith("text")


def _shows_a_picture(component: Element) -> bool:
    """Return whether the main content of ``component`` is a picture, a sound or a film: its text is a caption."""
    parts = [component, *(part for part in component if local_name(part) == "NewsComponent")]
    main = [
        _is_text(content)
        for part in parts
        if _role(part) in _MAIN
        for content in part
        if local_name(content) == "ContentItem"
    ]
    return bool(main) and not any(main)


def _record(item: Element, story: _Story, *, alternative: bool) -> Record:
    nitf, text = story.nitf, "\n\n".join(story.texts)
    title = story.title or _nearest(story, "HeadLine") or str(nitf.get("title", "")) or _nearest(story, "SlugLine")
    lead = "\n\n".join(filter(None, story.leads)) or _nearest(story, "SubHeadLine") or str(nitf.get("lead", ""))
    byline = _nearest(story, "ByLine")
    text = without_title(text, title, byline)
    identifier = _identifier(item)
    created, revised = (compact_date(text_of(first(item, name))) for name in ("FirstCreated", "ThisRevisionCreated"))
    return {
        "id": f"{identifier}#{story.language}" if identifier and alternative else identifier,
        "title": title or words_of(item, "NameLabel"),
        "lead": lead_unless_repeated(lead, text, title),
        "text": text,
        "date": created or revised or nitf.get("date") or compact_date(words_of(item, "DateId")),
        "modified": revised,
        "author": byline or _creators(story) or nitf.get("author"),
        "source": _source(item, story),
        "language": story.language or nitf.get("language"),
        "tags": _keywords(story),
        "status": status_of(_status(item), corrected=_is_correction(item)),
        "embargo": embargo_of(_status(item), _release(item)),
    }


def _status(item: Element) -> str:
    return attribute(first(item, "Status"), "FormalName")


def _is_correction(item: Element) -> bool:
    return any(attribute(part, "FormalName").lower() in _CORRECTIONS for part in children(item, "Instruction"))


def _release(item: Element) -> str:
    """Return the moment from which the item may be published, "" where it does not say."""
    change = first(item, "StatusWillChange")
    return "" if change is None else text_of(first(change, "DateAndTime"))


def _identifier(item: Element) -> str:
    """Return the id that all revisions of the item share; "" when it has no number of its own."""
    provider, day, number = (words_of(item, name) for name in ("ProviderId", "DateId", "NewsItemId"))
    return f"urn:newsml:{provider}:{day}:{number}" if provider and number.strip("0") else ""


def _role(component: Element) -> str:
    role = next((part for part in component if local_name(part) == "Role"), None)
    return attribute(role, "FormalName").lower()


def _lines(component: Element, name: str) -> Iterator[str]:
    """Yield the lines ``name`` of ``component`` itself: elements of that name, or NewsLines of that type."""
    for line in (line for part in component if local_name(part) == "NewsLines" for line in part):
        kind, text = local_name(line), all_text(line)
        if kind == "NewsLine":
            kind = attribute(first(line, "NewsLineType"), "FormalName")
            text = all_text(first(line, "NewsLineText"))
        if text and kind.lower() == name.lower():
            yield text


def _line(component: Element, name: str) -> str:
    return next(_lines(component, name), "")


def _nearest(story: _Story, name: str) -> str:
    """Return the line ``name`` of the story's component, else of the one around it, and so on."""
    return next((text for component in story.components if (text := _line(component, name))), "")


def _metadata(component: Element, kind: str, *names: str) -> Iterator[Element]:
    """Yield these elements of the metadata (Administrative, Descriptive) of ``component`` itself."""
    for part in component:
        if local_name(part) == f"{kind}Metadata":
            yield from children(part, *names)


def _language(components: tuple[Element, ...]) -> str:
    """Return the language without its country, of the innermost component that says one."""
    for component in components:
        stated = next(_metadata(component, "Descriptive", "Language"), None)
        if text := attribute(stated, "FormalName") or attribute(component, "lang"):
            return text.lower().replace("_", "-").partition("-")[0]
    return ""


def _parties(story: _Story, role: str) -> Iterator[str]:
    for component in story.components:
        for part in _metadata(component, "Administrative", role):
            yield from (attribute(party, "FormalName") for party in children(part, "Party"))


def _creators(story: _Story) -> list[str]:
    return [name for name in named_authors(_parties(story, "Creator")) if " " in name]


def _source(item: Element, story: _Story) -> str:
    credit = _nearest(story, "CreditLine")
    return main_source([*_parties(story, "Provider"), *_parties(story, "Source"), credit, words_of(item, "ProviderId")])


def _keywords(story: _Story) -> list[str]:
    """Return the keywords of the story's components, else those of its slug line."""
    words = [
        attribute(part, "Value")
        for component in story.components
        for part in _metadata(component, "Descriptive", "Property")
        if attribute(part, "FormalName").lower() == "keyword"
    ]
    words += [line for name in ("KeywordLine", "CatchWord") for part in story.components for line in _lines(part, name)]
    keywords = [word.strip() for line in words for word in line.split(";") if word.strip()]
    return keywords or keywords_of(_nearest(story, "SlugLine"))
