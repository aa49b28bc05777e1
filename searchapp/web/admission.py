"""Admission of requests that search, for any WSGI server: the rate of the client, then a slot of the process.

A request above the rate gets 429. One whose answer is kept (``answer_cache``) needs no slot. One for which no slot is
free waits a short time, or gets 503.
"""

from __future__ import annotations

import socket
import time
from hashlib import blake2b
from typing import Final

from flask import Flask, g, request
from werkzeug.exceptions import ClientDisconnected

from searchapp.measuring import Stage
from searchapp.web.access_control import current_identity
from searchapp.web.answer_cache import cached_answer
from searchapp.web.json_body import arguments_of, posted_object
from searchapp.web.rate_limits import count_search
from searchapp.web.search_slots import looks_costly
from searchapp.web.site import site

__all__ = ["init_app"]

SEARCHING: Final = {"pages", "batch", "api", "exports", "judging", "multi", "sitemaps"}
COUNTED: Final = SEARCHING | {"exporting"}
SUGGESTIONS: Final = "api.suggest"
SUGGESTION_COST: Final = 0.1
"""Of a search: suggestions come with each typed letter."""
WAIT_SECONDS: Final = 0.5
COSTLY_WAIT_SECONDS: Final = 1.0


def init_app(app: Flask) -> None:
    """Make requests of ``app`` that search count, take a slot and free it at their end."""
    app.before_request(_count)
    app.before_request(cached_answer)
    app.before_request(_enter)
    app.teardown_request(_leave)


def _count() -> None:
    if site().config.search_rate and request.blueprint in COUNTED:
        count_search(current_identity().name, SUGGESTION_COST if request.endpoint == SUGGESTIONS else 1)


def _enter() -> None:
    if request.blueprint not in SEARCHING:
        return
    admission, costs = site().admission, site().costs
    client, costly = request.remote_addr or "", _looks_costly() or _address() in costs
    longest = min(COSTLY_WAIT_SECONDS if costly else WAIT_SECONDS, site().config.query_seconds)
    with Stage("wait"):
        waited = admission.enter(client, longest - _seconds_queued(longest), costly=costly)
    g.search_slot = client, costly, time.thread_time()
    if _client_is_gone(waited=waited):
        raise ClientDisconnected


def _seconds_queued(most: float) -> float:
    """Return the seconds, at most ``most``, that our server has had the request wait for a thread already."""
    queued_at = request.environ.get("searchapp.queued_at")
    return min(most, time.monotonic() - queued_at) if queued_at else 0.0


def _looks_costly() -> bool:
    if request.method == "POST" and request.blueprint == "api":
        return looks_costly(arguments_of(posted_object()).get("q", ""))
    return "lines" in request.args or request.blueprint == "multi" or looks_costly(request.args.get("q", ""))


def _address() -> str:
    """Return the key of this search among costs: its address, and a digest of its body."""
    body = request.get_data() if request.method == "POST" and request.blueprint == "api" else b""
    return request.full_path + blake2b(body, digest_size=8).hexdigest() * bool(body)


def _client_is_gone(*, waited: bool) -> bool:
    """Return whether the client has closed its connection.

    A client that closed only its sending half may still read. It counts as gone when the request had to wait.
    """
    environ = request.environ
    if "waitress.client_disconnected" in environ:
        return bool(environ.get("searchapp.client_gone" if waited else "waitress.client_disconnected", bool)())
    connection = environ.get("gunicorn.socket")
    if connection is None or not waited:
        return False
    try:
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _leave(error: BaseException | None) -> None:
    if "search_slot" in g:
        client, costly, started = g.pop("search_slot")
        site().costs.note(_address(), time.thread_time() - started)
        site().admission.leave(client, costly=costly)
