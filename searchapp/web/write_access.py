"""Access to the endpoints that write: a bearer token, a rate limit for each process, a largest body.

There are no cookies, so another site cannot make a reader's browser write (no cross-site request forgery). Pages for
editors ask for the token as the password of HTTP Basic, which browsers repeat by themselves; so their forms carry a
token of their own, which another site cannot know.
"""

from __future__ import annotations

import base64
import hmac
from typing import Final

from flask import g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import TooManyRequests, Unauthorized, UnsupportedMediaType

from searchapp.errors import InvalidRequest, WritingOff
from searchapp.i18n import Message
from searchapp.web.site import site

__all__ = ["MEGABYTE", "carries_password", "carries_token", "form_token", "require_editor", "require_write_access"]

MEGABYTE: Final = 1_000_000


def require_write_access() -> None:
    """Check that the current request may write, and limit its body to the setting ``write_largest``.

    Raises WritingOff without a token in the settings, Unauthorized for a missing or wrong token, TooManyRequests above
    the rate, and UnsupportedMediaType for a body with a Content-Encoding.
    """
    config, writing = site().config, site().writing
    if writing is None:
        raise WritingOff(
            Message(
                "Writing is off. To allow it, start the server with a token in SEARCHAPP_WRITE_TOKEN and send "
                "that token: Authorization: Bearer …"
            )
        )
    if not carries_token(request.headers.get("Authorization", ""), config.write_token):
        wrong = {"error": "invalid_token"} if "Authorization" in request.headers else {}
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "articles of searchapp", **wrong}))
    if not site().write_bucket.acquire():
        raise TooManyRequests(retry_after=1)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType
    request.max_content_length = config.write_largest * MEGABYTE


def require_editor() -> None:
    """Check that the current request carries the token as a password, and note the user as ``g.editor``.

    Raises WritingOff without a token in the settings, Unauthorized for a missing or wrong one, InvalidRequest for a
    form that is not of this site, TooManyRequests above the rate.
    """
    token = site().config.write_token
    if not token:
        raise WritingOff(
            Message("This page needs a token. Start the server with one in SEARCHAPP_WRITE_TOKEN; it is the password.")
        )
    sent = request.headers.get("Authorization", "")
    is_right = carries_password(sent, token)
    if (request.method == "POST" or not is_right) and not site().write_bucket.acquire():
        raise TooManyRequests(retry_after=1)
    if not is_right:
        challenge: dict[str, str | None] = {"realm": "judgments of searchapp", "charset": "UTF-8"}
        raise Unauthorized(www_authenticate=WWWAuthenticate("basic", challenge))
    g.editor = _credentials(sent)[0]
    request.max_content_length = MEGABYTE
    if request.method == "POST":
        _require_own_form()


def carries_password(authorization: str, token: str) -> bool:
    """Return whether an Authorization header of HTTP Basic has ``token`` as its password; compared in constant time."""
    return hmac.compare_digest(_credentials(authorization)[1].encode("utf-8", "replace"), token.encode())


def _credentials(authorization: str) -> tuple[str, str]:
    """Return user and password of HTTP Basic (RFC 7617), empty for another header."""
    scheme, _, sent = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(sent.strip().encode("ascii"), validate=True).decode("utf-8").partition(":")
    except ValueError:
        return "", ""
    return user, password


def form_token() -> str:
    """Return the token that a form of the current editor carries."""
    text = f"form of {g.editor}".encode("utf-8", "replace")
    return hmac.new(site().config.write_token.encode(), text, "sha256").hexdigest()


def _require_own_form() -> None:
    is_own = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    if not is_own or not hmac.compare_digest(request.form.get("token", "").encode(), form_token().encode()):
        raise InvalidRequest(Message("This form is not of this page as you see it now. Load the page again."))


def carries_token(authorization: str, token: str) -> bool:
    """Return whether an Authorization header has the bearer ``token``; compared in constant time."""
    # Werkzeug's parser fails over credentials that are not ASCII.
    scheme, _, sent = authorization.strip().partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(sent.strip().encode("utf-8", "replace"), token.encode())
