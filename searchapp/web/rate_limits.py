"""Rate limits: searches by token or client, writes by token, wrong tokens by client; of all processes together.

A request above its limit is answered with 429 and ``Retry-After``. Answers that count carry ``RateLimit-Policy`` and
``RateLimit`` (draft-ietf-httpapi-ratelimit-headers-10): the quota and its window, what is left and when it is whole.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import Final

from flask import Flask, Response, g, request
from werkzeug.exceptions import TooManyRequests

from searchapp.web.proxies import address_of
from searchapp.web.rate_limiter import Quota
from searchapp.web.site import site

__all__ = ["charge_searches", "count_search", "count_write", "count_wrong_token", "init_app"]

WRONG_TOKENS: Final = Quota("tokens", 20, 60)
"""Wrong tokens of a client, above which the answer to another is 429; a right one is let in all the same."""
IPV6_NETWORK: Final = 64
"""Bits that a provider gives one subscriber at least (RFC 6177): its addresses are one client."""


def init_app(app: Flask) -> None:
    """Tell in the answers of ``app`` what is left of a quota."""
    app.after_request(_tell)


def count_search(name: str, cost: float) -> None:
    """Count a request that searches, for the identity of this name or else the client; raises TooManyRequests."""
    g.searcher = f"identity {name}" if name else _client()
    _count(_searches(), g.searcher, cost)


def charge_searches(searches: int) -> None:
    """Count the further searches of this request, which has so many: the next requests wait the longer."""
    quota = _searches()
    if searches > 1 and quota.requests and g.get("searcher"):
        site().rates.charge(quota, g.searcher, searches - 1)


def count_write(token: str) -> None:
    """Count a write request with the token of this name; raises TooManyRequests."""
    _count(Quota("writes", site().config.write_rate, 1), token)


def count_wrong_token() -> None:
    """Count a request of this client with a wrong token; raises TooManyRequests."""
    _count(WRONG_TOKENS, _client())


def _searches() -> Quota:
    return Quota("searches", site().config.search_rate, 60)


def _count(quota: Quota, key: str, cost: float = 1) -> None:
    if not quota.requests or not key:
        return
    allowance = site().rates.acquire(quota, key, cost)
    g.allowance = quota, allowance
    if not allowance.admitted:
        raise TooManyRequests(retry_after=allowance.retry_after)


def _client() -> str:
    """Return the client's address, of IPv6 its network; "" for no address, which is not counted."""
    address = address_of(request.remote_addr or "")
    if address is None:
        return ""
    return str(address) if address.version == 4 else str(ip_network((address, IPV6_NETWORK), strict=False))


def _tell(response: Response) -> Response:
    if "allowance" in g:
        quota, allowance = g.allowance
        response.headers["RateLimit-Policy"] = f'"{quota.name}";q={quota.requests};w={quota.seconds}'
        response.headers["RateLimit"] = f'"{quota.name}";r={allowance.remaining};t={allowance.reset}'
    return response
