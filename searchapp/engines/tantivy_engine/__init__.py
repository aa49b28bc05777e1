"""The embedded engine for large corpora: Tantivy, a search library in Rust, with searchapp's terms.

:mod:`.writer` gives it our terms joined by spaces, :mod:`.query_builder` turns the port's clauses into its queries, and
:mod:`.reader` turns its answers into the port's. What differs from the port is data: ``TantivyEngine.capabilities``.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

import tantivy

from searchapp.engines.folder_places import remove_folder
from searchapp.engines.panics import panics_as_exceptions
from searchapp.engines.port import ArticleWriter, Capabilities, MakeDocument, Place, Reader, Writer
from searchapp.engines.tantivy_engine.grouping import MAX_GROUPED
from searchapp.engines.tantivy_engine.parallel import ParallelWriter
from searchapp.engines.tantivy_engine.reader import MAX_FACET_VALUES, TantivyReader
from searchapp.engines.tantivy_engine.writer import META, TantivyWriter, has_present_schema
from searchapp.errors import IndexDamaged

__all__ = ["TantivyEngine"]


class TantivyEngine:
    """Tantivy behind the engine port."""

    name = "tantivy"
    capabilities: Final = Capabilities(
        needs_rebuild_on_deletes=True,
        max_facet_values=MAX_FACET_VALUES,
        max_grouped=MAX_GROUPED,
        reasons={
            "needs_rebuild_on_deletes": "Merging removes deleted documents; tantivy-py cannot ask for it.",
            "max_grouped": "tantivy-py has no collector for it: every match is read, 10,000 in 2 ms.",
            "max_facet_values": "Tantivy bounds the buckets of an aggregation.",
        },
    )

    @property
    def version(self) -> str:
        return f"tantivy {version('tantivy')}"

    def create(self, place: Place, base: Place | None = None) -> Writer:
        return TantivyWriter(place, base)

    def create_parallel(self, place: Place, make: MakeDocument, jobs: int, base: Place | None = None) -> ArticleWriter:
        return ParallelWriter(TantivyWriter(place, base), make, jobs)

    def open(self, place: Place) -> Reader:
        if not (place / META).is_file() or not has_present_schema(place):
            raise IndexDamaged(place.name)
        try:
            with panics_as_exceptions():
                index = tantivy.Index.open(str(place))
                # A generation never changes, so nothing has to watch it.
                index.config_reader("manual")
                return TantivyReader(index)
        except Exception as error:
            raise IndexDamaged(place.name) from error

    def remove(self, place: Place) -> None:
        remove_folder(place)
