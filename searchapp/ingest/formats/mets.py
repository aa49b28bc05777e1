"""METS: a scanned issue. Its text is in ALTO or PAGE XML files beside it, one a page; its facts in MODS or Dublin Core.

Where the logical map marks articles, each is an article; else the issue is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from searchapp.ingest.archives.streams import HEAD
from searchapp.ingest.cleaning.article_dates import read_date
from searchapp.ingest.cleaning.line_ends import join_paragraphs
from searchapp.ingest.cleaning.normalize import same_words
from searchapp.ingest.cleaning.record import ParsedRecord, Record
from searchapp.ingest.formats.mets_contents import MetsContents, MetsFile, read_contents
from searchapp.ingest.formats.mets_structure import Division, MarkedArticle, articles_of
from searchapp.ingest.formats.mods import Facts, is_title, merged
from searchapp.ingest.formats.page_layout import opening_of
from searchapp.ingest.formats.scanned_issue import ScannedIssue
from searchapp.ingest.reader_protocol import FileContext, ReadElsewhereError, SiblingFiles, UnreadableError, peek
from searchapp.ingest.sniffers import is_mets
from searchapp.model import Reject

__all__ = ["records"]

_MAX_PAGES: Final = 1000


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord | Reject]:
    """Yield the record of each article that the logical map marks, else that of the issue.

    Raises ReadElsewhereError for an issue whose logical map is in a file of its own.
    """
    contents = read_contents(stream, context)
    if _has_own_map(contents.files, context.siblings):
        raise ReadElsewhereError
    marked, about = articles_of(contents.maps.get("LOGICAL", Division()), contents.linked())
    facts = _facts_of_issue(contents, about)
    common = _common_fields(facts, context)
    if marked:
        issue = ScannedIssue(contents.page_files, context, (area for article in marked for area in article.all_areas()))
        yield from _articles(marked, contents, common, issue, context)
    else:
        issue = ScannedIssue(dict(list(contents.text_files.items())[:_MAX_PAGES]), context)
        text = "\n\n".join(join_paragraphs(issue.paragraphs()))
        if text or not issue.has_problems:
            yield ParsedRecord({**common, "title": facts.title or facts.host or None, "text": text}, whole_file=True)
    yield from issue.problems()


def _articles(
    marked: list[MarkedArticle],
    contents: MetsContents,
    common: Record,
    issue: ScannedIssue,
    context: FileContext,
) -> Iterator[ParsedRecord]:
    """Yield the records of ``marked``; its id is that of the file and of its division, its tag the page."""
    numbers = contents.page_numbers()
    for place, article in enumerate(marked, 1):
        pages = dict.fromkeys(numbers[area.file] for area in article.all_areas() if area.file in numbers)
        fields = {
            "id": f"{context.article_id}/{article.division.id or place}",
            "section": article.section if is_title(article.section) else "",
            "tags": [f"page {page}" for page in pages],
        }
        own = merged(contents.facts[section] for section in article.division.sections if section in contents.facts)
        words = _words_of_article(article, own, issue)
        if words["title"] or words["text"]:
            language = own.language or common["language"]
            yield ParsedRecord({**common, **fields, **words, "language": language, "url": own.url})


def _words_of_article(article: MarkedArticle, facts: Facts, issue: ScannedIssue) -> dict[str, object]:
    """Return title, lead, text and authors: those that the library wrote down, else those that stand on the page."""
    words = {
        role: join_paragraphs(paragraph for area in areas for paragraph in issue.take(area))
        for role, areas in article.areas.items()
    }
    label = article.division.label
    heading = " ".join(words["title"])
    title = next(filter(is_title, (facts.title, label, heading)), "")
    text = words["text"]
    if text and same_words(text[0], title):
        del text[0]
    return {
        "title": title or (opening_of(text[0]) if text else ""),
        "lead": facts.subtitle or "\n\n".join(words["lead"]),
        "text": "\n\n".join(text),
        "author": list(facts.authors) or words["author"],
    }


def _facts_of_issue(contents: MetsContents, about: list[str]) -> Facts:
    """Return the facts of the sections about the issue, then of those that are about no part of it."""
    parts = [part for structure in contents.maps.values() for part in structure.walk() if not part.is_whole]
    others = set(contents.facts).difference(*(part.sections for part in parts))
    order = [*about, *(section for section in contents.facts if section in others and section not in about)]
    return merged(contents.facts[section] for section in order if section in contents.facts)


def _common_fields(facts: Facts, context: FileContext) -> Record:
    return {
        "date": _first_date(facts.dates, context),
        "source": _newspaper(facts),
        "language": facts.language,
        "url": facts.url,
    }


def _newspaper(facts: Facts) -> str:
    """Return the newspaper: what the issue is part of, its title without the date, else its publisher."""
    if facts.host or not facts.title[:1].isalpha():
        return facts.host or facts.publisher
    return facts.publisher if facts.publisher and facts.title.startswith(facts.publisher) else facts.title


def _first_date(dates: Iterable[str], context: FileContext) -> str:
    """Return the first of ``dates`` that can be read, else the first."""
    first = ""
    for date in dates:
        first = first or date
        try:
            if read_date(date, context.timezone)[0]:
                return date
        except UnreadableError:
            continue
    return first


def _has_own_map(files: list[MetsFile], siblings: SiblingFiles | None) -> bool:
    """Return whether the table of contents that the issue names is beside it.

    BnF renamed its tables, so that issues name one « M123.xml » that is « T123.xml ».
    """
    for file in files:
        if siblings and file.use == "toc":
            folder, slash, name = file.name.rpartition("/")
            renamed = {"M": "T", "T": "M"}.get(name[:1], name[:1]) + name[1:]
            if any(_is_mets(path, siblings) for path in dict.fromkeys((file.name, f"{folder}{slash}{renamed}"))):
                return True
    return False


def _is_mets(path: str, siblings: SiblingFiles) -> bool:
    try:
        with siblings.open(path) as stream:
            return is_mets(peek(stream, HEAD), path)
    except UnreadableError:
        return False
