"""The embedded engine for large corpora: Tantivy, a search library in Rust, with searchapp's terms.

:mod:`.writer` gives it our terms joined by spaces, :mod:`.clauses` turns the port's clauses into its queries, and
:mod:`.reader` turns its answers into the port's. What differs from the port is data: ``TantivyEngine.capabilities``.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Final

import tantivy

from searchapp.engines.panics import panics_caught
from searchapp.engines.port import ArticleWriter, Capabilities, MakeDocument, Reader, Writer
from searchapp.engines.tantivy_engine.parallel import ParallelWriter
from searchapp.engines.tantivy_engine.reader import MOST_VALUES, TantivyReader
from searchapp.engines.tantivy_engine.writer import META, TantivyWriter
from searchapp.errors import IndexDamaged

__all__ = ["TantivyEngine"]


class TantivyEngine:
    """Tantivy behind the engine port."""

    name = "tantivy"
    capabilities: Final = Capabilities(
        wears_out=True,
        most_values=MOST_VALUES,
        reasons={
            "wears_out": "Deleted documents go when segments are merged; tantivy-py cannot ask for a merge.",
            "most_values": "Tantivy bounds the buckets of an aggregation.",
        },
    )

    @property
    def version(self) -> str:
        return f"tantivy {version('tantivy')}"

    def create(self, folder: Path, base: Path | None = None) -> Writer:
        return TantivyWriter(folder, base)

    def create_parallel(self, folder: Path, make: MakeDocument, jobs: int, base: Path | None = None) -> ArticleWriter:
        return ParallelWriter(TantivyWriter(folder, base), make, jobs)

    def open(self, folder: Path) -> Reader:
        if not (folder / META).is_file():
            raise IndexDamaged(folder.name)
        try:
            with panics_caught():
                index = tantivy.Index.open(str(folder))
                # A generation never changes, so nothing has to watch it.
                index.config_reader("manual")
                return TantivyReader(index)
        except Exception as error:
            raise IndexDamaged(folder.name) from error
