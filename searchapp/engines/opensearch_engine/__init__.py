"""The engine for archives that outgrow one machine: an OpenSearch cluster, with searchapp's terms.

:mod:`.writer` sends our terms in bulk, :mod:`.query_builder` turns the port's clauses into OpenSearch's queries, and
:mod:`.reader` turns its answers into the port's. In the place of a generation lie a pointer to its index in the cluster
and its term dictionary. What differs from the port is data: ``OpenSearchEngine.capabilities``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from searchapp.engines.folder_places import remove_folder
from searchapp.engines.opensearch_engine.connection import cluster_of
from searchapp.engines.opensearch_engine.indices import Indices
from searchapp.engines.opensearch_engine.pointer import read_pointer
from searchapp.engines.opensearch_engine.query_builder import MAX_SCORED
from searchapp.engines.opensearch_engine.reader import MAX_FACET_VALUES, MAX_GROUPED, OpenSearchReader
from searchapp.engines.opensearch_engine.settings import ClusterSettings
from searchapp.engines.opensearch_engine.term_dictionary import Dictionary
from searchapp.engines.opensearch_engine.writer import OpenSearchWriter
from searchapp.engines.opensearch_engine.writer_lease import WriterLease
from searchapp.engines.port import Capabilities, Place, Reader, Writer
from searchapp.errors import IndexDamaged
from searchapp.i18n import Message

__all__ = ["ClusterSettings", "OpenSearchEngine"]


class OpenSearchEngine:
    """A cluster behind the engine port."""

    name = "opensearch"
    version = "opensearch 1"
    """Of the form of our indices: every version of the cluster that opens one reads it."""
    capabilities: Final = Capabilities(
        needs_rebuild_on_deletes=True,
        max_facet_values=MAX_FACET_VALUES,
        max_grouped=MAX_GROUPED,
        max_scored_terms=MAX_SCORED,
        reasons={
            "needs_rebuild_on_deletes": "The dictionary beside the index goes on counting deleted documents.",
            "max_grouped": "The keys of all matches travel over the network: 10,000 in half a megabyte.",
            "max_scored_terms": "A node takes 1,024 clauses in a query: further words, as of short prefixes, find.",
            "max_facet_values": "OpenSearch bounds the buckets of an aggregation.",
        },
    )

    def __init__(self, settings: ClusterSettings) -> None:
        self._cluster = cluster_of(settings)

    def create(self, place: Place, base: Place | None = None) -> Writer:
        return OpenSearchWriter(self._cluster, place, base)

    def open(self, place: Place) -> Reader:
        indices = Indices(self._cluster)
        pointer = read_pointer(place, indices.alias)
        if not pointer.complete or not indices.holds(pointer.index, pointer.count):
            raise IndexDamaged(place.name)
        try:
            dictionary = Dictionary(place)
        except sqlite3.Error as error:
            raise IndexDamaged(place.name) from error
        return OpenSearchReader(self._cluster, pointer, dictionary)

    def remove(self, place: Place) -> None:
        indices = Indices(self._cluster)
        try:
            pointer = read_pointer(place, indices.alias)
        except IndexDamaged:
            pointer = None
        if pointer:
            indices.remove(pointer.index, at_once=not pointer.complete)
        remove_folder(place)

    def lease(self, holder: str, wait: float, on_wait: Callable[[Message], None]) -> AbstractContextManager[None]:
        return WriterLease(self._cluster, holder).held(wait, on_wait)

    def publish(self, place: Place) -> None:
        """Merge the index of a place, have it copied, and let the alias of the site name it."""
        indices = Indices(self._cluster)
        indices.publish(read_pointer(place, indices.alias).index)
