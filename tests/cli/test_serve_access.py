"""Access to the real server: several processes, and a proxy that authenticates its users."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from searchapp.access.token_file import TokenFile
from searchapp.config import Config
from searchapp.model import Scope
from tests.indexing.proofs.commands import Index, serving

SEARCH = "/api/v1/search?q=cheval"
PASSWORDS = {"zoe": "les huîtres", "noel": "la marée"}


def ask(
    address: str, path: str, headers: Mapping[str, str] | None = None, method: str = "GET", body: bytes | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Ask on a connection of its own, which any of the processes may take."""
    with closing(http.client.HTTPConnection(address, timeout=60)) as connection:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        return response.status, response.msg, response.read()


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def index_of(config: Config) -> Index:
    return Index(config.index, config.corpus, config.engine)


@contextmanager
def authenticating_proxy(upstream: str) -> Iterator[str]:
    """A reverse proxy that asks for a password and sets X-Remote-User, whatever the client sent; its address."""

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            user, _, password = base64.b64decode(self.headers.get("Authorization", "")[6:]).decode().partition(":")
            kept = {name: value for name, value in self.headers.items() if name.lower().startswith("accept")}
            named = {"X-Remote-User": user} if password and PASSWORDS.get(user) == password else {}
            status, _, content = ask(upstream, self.path, {**kept, **named, "X-Forwarded-For": self.client_address[0]})
            self.send_response(status)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        Thread(target=server.serve_forever).start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def password(user: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()}


def test_users_whom_a_proxy_has_authenticated_read_an_archive_that_is_closed(indexed: Config) -> None:
    settings = {
        "SEARCHAPP_ANONYMOUS_SCOPES": "",
        "SEARCHAPP_TRUSTED_PROXIES": "127.0.0.1",
        "SEARCHAPP_USER_HEADER": "X-Remote-User",
    }
    with serving(index_of(indexed), workers=2, settings=settings) as address, authenticating_proxy(address) as proxy:
        status, _, content = ask(proxy, SEARCH, password("zoe", PASSWORDS["zoe"]))
        assert (status, json.loads(content)["total"]) == (200, 1)
        assert ask(proxy, "/articles/cheval", password("noel", PASSWORDS["noel"]))[0] == 200
        for headers in ({}, password("zoe", "faux"), {"X-Remote-User": "zoe"}, {"X_Remote_User": "zoe"}):
            assert ask(proxy, SEARCH, headers)[0] == 401
        # A field whose name has an underscore is not taken for the one with a hyphen.
        assert ask(address, SEARCH, {"X_Remote_User": "zoe"})[0] == 401


def test_a_token_is_right_in_every_process_and_ends_in_every_process(indexed: Config, tmp_path: Path) -> None:
    tokens = TokenFile(tmp_path / "tokens.sqlite")
    _, writing = tokens.add("agence", [Scope.WRITE, Scope.SEARCH])
    settings = {"SEARCHAPP_ANONYMOUS_SCOPES": "", "SEARCHAPP_TOKENS": str(tmp_path / "tokens.sqlite")}
    article = json.dumps({"title": "La mare", "text": "Trois grenouilles."}).encode()
    with serving(index_of(indexed), workers=2, settings=settings) as address:
        assert ask(address, "/api/v1/articles/mare?wait=10", bearer(writing), "PUT", article)[0] == 201
        assert {ask(address, SEARCH, bearer(writing))[0] for _ in range(12)} == {200}
        _, reading = tokens.add("lecture", [Scope.SEARCH])
        assert {ask(address, SEARCH, bearer(reading))[0] for _ in range(12)} == {200}
        assert ask(address, "/api/v1/articles/mare", bearer(reading), "PUT", article)[0] == 403
        tokens.revoke("agence")
        assert {ask(address, SEARCH, bearer(writing))[0] for _ in range(12)} == {401}
        assert ask(address, "/api/v1/articles/mare", bearer(writing), "PUT", article)[0] == 401
    assert [token.last_used is not None for token in tokens.tokens()] == [True]
