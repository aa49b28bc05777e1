"""Who may write, how often and how much: a bearer token, a rate for each process, a largest size.

There are no cookies, so no other site can make a reader's browser write.
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

__all__ = ["MEGABYTE", "carries_token", "let_in"]

MEGABYTE: Final = 1_000_000


def let_in() -> None:
    """Let the current request write, with a body of the size that the settings allow.

    Raises WritingOff without a token in the settings, and what HTTP has for a wrong token, haste or a packed body.
    """
    config, writing = site().config, site().writing
    if writing is None:
        raise WritingOff(
            Message(
                "Writing is off. To switch it on, start the server with a token in SEARCHAPP_WRITE_TOKEN "
                "and send it along: Authorization: Bearer …"
            )
        )
    if not carries_token(request.headers.get("Authorization", ""), config.write_token):
        wrong = {"error": "invalid_token"} if "Authorization" in request.headers else {}
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "articles of searchapp", **wrong}))
    if not site().rate.take():
        raise TooManyRequests(retry_after=1)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType
    request.max_content_length = config.write_largest * MEGABYTE


def carries_token(authorization: str, token: str) -> bool:
    """Return whether an Authorization header carries the bearer ``token``."""
    # Werkzeug's parser fails over credentials that are not ASCII.
    scheme, _, sent = authorization.strip().partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(sent.strip().encode("utf-8", "replace"), token.encode())
