"""Webhooks: digests as JSON, posted to an address of this machine or of its private network, and signed.

Requests follow the specification Standard Webhooks 1.0: the headers ``webhook-id`` (the same at each attempt),
``webhook-timestamp`` and ``webhook-signature`` (HMAC-SHA256 of id, timestamp and body). A receiver that knows an id
already has the digest already.

Whoever may write an alert could have the server send requests to machines that trust it. So the host must resolve to
loopback or private addresses alone (RFC 1918, RFC 4193; not link-local ones, where clouds keep credentials). The
request goes to the address that was checked, redirects are not followed, and an attempt ends after some seconds.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import secrets
import socket
import ssl
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from threading import Timer
from typing import Final
from urllib.parse import SplitResult, urlsplit

from searchapp.alerts.digest import DeliveryError
from searchapp.errors import UserError
from searchapp.i18n import Message
from searchapp.indexing.durability import write_durably

__all__ = ["Webhook", "read_address", "signature", "webhook_key"]

_PRIVATE: Final = tuple(
    map(ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"))
)
_KEY_FILE: Final = "webhook.key"
_KEY_PREFIX: Final = "whsec_"
_SECONDS: Final = 10.0
"""The time of an attempt, from resolving the name to the status of the answer."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Posts digests; ``key`` signs them."""

    key: bytes
    seconds: float = _SECONDS

    def post(self, url: str, digest_id: str, body: bytes) -> None:
        """Post one digest; raises DeliveryError unless the answer has a status of success."""
        parts = read_address(url)
        try:
            address = _private_address(parts)
            status = self._answer(parts, address, digest_id, body)
        except (OSError, http.client.HTTPException) as error:
            reason = Message("no answer from {url} ({reason})", url=url, reason=str(error) or type(error).__name__)
            raise DeliveryError(reason, is_down=True) from error
        if not 200 <= status < 300:
            raise DeliveryError(Message("{url} answered with status {status}", url=url, status=status))

    def _answer(self, parts: SplitResult, address: str, digest_id: str, body: bytes) -> int:
        """Return the status of the answer; raises OSError when the time is over, however slowly bytes still come."""
        stamp = str(int(time.time()))
        headers = {
            "Host": parts.netloc,
            "Content-Type": "application/json",
            "User-Agent": "searchapp",
            "webhook-id": digest_id,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(self.key, digest_id, stamp, body),
        }
        connected = socket.create_connection((address, _port(parts)), self.seconds)
        if parts.scheme == "https":
            connected = ssl.create_default_context().wrap_socket(connected, server_hostname=parts.hostname)
        connection = http.client.HTTPConnection(address, _port(parts), timeout=self.seconds)
        connection.sock = connected
        watchdog = Timer(self.seconds, _shut, [connected])
        watchdog.daemon = True
        watchdog.start()
        with closing(connection):
            try:
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request("POST", path, body, headers)
                return connection.getresponse().status
            finally:
                watchdog.cancel()


def read_address(url: str) -> SplitResult:
    """Return the parts of a webhook's address; raises UserError unless it is one without a password."""
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and parts.hostname and _port(parts) and not parts.username
    except ValueError:
        is_good = False
    if not is_good or not url.isascii() or not url.isprintable() or " " in url:
        raise UserError(Message("Give an address such as http://127.0.0.1:9000/nouveau."))
    return parts


def signature(key: bytes, digest_id: str, stamp: str, body: bytes) -> str:
    """Return the signature of a request, version 1: HMAC-SHA256 in base64."""
    signed = b".".join((digest_id.encode(), stamp.encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def webhook_key(folder: Path) -> bytes:
    """Return the key in ``folder``, made at the first call; only its owner can read the file."""
    path = folder / _KEY_FILE
    if not path.is_file():
        write_durably(path, _KEY_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode() + "\n", private=True)
    return base64.b64decode(path.read_text("ascii").strip().removeprefix(_KEY_PREFIX))


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _private_address(parts: SplitResult) -> str:
    """Return an address of the host; raises DeliveryError unless all of its addresses are private."""
    host = parts.hostname or ""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, _port(parts), type=socket.SOCK_STREAM)]
    if not found or not all(map(_is_private, found)):
        raise DeliveryError(
            Message("{host} is not on this machine or its private network. Give an address that is.", host=host)
        )
    return found[0]


def _is_private(text: str) -> bool:
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return any((mapped or address) in network for network in _PRIVATE)


def _shut(connected: socket.socket) -> None:
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
