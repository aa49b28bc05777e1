"""Calls of a cluster: which node answers, for how long to wait, and the errors of the program for those of a cluster.

A client is made once in each process: sockets must not be shared with the processes that ``serve`` forks.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

import orjson
from opensearchpy import OpenSearch
from opensearchpy.exceptions import (
    AuthenticationException,
    AuthorizationException,
    ConnectionTimeout,
    NotFoundError,
    SSLError,
    TransportError,
)
from opensearchpy.exceptions import ConnectionError as NotConnected
from opensearchpy.serializer import JSONSerializer
from urllib3.exceptions import ProtocolError

from searchapp.engines.opensearch_engine.circuit_breaker import CircuitBreaker
from searchapp.engines.opensearch_engine.nodes import NodeConnection, PromptNodes
from searchapp.engines.opensearch_engine.settings import ClusterSettings
from searchapp.engines.opensearch_engine.tls import tls_context, tls_problem
from searchapp.errors import EngineUnavailable, OutOfTime, Unavailable
from searchapp.i18n import Message

if TYPE_CHECKING:
    from searchapp.engines.opensearch_engine.writer_lease import WriterLease

__all__ = [
    "TIME_EXCEEDED",
    "Cluster",
    "ClusterBusy",
    "ClusterRefused",
    "RequestTooLarge",
    "VersionConflict",
    "busy",
    "cluster_of",
    "one_line",
]

Json = Mapping[str, Any]
_CONNECTIONS: Final = 16
"""Connections to a node that a process keeps: twice the threads that search by default."""
_BUSY: Final = (429, 502, 503, 504)
_TOO_LARGE: Final = 413
_CONFLICT: Final = 409
_FULL_DISK: Final = "disk usage exceeded flood-stage watermark"
_BLOCKED: Final = "cluster_block_exception"
TIME_EXCEEDED: Final = "time_exceeded_exception"
"""The type of the error of a shard that had no time for its part of a search."""


class ClusterBusy(EngineUnavailable):
    """The cluster can do no more at this moment: try again later."""


class ClusterRefused(EngineUnavailable):
    """The cluster refuses a request that it understood."""


class RequestTooLarge(ClusterRefused):
    """A node, or a proxy before it, takes no request of so many bytes; ``reason`` is its own."""

    def __init__(self, message: Message, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class VersionConflict(ClusterRefused):
    """A document has changed since the version that a request names."""


class _Serializer(JSONSerializer):
    """JSON in C; bodies that are bytes already stay as they are."""

    def dumps(self, data: Any) -> Any:
        return data if isinstance(data, bytes | str) else orjson.dumps(data)

    def loads(self, data: str) -> Any:
        return orjson.loads(data)


class Cluster:
    """A cluster, called by JSON over HTTP. Safe to share between threads, and to use after a fork."""

    def __init__(self, settings: ClusterSettings) -> None:
        self.settings = settings
        self.lease: WriterLease | None = None
        """The lease of the writer in this process, while it has one."""
        self._breaker = CircuitBreaker()
        self._client: tuple[int, OpenSearch] | None = None

    def call(
        self, method: str, path: str, body: Any = None, *, seconds: float | None = None, **params: object
    ) -> dict[str, Any]:
        """Return the answer to a request, {} when what it names is not there.

        ``seconds`` is the longest to wait, in place of that of the settings. Raises ClusterBusy, ClusterRefused and
        EngineUnavailable, whose messages say what to do, and OutOfTime.
        """
        if not self._breaker.allows():
            raise _unreachable(self.settings)
        allowed = seconds or self.settings.seconds
        sent = {"request_timeout": allowed, **{name: _parameter(value) for name, value in params.items()}}
        try:
            answer = self._connected().transport.perform_request(method, path, params=sent, body=body)
        except NotFoundError:
            answer = {}
        except TransportError as error:
            self._count(error)
            raise _translated(error, self.settings, allowed) from error
        self._breaker.succeeded()
        return cast(dict[str, Any], answer)

    def version(self) -> tuple[int, ...]:
        """Return the version of the node that answers, as (2, 19, 6)."""
        number = str(self.call("GET", "/")["version"]["number"])
        return tuple(int(part) for part in number.partition("-")[0].split("."))

    def _count(self, error: TransportError) -> None:
        """Count ``error`` as a failure of the cluster, unless a node has understood and refused the request."""
        if isinstance(error, NotConnected) or error.status_code in _BUSY[1:]:
            self._breaker.failed()
        else:
            self._breaker.succeeded()

    def _connected(self) -> OpenSearch:
        """Return the client of this process; threads that meet here make one each, and keep the last."""
        if self._client is None or self._client[0] != os.getpid():
            self._client = os.getpid(), _client(self.settings)
        return self._client[1]


@cache
def cluster_of(settings: ClusterSettings) -> Cluster:
    """Return the cluster of these settings, the same at each call: its circuit breaker knows of all calls."""
    return Cluster(settings)


def _client(settings: ClusterSettings) -> OpenSearch:
    headers = {"Authorization": f"ApiKey {settings.api_key}"} if settings.api_key else None
    secure = any(address.startswith("https:") for address in settings.addresses)
    return OpenSearch(
        list(settings.addresses),
        connection_class=NodeConnection,
        selector_class=PromptNodes,
        serializer=_Serializer(),
        http_auth=(settings.user, settings.password) if settings.user else None,
        headers=headers,
        ssl_context=tls_context(settings) if secure else None,
        pool_maxsize=_CONNECTIONS,
        max_retries=len(settings.addresses) - 1,
        retry_on_status=(502,),
        http_compress=False,
    )


def _parameter(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _translated(error: TransportError, settings: ClusterSettings, seconds: float) -> Unavailable:
    match error:
        case ConnectionTimeout():
            return EngineUnavailable(
                Message(
                    "The cluster did not answer within {seconds} seconds. Try again, or raise opensearch_seconds.",
                    seconds=round(seconds, 1),
                )
            )
        case SSLError():
            return EngineUnavailable(tls_problem(str(error.info)))
        case NotConnected() if isinstance(error.info, ProtocolError):
            return EngineUnavailable(
                Message(
                    "The cluster ends the connection without an answer ({reason}). Look at its log; if its nodes speak "
                    "TLS, begin their addresses in opensearch_addresses with https:.",
                    reason=str(error.info.args[-1]),
                )
            )
        case NotConnected():
            return _unreachable(settings)
        case AuthenticationException():
            return ClusterRefused(
                Message(
                    "The cluster does not know this user ({reason}). Correct opensearch_user and opensearch_password, "
                    "or opensearch_api_key.",
                    reason=_reason(error),
                )
            )
        case AuthorizationException() if _BLOCKED not in str(error.error):
            return ClusterRefused(
                Message(
                    "The cluster does not allow this ({reason}). Give the user of opensearch_user, or of "
                    "opensearch_api_key, the rights that docs/cluster.md lists.",
                    reason=_reason(error),
                )
            )
    if TIME_EXCEEDED in str(error.info):
        return OutOfTime()
    if error.status_code in _BUSY:
        return busy(_reason(error))
    refusal = Message(
        "The cluster refuses a request ({reason}). Look at its log; its version must be 2 or newer.",
        reason=_reason(error),
    )
    if error.status_code == _TOO_LARGE:
        return RequestTooLarge(refusal, _reason(error))
    return VersionConflict(refusal) if error.status_code == _CONFLICT else ClusterRefused(refusal)


def busy(reason: object) -> ClusterBusy:
    """Return the error of a cluster that can do no more at this moment, with what to do about its ``reason``."""
    if _FULL_DISK in str(reason):
        return ClusterBusy(
            Message(
                "A disk of the cluster is full, and it takes no more articles ({reason}). Free room there or add a "
                "node, then run this again.",
                reason=reason,
            )
        )
    return ClusterBusy(
        Message(
            "The cluster is too busy or not complete ({reason}). Try again in a moment, and look at its health.",
            reason=reason,
        )
    )


def _unreachable(settings: ClusterSettings) -> EngineUnavailable:
    return EngineUnavailable(
        Message(
            "No node of the cluster can be reached at {addresses}. Start it, or correct opensearch_addresses.",
            addresses=", ".join(settings.addresses),
        )
    )


def _reason(error: TransportError) -> str:
    """Return the reason that a cluster gives, one line of bounded length."""
    info = error.info if isinstance(error.info, dict) else {}
    cause = info.get("error", {})
    roots = cause.get("root_cause") if isinstance(cause, dict) else None
    reason = roots[0].get("reason") if roots else str(error.error)
    return f"{error.status_code}: {one_line(reason)}"


def one_line(reason: object) -> str:
    """Return the reason that a cluster gives in one line of at most 300 characters."""
    return " ".join(str(reason).split())[:300]
