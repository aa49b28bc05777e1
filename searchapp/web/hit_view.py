"""The view of results, compact or full. It is no part of a search: pages keep ``?view=`` as they keep ``?lang=``."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from flask import Flask, request

__all__ = ["VIEW", "HitView", "init_app", "requested_view"]

VIEW: Final = "view"
# The pages whose links lead to results, or back to them.
_ENDPOINTS: Final = ("pages.search", "pages.article", "pages.article_by_id", "pages.facet_values")


class HitView(StrEnum):
    """The parts of a result that are shown."""

    COMPACT = "compact"
    """Title, source and date, and two lines of the best excerpt."""
    FULL = "full"
    """Section, authors and every excerpt as well."""


def init_app(app: Flask) -> None:
    """Make the links of pages keep the view that was asked for."""
    app.url_defaults(_keep_view)


def requested_view() -> HitView:
    """Return the view that the address names; the compact one unless it names another."""
    view = request.args.get(VIEW, "")
    return HitView(view) if view in tuple(HitView) else HitView.COMPACT


def _keep_view(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint in _ENDPOINTS and request and requested_view() is not HitView.COMPACT:
        values.setdefault(VIEW, requested_view().value)
