"""Engines by their names, and the generations of an index."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from searchapp.config import Config
from searchapp.errors import ConfigurationError, EngineUnavailable, install_command, system_reason
from searchapp.i18n import Message
from searchapp.indexing import Generations

if TYPE_CHECKING:
    from searchapp.analysis import FrenchAnalyzer
    from searchapp.engines.port import Engine

__all__ = ["engine_named", "engines_of", "generations_of", "open_analyzer"]


def _whoosh(config: Config) -> Engine:
    from searchapp.engines.whoosh_engine import WhooshEngine

    return WhooshEngine()


def _tantivy(config: Config) -> Engine:
    """Return the Tantivy engine, whose library is an extra; raises EngineUnavailable."""
    try:
        from searchapp.engines.tantivy_engine import TantivyEngine
    except ModuleNotFoundError as error:
        raise _not_installed("tantivy") from error
    return TantivyEngine()


def _opensearch(config: Config) -> Engine:
    """Return the OpenSearch engine, whose client is an extra; raises EngineUnavailable, ConfigurationError."""
    try:
        from searchapp.engines.opensearch_engine import ClusterSettings, OpenSearchEngine
    except ModuleNotFoundError as error:
        raise _not_installed("opensearch") from error
    return OpenSearchEngine(
        ClusterSettings(
            config.opensearch_addresses,
            config.opensearch_site,
            config.opensearch_user,
            _secret("opensearch_password", config.opensearch_password),
            _secret("opensearch_api_key", config.opensearch_api_key),
            config.opensearch_ca,
            config.opensearch_certificate,
            config.opensearch_shards,
            config.opensearch_replicas,
            config.opensearch_seconds,
            config.opensearch_partial,
        )
    )


def _not_installed(engine: str) -> EngineUnavailable:
    return EngineUnavailable(
        Message("The engine {engine} is not installed. Run: {command}", engine=engine, command=install_command(engine))
    )


def _secret(setting: str, value: str) -> str:
    """Return a secret, which stands in the file that ``value`` names after an @; raises ConfigurationError."""
    if not value.startswith("@"):
        return value
    try:
        return Path(value[1:]).expanduser().read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else Message("it is not text")
        raise ConfigurationError(
            Message("The file of {setting} cannot be read: {reason}.", setting=setting, reason=reason)
        ) from error


_ENGINES: Final[Mapping[str, Callable[[Config], Engine]]] = {
    "whoosh": _whoosh,
    "tantivy": _tantivy,
    "opensearch": _opensearch,
}


def engine_named(name: str, config: Config | None = None) -> Engine:
    """Return the engine of this name, with the default settings unless ``config`` is given.

    Raises EngineUnavailable when it is not installed, or not known.
    """
    if name not in _ENGINES:
        raise EngineUnavailable(Message("This program has no engine “{engine}”.", engine=name))
    return _ENGINES[name](config or Config())


def engines_of(config: Config) -> Callable[[str], Engine]:
    """Return the function that returns an engine by its name."""
    return partial(engine_named, config=config)


def generations_of(config: Config) -> Generations:
    return Generations(config.index, config.generations_kept, engine_of=engines_of(config))


def open_analyzer(config: Config | None = None) -> FrenchAnalyzer:
    """Return the French chain, with the default settings unless ``config`` is given."""
    from searchapp.analysis import FrenchAnalyzer

    return FrenchAnalyzer(phrases_cross_paragraphs=config is not None and config.phrases_cross_paragraphs)
