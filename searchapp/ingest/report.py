"""A report of a corpus before it is indexed: by format, how many articles have which facts; what is doubtful."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.archives.streams import DAMAGED, HEAD, open_file, plain_stream
from searchapp.ingest.formats.registry import find_reader
from searchapp.ingest.limits import Budget
from searchapp.ingest.reader_protocol import UnreadableError
from searchapp.ingest.repairs import RemarkCount, describe_repair, remarks_of
from searchapp.ingest.signatures import is_tar, is_zip
from searchapp.ingest.units import Unit, Unlisted
from searchapp.model import Article, DateQuality, Reject

__all__ = ["FACTS", "FormatCount", "Report"]

FACTS: Final = ("date", "authors", "source", "section", "url")
"""Attributes of articles whose shares are counted."""
_EXAMPLES: Final = 3
_LONGEST_TITLE: Final = 200
_FEWEST_REPLACED: Final = 3
_OTHER: Final = "—"
_DOUBTS: Final = {
    "guessed": Message("a date of which a part is guessed"),
    "no text": Message("no text"),
    "long title": Message("a title of more than {limit} characters", limit=_LONGEST_TITLE),
    "replaced": Message("letters that could not be read"),
}


@dataclass(slots=True)
class FormatCount:
    """The files of one format, their articles and rejects, and how many articles have which fact."""

    files: int = 0
    articles: int = 0
    rejected: int = 0
    facts: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)


class Report:
    """Counts what reading gives, in memory that does not grow with the number of articles."""

    def __init__(self) -> None:
        self.formats: dict[str, FormatCount] = {}
        self.rejects: list[Reject] = []
        """The first rejects."""
        self._doubts: Counter[str] = Counter()
        self._examples: dict[str, list[str]] = {}

    def add(self, unit: Unit | Unlisted | Reject) -> None:
        """Read a file, or count what cannot be one."""
        if not isinstance(unit, Unit):
            self._reject(unit.reject if isinstance(unit, Unlisted) else unit, self._count(_OTHER))
            return
        count = self._count(_format_of(unit.path, unit.name) if unit.path else _OTHER)
        count.files += 1
        for entry in unit.read(0):
            if isinstance(entry, Reject):
                self._reject(entry, count)
            else:
                self._article(entry, unit.name, count)

    def total(self) -> FormatCount:
        """Return the counts of all formats together."""
        total = FormatCount()
        for count in self.formats.values():
            total.files += count.files
            total.articles += count.articles
            total.rejected += count.rejected
            total.facts += count.facts
            total.languages += count.languages
        return total

    def doubts(self) -> Iterator[RemarkCount]:
        """Yield what is doubtful about articles, the most frequent first, with the first of them."""
        for name, articles in self._doubts.most_common():
            yield RemarkCount(_DOUBTS.get(name) or describe_repair(name), articles, tuple(self._examples[name]))

    def _count(self, name: str) -> FormatCount:
        return self.formats.setdefault(name, FormatCount())

    def _reject(self, reject: Reject, count: FormatCount) -> None:
        count.rejected += 1
        if len(self.rejects) < _EXAMPLES:
            self.rejects.append(reject)

    def _article(self, article: Article, file: str, count: FormatCount) -> None:
        count.articles += 1
        count.facts.update(fact for fact in FACTS if getattr(article, fact))
        count.languages[article.language] += 1
        for doubt in (*remarks_of(article), *_doubts_about(article)):
            self._doubts[doubt] += 1
            examples = self._examples.setdefault(doubt, [])
            if len(examples) < _EXAMPLES:
                examples.append(f"{file}: {article.id}")


def _doubts_about(article: Article) -> Iterator[str]:
    if article.date_quality is DateQuality.GUESSED:
        yield "guessed"
    if not article.text and not article.lead and "text" not in article.repairs:
        yield "no text"
    if len(article.title) > _LONGEST_TITLE:
        yield "long title"
    if article.text.count("\ufffd") >= _FEWEST_REPLACED:
        yield "replaced"


def _format_of(path: Path, name: str) -> str:
    """Return the name of the format of a file, by its first bytes; "—" where no reader knows it."""
    try:
        with open_file(path) as file:
            head = plain_stream(file, Budget(path.stat().st_size)).peek(HEAD)
    except (*DAMAGED, OSError, UnreadableError):  # reading it reports the reason
        return _OTHER
    reader = find_reader(head, name)
    if reader:
        return reader.name
    return "ZIP" if is_zip(head) else "tar" if is_tar(head) else _OTHER
