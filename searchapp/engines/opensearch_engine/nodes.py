"""The choice of a node for each call: one after another, except those that lately did not answer in time.

A node that refuses connections is passed over at once. One that is paused or cut off goes on taking them, so each call
to it would cost the whole time-out for as long as that lasts.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from opensearchpy import Connection, RoundRobinSelector, Urllib3HttpConnection
from opensearchpy.exceptions import ConnectionTimeout
from urllib3 import Timeout

__all__ = ["NodeConnection", "PromptNodes"]

CONNECT_SECONDS: Final = 2.0
"""The longest to wait until a node takes a connection: one that is switched off takes none, and another is called."""
AVOIDED_SECONDS: Final = 30.0
"""So long after a time-out, other nodes are called: a cluster itself takes about as long to give a silent node up."""


class NodeConnection(Urllib3HttpConnection):
    """The connections to one node; avoided after a time-out."""

    avoided_until = 0.0

    def perform_request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,
        ignore: Collection[int] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        seconds = timeout or self.timeout
        patience: Any = Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds)
        try:
            return super().perform_request(method, url, params, body, patience, ignore, headers)
        except ConnectionTimeout:
            self.avoided_until = time.monotonic() + AVOIDED_SECONDS
            raise


class PromptNodes(RoundRobinSelector):
    """Nodes in turn; those that are avoided only when there are no others."""

    def select(self, connections: Sequence[Connection]) -> Any:
        now = time.monotonic()
        prompt = [node for node in connections if getattr(node, "avoided_until", 0.0) <= now]
        return super().select(prompt or connections)
