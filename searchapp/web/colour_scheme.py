"""The colour scheme of the pages: light, dark, or as the reader's system has it.

A cookie remembers the choice, so that the server writes it into the page: no script has to run before the first paint,
and the switch works without one.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, request, url_for

from searchapp.i18n import Message

__all__ = ["THEMES", "colour_scheme", "current_theme"]

colour_scheme = Blueprint("colour_scheme", __name__)

AUTOMATIC: Final = "auto"
THEMES: Final = {AUTOMATIC: Message("Automatic"), "light": Message("Light"), "dark": Message("Dark")}
_COOKIE: Final = "theme"
_KEPT_SECONDS: Final = 365 * 24 * 3600


def current_theme() -> str:
    """Return the theme that this request's reader chose; ``auto`` without a choice."""
    chosen = request.cookies.get(_COOKIE, AUTOMATIC)
    return chosen if chosen in THEMES else AUTOMATIC


@colour_scheme.get("/theme")
def choose() -> Response:
    """Remember a theme and go back to the page where it was chosen. Scripts set the same cookie."""
    chosen = request.args.get("theme", AUTOMATIC)
    response = Response(status=303, headers={"Location": _way_back(), "Cache-Control": "no-store"})
    # Readable by scripts: static/theme.js switches without a request.
    response.set_cookie(
        _COOKIE,
        chosen if chosen in THEMES else AUTOMATIC,
        max_age=_KEPT_SECONDS,
        path=url_for("pages.home", lang=None),
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def _way_back() -> str:
    """Return the page of this site that the parameter ``back`` names; the home page for any other address."""
    home, back = url_for("pages.home"), request.args.get("back", "")
    leads_away = back.startswith("//") or "\\" in back or not back.isprintable() or not back.isascii()
    return back if back.startswith(home.partition("?")[0]) and not leads_away else home
