"""Access to what writes: the scope WRITE, a rate limit, a largest body, forms of this site only.

No cookie lets anyone in, so another site cannot make a reader's browser write (no cross-site request forgery). The
endpoints take bearer tokens only. Pages for editors ask for the token as the password of HTTP Basic, which browsers
repeat by themselves; so their forms carry a token of their own, which another site cannot know.
"""

from __future__ import annotations

import hmac
from typing import Final

from flask import g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized, UnsupportedMediaType

from searchapp.errors import InvalidRequest, WritingOff
from searchapp.i18n import Message
from searchapp.model import Scope
from searchapp.web.access_control import current_identity, password_of, require_scope
from searchapp.web.audited_writes import record_attempt
from searchapp.web.rate_limits import count_write
from searchapp.web.site import site

__all__ = ["MEGABYTE", "form_token", "require_editor", "require_write_access"]

MEGABYTE: Final = 1_000_000


def require_write_access() -> None:
    """Check that the current request may write, and limit its body to the setting ``write_largest``.

    Raises WritingOff when the site started without a token for writing, Unauthorized for a missing or wrong token,
    ScopeMissing, TooManyRequests above the rate, UnsupportedMediaType for a body with a Content-Encoding, and
    AuditUnwritable.
    """
    if site().writing is None:
        raise WritingOff(
            Message(
                "Writing is off. To allow it, make a token with “searchapp token add NAME --scope write” or set one "
                "in SEARCHAPP_WRITE_TOKEN, start the server again, and send the token: Authorization: Bearer …"
            )
        )
    challenge = WWWAuthenticate("bearer", {"realm": "articles of searchapp"})
    if _sends_password():
        challenge.parameters["error"] = "invalid_token"
        raise Unauthorized(www_authenticate=challenge)
    require_scope(Scope.WRITE, challenge)
    g.is_writer = True
    count_write(current_identity().name)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType
    request.max_content_length = site().config.write_largest * MEGABYTE
    record_attempt()


def require_editor() -> None:
    """Check that the current request carries a token for writing as a password, and note the user as ``g.editor``.

    Raises WritingOff when the site started without one, Unauthorized for a missing or wrong one, ScopeMissing,
    InvalidRequest for a form that is not of this site, TooManyRequests above the rate, AuditUnwritable.
    """
    if site().writing is None:
        raise WritingOff(
            Message(
                "This page needs a token. Make one with “searchapp token add NAME --scope write” or set one in "
                "SEARCHAPP_WRITE_TOKEN, and start the server again; the token is the password."
            )
        )
    challenge = WWWAuthenticate("basic", {"realm": "judgments of searchapp", "charset": "UTF-8"})
    if not _sends_password():
        raise Unauthorized(www_authenticate=challenge)
    require_scope(Scope.WRITE, challenge)
    g.is_writer = True
    if request.method == "POST":
        count_write(current_identity().name)
    g.editor = password_of(request.headers["Authorization"])[0]
    request.max_content_length = MEGABYTE
    if request.method == "POST":
        _require_own_form()
        record_attempt()


def _sends_password() -> bool:
    return request.headers.get("Authorization", "").strip().lower().startswith("basic ")


def form_token() -> str:
    """Return the token that a form of the current editor carries."""
    text = f"form of {g.editor}".encode("utf-8", "replace")
    secret = password_of(request.headers["Authorization"])[1]
    return hmac.new(secret.encode("utf-8", "replace"), text, "sha256").hexdigest()


def _require_own_form() -> None:
    is_own = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    if not is_own or not hmac.compare_digest(request.form.get("token", "").encode(), form_token().encode()):
        raise InvalidRequest(Message("This form is not of this page as you see it now. Load the page again."))
