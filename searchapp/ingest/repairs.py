"""Repairs: what reading mended, left out or assumed, by the names that ``Article.repairs`` holds.

A *remark* is a repair by which something that the file states is missing from the article or may be wrong. Remarks are
never silent: a reindex counts them and names the first articles. The others (letters mended, advertising left out) are
only stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from searchapp.i18n import Message
from searchapp.model import Article

__all__ = ["RemarkCount", "Remarks", "describe_repair", "remarks_of"]

_EXAMPLES: Final = 3
_MENDED: Final = {
    "mojibake": Message("wrongly decoded characters"),
    "boilerplate": Message("lines that are no part of the article"),
    "nul": Message("NUL signs left out"),
}
_REMARKS: Final = {
    "id": Message("an id that cannot be one, made into another"),
    "title": Message("no title"),
    "text": Message("no text under a name that is known; name its field in [column] of folders.toml"),
    "lead": Message("a standfirst that is no text"),
    "date": Message("a date that is not understood, or lies in the future"),
    "modified": Message("an invalid date of correction"),
    "source": Message("a source that is no text"),
    "section": Message("a section that is no text"),
    "author": Message("authors that are no texts"),
    "url": Message("an address that is none of the web"),
    "language": Message("a language that is no text"),
    "tags": Message("tags that are no texts"),
    "status": Message("a status that is not known; the article counts as published"),
    "embargo": Message("an embargo that is no date: held back until another version comes"),
    "length": Message("a record of a web archive whose length is wrong"),
    "columns": Message("a row with more or fewer columns than the first"),
    "xml": Message("XML that is not well formed; what could be read of it was"),
}


def describe_repair(name: str) -> Message:
    """Return the repair ``name`` in words; one that is not listed is the encoding that was read."""
    return _MENDED.get(name) or _REMARKS.get(name) or Message("read as {encoding}", encoding=name)


def remarks_of(article: Article) -> Iterator[str]:
    """Yield those repairs of ``article`` that are remarks."""
    return filter(_REMARKS.__contains__, article.repairs)


@dataclass(frozen=True, slots=True)
class RemarkCount:
    """A remark with the number of its articles, and the first of them, as “file: id”."""

    remark: Message
    articles: int
    examples: tuple[str, ...]


@dataclass(slots=True)
class Remarks:
    """Counts the remarks of articles as they are read, in memory that does not grow with their number."""

    _counts: Counter[str] = field(default_factory=Counter)
    _examples: dict[str, list[str]] = field(default_factory=dict)

    def note(self, article: Article, file: str) -> None:
        """Count the remarks of ``article``, which lies in ``file``."""
        for name in remarks_of(article) if article.repairs else ():
            self._counts[name] += 1
            examples = self._examples.setdefault(name, [])
            if len(examples) < _EXAMPLES:
                examples.append(f"{file}: {article.id}")

    def counted(self) -> tuple[RemarkCount, ...]:
        """Return the remarks that articles had, the most frequent first."""
        return tuple(
            RemarkCount(describe_repair(name), count, tuple(self._examples[name]))
            for name, count in self._counts.most_common()
        )
