"""A node of a cluster behind TLS, which asks for a user: a proxy in front of one that has neither."""

from __future__ import annotations

import json
import ssl
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import trustme

__all__ = ["PASSWORD", "READER", "WRITER", "tls_proxy"]

WRITER, READER, PASSWORD = "greffier", "lecteur", "un mot de passe"
_WRITES = ("PUT", "DELETE")


@contextmanager
def tls_proxy(target: str, certificate: trustme.LeafCert, clients: trustme.CA | None = None) -> Iterator[str]:
    """Give the address of a proxy of ``target`` with this certificate; ``clients`` must have signed that of a client.

    It refuses requests as a cluster does: 401 without a user that it knows, 403 for what the user READER may not do.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    if clients:
        clients.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    node = urlsplit(target).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            scheme, _, token = self.headers.get("Authorization", "").partition(" ")
            user, _, password = b64decode(token).decode().partition(":") if scheme == "Basic" else ("", "", "")
            if user not in (WRITER, READER) or password != PASSWORD:
                self.reply(401, b"Unauthorized", "text/plain")
            elif user == READER and (self.command in _WRITES or "/_bulk" in self.path):
                reason = {"type": "security_exception", "reason": "no permissions for [indices:admin/create]"}
                error = {"error": {"root_cause": [reason], **reason}, "status": 403}
                self.reply(403, json.dumps(error).encode(), "application/json")
            else:
                connection = HTTPConnection(node, timeout=60)
                content = {"Content-Type": self.headers["Content-Type"]} if self.headers["Content-Type"] else {}
                connection.request(self.command, self.path, body, content)
                answer = connection.getresponse()
                self.reply(answer.status, answer.read(), answer.headers["Content-Type"] or "text/plain")
                connection.close()

        do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815 - names of the library

        def reply(self, status: int, body: bytes, content_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def finish_request(self, request: object, client_address: object) -> None:
            # In the thread of the connection: one that fails stops no other.
            try:
                secure = context.wrap_socket(request, server_side=True)  # type: ignore[arg-type]
            except OSError:
                return
            with secure:
                self.RequestHandlerClass(secure, client_address, self)  # type: ignore[arg-type]

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"https://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
