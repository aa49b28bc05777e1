"""The embedded default: an index in one folder, pure Python around numpy arrays.

The table of contents is Whoosh's, the segments have a form of ours (:mod:`.codec`). Writing inverts in memory and
encodes the posting lists of a whole field at once (:mod:`.writer`); searching decodes posting lists into arrays and
scores those (:mod:`.reader`), since exact totals and facets need every match anyway.
"""

from __future__ import annotations

from searchapp.engines.folder_places import remove_folder
from searchapp.engines.port import ArticleWriter, MakeDocument, Place, Reader, Writer
from searchapp.errors import IndexDamaged

__all__ = ["WhooshEngine"]


class WhooshEngine:
    """Whoosh behind the engine port; reader and writer are loaded when first used."""

    name = "whoosh"

    @property
    def version(self) -> str:
        from importlib.metadata import PackageNotFoundError, version  # a search does not ask

        try:
            return f"whoosh3 {version('whoosh3')}"
        except PackageNotFoundError:  # the stock distribution, which has the same import name
            return f"Whoosh {version('Whoosh')}"

    def create(self, place: Place, base: Place | None = None) -> Writer:
        from searchapp.engines.whoosh_engine.writer import WhooshWriter

        return WhooshWriter(place, base)

    def create_parallel(self, place: Place, make: MakeDocument, jobs: int, base: Place | None = None) -> ArticleWriter:
        from searchapp.engines.whoosh_engine.parallel import ParallelWriter

        return ParallelWriter(place, make, jobs, base)

    def open(self, place: Place) -> Reader:
        from searchapp.engines.whoosh_engine.reader import WhooshReader
        from searchapp.engines.whoosh_engine.segment_reader import open_segments

        try:
            return WhooshReader(open_segments(place))
        except OSError as error:  # a file that is missing
            raise IndexDamaged(place.name) from error

    def remove(self, place: Place) -> None:
        remove_folder(place)
