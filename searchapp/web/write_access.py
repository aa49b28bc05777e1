"""Access to the endpoints that write: a bearer token, a rate limit for each process, a largest body.

There are no cookies, so another site cannot make a reader's browser write (no cross-site request forgery).
"""

from __future__ import annotations

import hmac
from typing import Final

from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import TooManyRequests, Unauthorized, UnsupportedMediaType

from searchapp.errors import WritingOff
from searchapp.i18n import Message
from searchapp.web.site import site

__all__ = ["MEGABYTE", "carries_token", "require_write_access"]

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


def carries_token(authorization: str, token: str) -> bool:
    """Return whether an Authorization header has the bearer ``token``; compared in constant time."""
    # Werkzeug's parser fails over credentials that are not ASCII.
    scheme, _, sent = authorization.strip().partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(sent.strip().encode("utf-8", "replace"), token.encode())
