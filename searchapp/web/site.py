"""What every view needs: the settings and the search service of this application."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from flask import Flask, current_app

from searchapp.config import Config
from searchapp.service import SearchService
from searchapp.web.places import Admission, CostMemory
from searchapp.web.rate import Rate
from searchapp.writing import Writing

__all__ = ["Site", "install", "site"]

EXTENSION = "searchapp"


@dataclass(frozen=True, slots=True)
class Site:
    """One running search site."""

    config: Config
    service: SearchService
    writing: Writing | None
    """What writes articles, where the settings switch it on."""
    rate: Rate
    admission: Admission
    costs: CostMemory = field(default_factory=CostMemory)
    examples: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """Searches to offer, by what for: the generation that they were tried on, and those that find something."""


def install(app: Flask, config: Config, service: SearchService, writing: Writing | None) -> None:
    """Make :func:`site` answer inside ``app``."""
    app.extensions[EXTENSION] = Site(config, service, writing, Rate(config.write_rate), Admission.of(config))


def site() -> Site:
    """Return the site that serves the current request."""
    return cast(Site, current_app.extensions[EXTENSION])
