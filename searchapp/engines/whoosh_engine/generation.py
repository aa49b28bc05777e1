"""A generation that is being written: the numbers of its documents, its deletions, and its segments.

Documents are numbered in the order of adding, over segments that are cut by the size of their text, whichever process
analyses and inverts them. So one process and many make the same generation.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from searchapp.engines.whoosh_engine.base_generation import Base
from searchapp.engines.whoosh_engine.codec.segment import Segment
from searchapp.engines.whoosh_engine.merging import merge, plan
from searchapp.engines.whoosh_engine.segment_reader import SegmentReader
from searchapp.model import Article

__all__ = ["Generation"]

# In code points; a segment then takes some 200 MB while it is made.
_SEGMENT: Final = 12_000_000


class Generation:
    """Numbers documents, keeps deletions, and completes the folder from its segments."""

    def __init__(self, folder: Path, base: Path | None = None) -> None:
        self.folder = folder
        self._base = Base(base) if base else None
        self._located: dict[str, tuple[int, int]] = {}  # article id -> segment, document
        self._deleted: list[tuple[int, int]] = []
        self._segment = self._count = self._size = 0

    def add(self, article: Article, *, is_new: bool = False) -> bool:
        """Number the next document, which replaces one with the same id; return whether its segment is full now."""
        if not is_new:  # to look into every segment costs a millisecond in an index of a million
            self.delete(article.id)
        self._located[article.id] = (self._segment, self._count)
        self._count += 1
        self._size += len(article.title) + len(article.lead) + len(article.text)
        if self._size < _SEGMENT:
            return False
        self._segment, self._count, self._size = self._segment + 1, 0, 0
        return True

    def delete(self, article_id: str) -> None:
        if article_id in self._located:
            self._deleted.append(self._located.pop(article_id))
        elif self._base:
            self._base.delete(article_id)

    def complete(self, segments: list[Segment]) -> None:
        """Make the folder an index of the base's segments and these, which lie in it."""
        # Not at the top: processes that write segments load this module too, and Whoosh takes long to load.
        from searchapp.engines.whoosh_engine.codec.library import write_table

        for place, number in self._deleted:
            segments[place].deleted.add(number)
        old = self._base.segments if self._base else []
        own = {segment.name for segment in segments}
        written = []
        for run, is_merged in plan(old, segments):
            written += [self._merge(run, own)] if is_merged else run
        for segment in segments:
            if segment not in written:
                (self.folder / segment.file).unlink()
        if self._base:
            self._base.share([segment for segment in old if segment in written], self.folder)
        write_table(self.folder, written)

    def _merge(self, run: list[Segment], own: set[str]) -> Segment:
        leaves = [
            self._base.leaf(segment) if self._base and segment.name not in own else SegmentReader(self.folder, segment)
            for segment in run
        ]
        return merge(leaves, self.folder)

    def close(self) -> None:
        """Close the base's files."""
        if self._base:
            self._base.close()
