"""What every view needs: the settings and the search service of this application."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from flask import Flask, current_app

from searchapp.config import Config
from searchapp.service import SearchService

__all__ = ["Site", "install", "site"]

EXTENSION = "searchapp"


@dataclass(frozen=True, slots=True)
class Site:
    """One running search site."""

    config: Config
    service: SearchService
    examples: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """Searches to offer, by what for: the generation that they were tried on, and those that find something."""


def install(app: Flask, config: Config, service: SearchService) -> None:
    """Make :func:`site` answer inside ``app``."""
    app.extensions[EXTENSION] = Site(config, service)


def site() -> Site:
    """Return the site that serves the current request."""
    return cast(Site, current_app.extensions[EXTENSION])
