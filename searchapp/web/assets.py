"""Style sheet and icon; their addresses carry a fingerprint of the content, so browsers may keep them."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

from flask import Blueprint, Flask, Response, abort, url_for

__all__ = ["init_app", "preload"]

CACHE_FOREVER: Final = "public, max-age=31536000, immutable"
REVALIDATE: Final = "no-cache"

assets = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file in memory."""

    body: bytes
    media_type: str
    fingerprint: str


def init_app(app: Flask) -> None:
    """Serve the files of ``static/``; templates name them by ``asset("style.css")``."""
    app.register_blueprint(assets)
    app.jinja_env.globals["asset"] = _path


@assets.get("/static/<fingerprint>/<name>")
def static_file(fingerprint: str, name: str) -> Response:
    """Serve a file. An old fingerprint gets the current content, which the browser must revalidate."""
    return _serve(name, CACHE_FOREVER if name in FILES and FILES[name].fingerprint == fingerprint else REVALIDATE)


@assets.get("/favicon.svg")
def favicon() -> Response:
    """Serve the icon at the path that browsers try."""
    return _serve("favicon.svg", "public, max-age=86400")


def _read() -> dict[str, Asset]:
    files = {}
    for path in (resources.files("searchapp.web") / "static").iterdir():
        body = path.read_bytes()
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        files[path.name] = Asset(body, media_type, hashlib.sha256(body).hexdigest()[:12])
    return files


FILES: Final[Mapping[str, Asset]] = _read()


def _path(name: str) -> str:
    return url_for("assets.static_file", fingerprint=FILES[name].fingerprint, name=name)


def preload(response: Response) -> None:
    """Name the style sheet in a header field, which a browser reads before the page."""
    response.headers.add("Link", f"<{_path('style.css')}>; rel=preload; as=style")


def _serve(name: str, cache_control: str) -> Response:
    if name not in FILES:
        abort(404)
    media_type = FILES[name].media_type
    content_type = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
    response = Response(FILES[name].body, content_type=content_type)
    response.headers["Cache-Control"] = cache_control
    return response
