"""Style sheet, scripts, icon, logo; their addresses carry a fingerprint of the content, so browsers may keep them."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final, cast

from flask import Blueprint, Flask, Response, abort, current_app, url_for

from searchapp.config import Config
from searchapp.web.theme import Theme, read_logo

__all__ = ["card_name", "init_app", "logo_name", "preload"]

CACHE_FOREVER: Final = "public, max-age=31536000, immutable"
REVALIDATE: Final = "no-cache"
EXTENSION: Final = "searchapp.assets"
STYLE: Final = "style.css"
ICON: Final = "favicon.svg"
CARD: Final = "card.png"
# The accent in the files, which that of the settings replaces.
DEFAULT_ACCENT: Final = b"#9e1b1b"

assets = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file in memory."""

    body: bytes
    media_type: str
    fingerprint: str


def init_app(app: Flask, config: Config) -> None:
    """Serve the files of ``static/``, in the look of the settings; templates name them by ``asset("style.css")``.

    Raises ConfigurationError for a look that pages cannot have.
    """
    app.extensions[EXTENSION] = _read(config)
    app.register_blueprint(assets)
    app.jinja_env.globals.update(asset=_path, logo_name=logo_name, card_name=card_name)


@assets.get("/static/<fingerprint>/<name>")
def static_file(fingerprint: str, name: str) -> Response:
    """Serve a file. An old fingerprint gets the current content, which the browser must revalidate."""
    is_current = name in _files() and _files()[name].fingerprint == fingerprint
    return _serve(name, CACHE_FOREVER if is_current else REVALIDATE)


@assets.get("/favicon.svg")
def favicon() -> Response:
    """Serve the icon at the path that browsers try."""
    return _serve(ICON, "public, max-age=86400")


def preload(response: Response) -> None:
    """Name the style sheet in a header field, which a browser reads before the page."""
    response.headers.add("Link", f"<{_path(STYLE)}>; rel=preload; as=style")


def logo_name() -> str:
    """Return the name of the logo's file, "" without a logo."""
    return next((name for name in _files() if name.startswith("logo.")), "")


def card_name() -> str:
    """Return the name of the picture for social networks: the logo, unless it is a drawing, which they do not show."""
    return CARD if logo_name() in ("", "logo.svg") else logo_name()


def _read(config: Config) -> Mapping[str, Asset]:
    files = {}
    for path in sorted((resources.files("searchapp.web") / "static").iterdir(), key=lambda path: path.name):
        files[path.name] = _served(path.name, path.read_bytes()), _media_type(path.name)
    theme = Theme.of(config.site_accent)
    if config.site_accent.encode() != DEFAULT_ACCENT:
        files[STYLE] = files[STYLE][0] + theme.rules.encode(), files[STYLE][1]
        files[ICON] = files[ICON][0].replace(DEFAULT_ACCENT, theme.light.encode()), files[ICON][1]
    if logo := read_logo(config):
        files[f"logo{logo.suffix}"] = logo.body, logo.media_type
    # One fingerprint for all, since modules import each other by relative addresses.
    fingerprint = hashlib.sha256(b"".join(body for body, _ in files.values())).hexdigest()[:12]
    return {name: Asset(body, media_type, fingerprint) for name, (body, media_type) in files.items()}


def _served(name: str, body: bytes) -> bytes:
    """Return a file as it is served: scripts without indentation and whole-line comments, a fifth of their weight.

    Lines keep their numbers. No script may have a text that goes over several lines.
    """
    return b"\n".join(_code_lines(body.splitlines())) if name.endswith(".js") else body


def _code_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    in_comment = False
    for line in map(bytes.strip, lines):
        in_comment = in_comment or line.startswith(b"/*")
        yield b"" if in_comment or line.startswith(b"//") else line
        in_comment = in_comment and not line.endswith(b"*/")


def _media_type(name: str) -> str:
    """Return the type by the name. Of scripts systems have several, and browsers run modules of this one."""
    if name.endswith(".js"):
        return "text/javascript"
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _files() -> Mapping[str, Asset]:
    return cast(Mapping[str, Asset], current_app.extensions[EXTENSION])


def _path(name: str) -> str:
    return url_for("assets.static_file", fingerprint=_files()[name].fingerprint, name=name)


def _serve(name: str, cache_control: str) -> Response:
    if name not in _files():
        abort(404)
    asset = _files()[name]
    is_text = asset.media_type.startswith("text/")
    response = Response(asset.body, content_type=f"{asset.media_type}; charset=utf-8" if is_text else asset.media_type)
    response.headers["Cache-Control"] = cache_control
    return response
