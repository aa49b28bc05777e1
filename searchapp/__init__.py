"""searchapp makes a folder of French news articles searchable."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from searchapp.config import Config
    from searchapp.search.service import SearchService

__all__ = ["__version__", "create_app"]
__version__ = "0.1.0"


def create_app(config: Config | None = None, *, service: SearchService | None = None) -> Flask:
    """Return the WSGI application; without ``config`` it is read as the command line reads it.

    ``service`` searches for it, where the caller has one already.
    """
    from searchapp.web import create_app as build

    return build(config, service=service)
