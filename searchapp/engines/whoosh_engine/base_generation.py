"""The generation that a new one is based on: read and shared, never changed."""

from __future__ import annotations

from pathlib import Path

from searchapp.engines.folder_places import share_file
from searchapp.engines.whoosh_engine.codec.segment import Segment
from searchapp.engines.whoosh_engine.segment_reader import SegmentReader, open_segments, read_postings
from searchapp.schema import ID

__all__ = ["Base"]


class Base:
    """The segments of a complete generation; deletions change this object's table of contents only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._leaves: dict[str, SegmentReader] = {leaf.segment.name: leaf for leaf, _ in open_segments(folder)}

    @property
    def segments(self) -> list[Segment]:
        return [leaf.segment for leaf in self._leaves.values()]

    def delete(self, article_id: str) -> None:
        term = article_id.encode("utf-8", "replace")
        for leaf in self._leaves.values():
            for number in read_postings([(leaf, 0)], ID, term).documents.tolist():
                leaf.segment.deleted.add(number)

    def leaf(self, segment: Segment) -> SegmentReader:
        """Return the reader of one of the segments."""
        return self._leaves[segment.name]

    def share(self, segments: list[Segment], folder: Path) -> None:
        """Make these segments' files part of ``folder``."""
        for segment in segments:
            share_file(self._folder / segment.file, folder / segment.file)

    def close(self) -> None:
        """Close the files: the system unmaps them with the last array that refers to one."""
        self._leaves.clear()
