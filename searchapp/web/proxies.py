"""Forwarded headers (client, scheme, host, prefix, user, request id) apply when they come from proxies of the settings.

Servers and frameworks trust more than that: gunicorn takes ``SCRIPT_NAME`` from a request header, others the scheme.
:class:`TrustedProxies` is the outermost middleware and resets whatever such headers may have changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

from werkzeug.http import parse_list_header
from werkzeug.middleware.proxy_fix import ProxyFix

from searchapp.config import URL_PREFIX, Config

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["IS_FORWARDED", "PROXY_USER", "REQUEST_ID", "TrustedProxies", "address_of"]

PROXY_USER: Final = "searchapp.proxy_user"
"""Key of a WSGI environment: the user that a trusted proxy has authenticated, "" for none."""
REQUEST_ID: Final = "searchapp.request_id"
"""Key of a WSGI environment: the id that a trusted proxy has given the request, "" for none."""
IS_FORWARDED: Final = "searchapp.is_forwarded"
"""Key of a WSGI environment: a proxy has passed the request on, and none that is trusted says for which client."""

FORWARDED_FOR: Final = "HTTP_X_FORWARDED_FOR"
FORWARDED_PROTO: Final = "HTTP_X_FORWARDED_PROTO"
FORWARDED_HOST: Final = "HTTP_X_FORWARDED_HOST"
FORWARDED_PREFIX: Final = "HTTP_X_FORWARDED_PREFIX"
TRUSTED_HEADERS: Final = (FORWARDED_FOR, FORWARDED_PROTO, FORWARDED_HOST, FORWARDED_PREFIX)
# Fields by which a request shows that it came through a proxy.
PROXY_TRACES: Final = (*TRUSTED_HEADERS, "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")
VALID_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
IGNORED_HEADERS: Final = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_PORT", "HTTP_X_FORWARDED_SSL", "HTTP_SCRIPT_NAME")

Address = IPv4Address | IPv6Address


class TrustedProxies:
    """WSGI middleware: applies forwarded headers of trusted proxies, drops those of others, serves below a prefix.

    Without a prefix in the settings, a trusted ``X-Forwarded-Prefix`` is used. A proxy may strip the prefix from the
    path or leave it there. ``own`` are the first segments of this site's paths: a forwarded prefix that begins with
    one of them is not removed from a path, since it may be part of an address of the site.
    """

    def __init__(self, app: WSGIApplication, config: Config, own: Iterable[str] = ()) -> None:
        self._app = app
        self._proxies = config.trusted_proxies
        self._prefix = config.url_prefix
        self._user_header = "HTTP_" + config.user_header.upper().replace("-", "_") if config.user_header else ""
        self._own = frozenset(own)
        self._forwarded = ProxyFix(self._mounted, x_for=1, x_proto=1, x_host=1, x_prefix=1)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        environ["SCRIPT_NAME"] = ""
        environ[IS_FORWARDED] = any(name in environ for name in PROXY_TRACES)
        for name in IGNORED_HEADERS:
            environ.pop(name, None)
        user = environ.pop(self._user_header, "").strip()
        environ[PROXY_USER] = environ[REQUEST_ID] = ""
        request_id = environ.pop("HTTP_X_REQUEST_ID", "").strip()
        if self._is_trusted(address_of(environ.get("REMOTE_ADDR", ""))):
            environ[PROXY_USER] = user
            environ[REQUEST_ID] = request_id if VALID_REQUEST_ID.fullmatch(request_id) else ""
            self._clean(environ)
            environ[IS_FORWARDED] = environ[IS_FORWARDED] and FORWARDED_FOR not in environ
            return self._forwarded(environ, start_response)
        return self._mounted(environ, start_response)

    def _clean(self, environ: WSGIEnvironment) -> None:
        """Reduce each forwarded header to its one valid value; remove it when it has none."""
        client = self._client(parse_list_header(environ.pop(FORWARDED_FOR, "")))
        if client is not None:
            environ[FORWARDED_FOR] = str(client)
        if _last(environ.get(FORWARDED_PROTO, "")) not in {"http", "https"}:
            environ.pop(FORWARDED_PROTO, None)
        prefix = _last(environ.pop(FORWARDED_PREFIX, "")).rstrip("/")
        if URL_PREFIX.fullmatch(prefix):
            environ[FORWARDED_PREFIX] = prefix

    def _client(self, hops: list[str]) -> Address | None:
        """Return the last address of the header that is no trusted proxy; those before it may be forged."""
        client = None
        for hop in reversed(hops):
            address = address_of(hop)
            if address is None:
                break
            client = address
            if not self._is_trusted(address):
                break
        return client

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._proxies)

    def _mounted(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        for name in TRUSTED_HEADERS:
            environ.pop(name, None)
        forwarded, path = environ["SCRIPT_NAME"], environ.get("PATH_INFO") or "/"
        environ["PATH_INFO"] = path
        prefix = environ["SCRIPT_NAME"] = self._prefix or forwarded
        ambiguous = prefix.split("/")[1] in self._own if prefix else True
        if not ambiguous and (path == prefix or path.startswith(prefix + "/")):
            environ["PATH_INFO"] = path[len(prefix) :] or "/"
        return self._app(environ, start_response)


def _last(header: str) -> str:
    """Return the last value of a list header, which the nearest proxy appended."""
    values = parse_list_header(header)
    return values[-1].strip() if values else ""


def address_of(text: str) -> Address | None:
    """Return an address without its port; None when ``text`` is no address."""
    for candidate in (text.strip().strip("[]"), text.strip().rpartition(":")[0].strip("[]")):
        try:
            address = ip_address(candidate)
        except ValueError:
            continue
        # On a socket for all IPv6 addresses, IPv4 clients have mapped addresses.
        return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address
    return None
