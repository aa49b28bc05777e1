"""Admission: a request that searches waits shortly for a place, or is told 503 at once. Works under any WSGI server."""

from __future__ import annotations

import socket
import time
from typing import Final

from flask import Flask, g, request
from werkzeug.exceptions import ClientDisconnected

from searchapp.web.search_slots import looks_costly
from searchapp.web.site import site

__all__ = ["init_app"]

SEARCHING: Final = {"pages", "api"}
WAIT_SECONDS: Final = 2.0
COSTLY_WAIT_SECONDS: Final = 1.0


def init_app(app: Flask) -> None:
    """Let requests of ``app`` that search wait for a place."""
    app.before_request(_enter)
    app.teardown_request(_leave)


def _enter() -> None:
    if request.blueprint not in SEARCHING:
        return
    admission, costs = site().admission, site().costs
    client, costly = request.remote_addr or "", looks_costly(request.args.get("q", "")) or _address() in costs
    longest = min(COSTLY_WAIT_SECONDS if costly else WAIT_SECONDS, site().config.query_seconds)
    waited = admission.enter(client, longest, costly=costly)
    g.place = client, costly, time.thread_time()
    if _client_is_gone(waited=waited):
        raise ClientDisconnected


def _client_is_gone(*, waited: bool) -> bool:
    """Return whether nobody reads the answer. Who only stopped sending counts when there is no place for everyone."""
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
    if "place" in g:
        client, costly, started = g.pop("place")
        site().costs.note(_address(), time.thread_time() - started)
        site().admission.leave(client, costly=costly)


def _address() -> str:
    return request.full_path
