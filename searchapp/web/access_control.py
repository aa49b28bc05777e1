"""Access control: the identity of a request, and the scope that its address needs.

Every address needs the scope SEARCH unless OPEN_ROOMS or OWN_CHECK has its blueprint, so a new one is protected from
its first day. Programs send a token as ``Authorization: Bearer …``. A browser asks its reader for one as the password
of HTTP Basic. There are no sessions, so no cookie lets anyone in: nothing to sign, to steal or to end. Who needs
sessions has a proxy authenticate users (docs/tokens.md).
"""

from __future__ import annotations

import base64
from typing import Final, cast

from flask import Flask, Response, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from searchapp.access.identities import Identity
from searchapp.errors import ScopeMissing
from searchapp.model import Scope
from searchapp.web.error_answers import is_for_program
from searchapp.web.proxies import IS_FORWARDED, PROXY_USER, address_of
from searchapp.web.rate_limits import count_wrong_token
from searchapp.web.site import site

__all__ = ["current_identity", "init_app", "password_of", "require_scope", "secret_of"]

OPEN_ROOMS: Final = frozenset({"assets", "documentation", "probes", "problems", "site_files"})
OWN_CHECK: Final = frozenset({"judging", "writing"})
"""Blueprints that check the scope WRITE themselves (``write_access``)."""
EXPORTING: Final = "exporting"
"""Blueprint that needs the scope EXPORT."""
METRICS_RULE: Final = "/metrics"
USER_SCOPES: Final = frozenset({Scope.SEARCH, Scope.EXPORT})
"""Scopes of a user that a proxy names. WRITE is not among them: another site can make a browser send a request that the
proxy takes for its user's (cross-site request forgery)."""


def init_app(app: Flask) -> None:
    """Check each request to ``app``, and keep answers that need a scope out of shared caches.

    ``g.may_search`` tells the pages of errors, also those of open rooms, whether they may show articles.
    """
    app.before_request(_check)
    app.after_request(_keep_private)


def require_scope(scope: Scope, challenge: WWWAuthenticate) -> None:
    """Check that the current request has ``scope``.

    Raises Unauthorized with ``challenge`` for an anonymous request and for a secret that nobody has, TooManyRequests
    for many such of a client, ScopeMissing for an identity without the scope, TokensUnusable.
    """
    identity = current_identity()
    if identity.may(scope):
        return
    if identity.name:
        raise ScopeMissing(scope)
    if "Authorization" in request.headers:
        count_wrong_token()
    if "Authorization" in request.headers and challenge.type == "bearer":
        challenge.parameters["error"] = "invalid_token"
    raise Unauthorized(www_authenticate=challenge)


def current_identity() -> Identity:
    """Return the identity of the current request: of its token, of the user that a proxy names, or anonymous."""
    if "identity" not in g:
        g.identity = _find_identity()
    return cast(Identity, g.identity)


def secret_of(authorization: str) -> str:
    """Return the secret of an Authorization header: a bearer token, or the password of HTTP Basic; "" for another."""
    # Werkzeug's parser fails over credentials that are not ASCII.
    scheme, _, sent = authorization.strip().partition(" ")
    return sent.strip() if scheme.lower() == "bearer" else password_of(authorization)[1]


def password_of(authorization: str) -> tuple[str, str]:
    """Return user and password of HTTP Basic (RFC 7617), empty for another header."""
    scheme, _, sent = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(sent.strip().encode("ascii"), validate=True).decode("utf-8").partition(":")
    except ValueError:
        return "", ""
    return user, password


def _find_identity() -> Identity:
    if found := site().identities.find(secret_of(request.headers.get("Authorization", ""))):
        return found
    if user := request.environ.get(PROXY_USER, ""):
        return Identity(user, USER_SCOPES)
    return Identity("", frozenset(site().config.anonymous_scopes))


def _check() -> None:
    scope, anonymous = _scope_of_request(), site().config.anonymous_scopes
    g.may_search = Scope.SEARCH in anonymous
    # Without a call into another room: most sites let everyone search.
    if scope is None or scope in anonymous:
        return
    realm: dict[str, str | None] = {"realm": "searchapp"}
    if is_for_program(request.path):
        require_scope(scope, WWWAuthenticate("bearer", realm))
    else:
        require_scope(scope, WWWAuthenticate("basic", {**realm, "charset": "UTF-8"}))
    g.may_search = current_identity().may(Scope.SEARCH)


def _scope_of_request() -> Scope | None:
    """Return the scope that the current request needs, None for an open address.

    A preflight of CORS never carries credentials, and no answer to OPTIONS has content.
    """
    if request.method == "OPTIONS":
        return None
    if request.url_rule and request.url_rule.rule == METRICS_RULE:
        return None if _is_metrics_client() else Scope.ADMIN
    if request.blueprint in OPEN_ROOMS | OWN_CHECK:
        return None
    return Scope.EXPORT if request.blueprint == EXPORTING else Scope.SEARCH


def _is_metrics_client() -> bool:
    """Return whether the client is one of the setting ``metrics_clients``; behind an unknown proxy nobody is."""
    if request.environ.get(IS_FORWARDED, False):
        return False
    address = address_of(request.remote_addr or "")
    return address is not None and any(address in network for network in site().config.metrics_clients)


def _keep_private(response: Response) -> Response:
    """Mark what only some clients may see, so that no cache between shows it to others."""
    scope = _scope_of_request()
    if scope is not None and scope not in site().config.anonymous_scopes:
        response.vary.add("Authorization")
        if not response.cache_control.no_store:
            response.cache_control.private = True
    return response
