"""The build fingerprint of a generation: a new one can grow out of it only when all of it is the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from zoneinfo import ZoneInfo

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.port import Engine
from searchapp.i18n import Message
from searchapp.indexing.manifest import Manifest
from searchapp.schema import SCHEMA_VERSION

__all__ = ["BuildFingerprint"]


@dataclass(frozen=True, slots=True)
class BuildFingerprint:
    """The versions that terms and files of a generation depend on, and the time zone of its days."""

    engine: str
    engine_version: str
    schema: int
    analyzer: str
    timezone: str
    names: str = ""

    @classmethod
    def of_program(
        cls, engine: Engine, analyzer: FrenchAnalyzer, timezone: ZoneInfo, names: str = ""
    ) -> BuildFingerprint:
        """Return the fingerprint of generations that are built now; ``names`` is the version of the model of names."""
        return cls(engine.name, engine.version, SCHEMA_VERSION, analyzer.fingerprint, timezone.key, names)

    @classmethod
    def of(cls, manifest: Manifest) -> BuildFingerprint:
        """Return the fingerprint of a generation."""
        written = manifest.engine, manifest.engine_version, manifest.schema, manifest.analyzer, manifest.timezone
        return cls(*written, manifest.names)

    def to_text(self) -> str:
        """Return the fingerprint as a checkpoint stores it."""
        return json.dumps(astuple(self))

    def differences(self, other: BuildFingerprint) -> Iterator[Message]:
        """Yield the reasons why a generation of ``other`` has to be rebuilt."""
        if self.analyzer != other.analyzer:
            yield Message("the French analysis has changed")
        if (self.engine, self.engine_version) != (other.engine, other.engine_version):
            yield Message("the engine was {engine}", engine=other.engine_version)
        if self.timezone != other.timezone:
            yield Message("the time zone was {timezone}", timezone=other.timezone)
        if self.names != other.names:
            yield Message("names of articles are recognized in another way")
        if self.schema != other.schema:
            yield Message("the schema of the index has changed")
