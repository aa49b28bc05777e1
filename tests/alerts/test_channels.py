"""Digests reach a mail server and a webhook of this machine, and nothing beyond it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Event, Thread

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from searchapp.alerts.digest import DeliveryError
from searchapp.alerts.webhook import Webhook, webhook_key
from searchapp.config import load_config
from searchapp.errors import ConfigurationError
from tests.alerts.conftest import Newsroom, Receiver, article

TOMME = article("tomme", "La tomme de Sarmane :\nhausse", lead="Un ﬁlet d’œufs — 4,50 €.")


class MailServer:
    """An SMTP server of this machine, with the messages that it received; ``refused`` recipients have no mailbox."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refused: set[str] = set()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.messages.append(message_from_bytes(envelope.content or b"", policy=default))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def mail_server(newsroom: Newsroom) -> Iterator[MailServer]:
    """A mail server that the newsroom's alerts use."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    newsroom.config = replace(newsroom.config, alerts_mailer=f"smtp://127.0.0.1:{port}")
    yield server
    controller.stop()


def test_a_digest_is_a_plain_message_that_any_reader_shows(newsroom: Newsroom, mail_server: MailServer) -> None:
    newsroom.add("tomme", "tomme", mail=["desk@localhost"])
    newsroom.publish(TOMME)
    newsroom.run()
    (mail,) = mail_server.messages
    assert mail["To"] == "desk@localhost"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    text = mail.get_content().replace("\r\n", "\n")
    assert "1. La tomme de Sarmane : hausse\n" in text
    assert "4,50 €" in text
    assert "searchapp alerts remove tomme" in text


def test_a_recipient_who_is_refused_holds_up_no_other(newsroom: Newsroom, mail_server: MailServer) -> None:
    mail_server.refused = {"gone@localhost"}
    newsroom.add("tomme", "tomme", mail=["gone@localhost", "desk@localhost"])
    newsroom.publish(TOMME)
    assert newsroom.run().failed == 1
    assert [mail["To"] for mail in mail_server.messages] == ["desk@localhost"]
    assert "no such user" in newsroom.status("tomme").error


def test_a_mailer_that_is_down_is_tried_once_a_run(newsroom: Newsroom) -> None:
    newsroom.config = replace(newsroom.config, alerts_mailer="smtp://127.0.0.1:1")
    for name in ("a", "b", "c"):
        newsroom.add(name, "tomme")
    newsroom.publish(TOMME)
    summary = newsroom.run()
    assert (summary.delivered, summary.failed) == (0, 1)
    assert all(newsroom.status(name).error for name in ("a", "b", "c"))


@pytest.mark.parametrize("mailer", ["smtp://mail.example.fr", "smtp://8.8.8.8:25", "http://127.0.0.1", ""])
def test_only_a_mail_server_of_this_machine_can_be_set(mailer: str) -> None:
    with pytest.raises(ConfigurationError):
        load_config({"alerts_mailer": mailer})


def test_a_webhook_gets_a_signed_digest(newsroom: Newsroom, receiver: Receiver) -> None:
    newsroom.add("tomme", "tomme", webhook=receiver.url)
    newsroom.publish(TOMME)
    newsroom.run()
    ((headers, body),) = receiver.requests
    key = webhook_key(newsroom.config.alerts)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    digest = json.loads(body)
    assert (digest["alert"], digest["query"]) == ("tomme", "tomme")
    assert [one["url"] for one in digest["articles"]] == ["https://archives.example/articles/tomme"]


def test_only_the_owner_can_read_the_key(newsroom: Newsroom) -> None:
    newsroom.config.alerts.mkdir()
    assert webhook_key(newsroom.config.alerts) == webhook_key(newsroom.config.alerts)
    assert (newsroom.config.alerts / "webhook.key").stat().st_mode & 0o077 == 0


def test_a_webhook_that_fails_gets_the_same_digest_again(newsroom: Newsroom, receiver: Receiver) -> None:
    receiver.status = 500
    newsroom.add("tomme", "tomme", webhook=receiver.url)
    newsroom.publish(TOMME)
    assert newsroom.run().failed == 1
    receiver.status = 200
    connection = sqlite3.connect(newsroom.config.alerts / "state.sqlite")
    connection.execute("UPDATE channels SET next_try = 0")
    connection.commit()
    connection.close()
    assert newsroom.run().delivered == 1
    first, second = receiver.requests
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    assert first[1] == second[1]


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.status = 302
    with pytest.raises(DeliveryError, match="status 302"):
        Webhook(b"key").post(receiver.url, "id", b"{}")
    assert len(receiver.requests) == 1


BEYOND = "8.8.8.8 169.254.169.254 [fe80::1] 0.0.0.0 [::] [::ffff:8.8.8.8] 100.64.0.1 224.0.0.1 nowhere.invalid"


@pytest.mark.parametrize("host", BEYOND.split())
def test_addresses_beyond_the_private_network_are_refused(host: str) -> None:
    with pytest.raises(DeliveryError):
        Webhook(b"key", seconds=1).post(f"http://{host}:9/", "id", b"{}")


def test_a_receiver_that_dribbles_is_left_after_the_time_of_an_attempt() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended: list[OSError] = []

        def dribble() -> None:
            connection, _ = listener.accept()
            with connection:
                try:
                    while True:
                        connection.sendall(b"H")
                        pause.wait(0.05)
                except OSError as error:
                    ended.append(error)

        pause, thread = Event(), Thread(target=dribble)
        thread.start()
        with pytest.raises(DeliveryError):
            Webhook(b"key", seconds=0.5).post(f"http://127.0.0.1:{listener.getsockname()[1]}/", "id", b"{}")
        thread.join(30)
    assert ended, "the connection was closed although bytes still came"
