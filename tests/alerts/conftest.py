"""A newsroom with alerts: a corpus that articles are written into, and receivers of digests."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from searchapp import bootstrap
from searchapp.alerts.alert_file import AlertFile
from searchapp.alerts.alert_run import AlertsSummary
from searchapp.alerts.alert_state import AlertStatus
from searchapp.alerts.saved_search import from_table
from searchapp.bootstrap import ReindexOptions
from searchapp.config import Config

# A mailer as sendmail is one: the recipient is its last argument, the message its input.
MAILER = (
    "import pathlib, sys, uuid; folder = pathlib.Path(sys.argv[1]); "
    "(folder / f'{uuid.uuid4().hex}.new').write_bytes(sys.stdin.buffer.read()); "
    "[path.rename(path.with_suffix('.eml')) for path in folder.glob('*.new')]"
)


@dataclass
class Newsroom:
    """A corpus, its index, its alerts and the folder that its mailer writes into."""

    config: Config
    mailbox: Path

    def write(self, name: str, *records: dict[str, object]) -> None:
        """Write a file of the corpus, in place of the one before."""
        text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        (self.config.corpus / f"{name}.jsonl").write_text(text, "utf-8")

    def publish(self, *records: dict[str, object], name: str = "news", full: bool = False) -> None:
        """Write a file of the corpus and index it."""
        if records:
            self.write(name, *records)
        bootstrap.reindex(self.config, options=ReindexOptions(yes=True, full=full))

    def add(self, name: str, query: str = "", **keys: object) -> None:
        """Add an alert, by mail unless another channel is given, after taking note of the archive."""
        channels = {} if {"feed", "webhook"} & keys.keys() else {"mail": "desk@localhost"}
        AlertFile(self.config.alerts).add(from_table({"name": name, "query": query, **channels, **keys}))
        service = bootstrap.open_service(self.config)
        bootstrap.open_alerts(self.config, service).note_archive()
        service.close()

    def run(self) -> AlertsSummary:
        """Run the alerts."""
        summary = bootstrap.run_alerts(self.config)
        assert summary is not None
        return summary

    def status(self, name: str) -> AlertStatus:
        """Return the status of an alert."""
        service = bootstrap.open_service(self.config)
        try:
            return bootstrap.open_alerts(self.config, service).statuses()[name]
        finally:
            service.close()

    def mails(self) -> list[EmailMessage]:
        """Return the messages that the mailer took, and empty the mailbox."""
        paths = sorted(self.mailbox.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        messages = [message_from_bytes(path.read_bytes(), policy=default) for path in paths]
        for path in paths:
            path.unlink()
        return messages

    def told(self) -> list[str]:
        """Return the titles in the messages since the last call, sorted."""
        lines = [line for mail in self.mails() for line in mail.get_content().splitlines()]
        return sorted(line.partition(". ")[2] for line in lines if line[:1].isdigit() and ". " in line)


def article(article_id: str, title: str, text: str = "Rien de plus.", **fields: object) -> dict[str, object]:
    return {"id": article_id, "title": title, "text": text, **fields}


@pytest.fixture
def newsroom(config: Config, tmp_path: Path) -> Newsroom:
    """The five articles of every test, indexed, and a mailer."""
    mailbox = tmp_path / "mailbox"
    mailbox.mkdir()
    mailer = shlex.join([sys.executable, "-c", MAILER, str(mailbox)])
    settings = replace(
        config, alerts=tmp_path / "alerts", alerts_mailer=mailer, site_address="https://archives.example"
    )
    bootstrap.reindex(settings)
    return Newsroom(settings, mailbox)


@dataclass
class Receiver:
    """A webhook: the requests that it got, and the status that it answers."""

    port: int = 0
    status: int = 204
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/nouveau"


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.status)
            if receiver.status == 302:
                self.send_header("Location", "/ailleurs")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A webhook on this machine."""
    with receiving() as started:
        yield started
