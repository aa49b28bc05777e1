"""Mail: a digest as plain text, given to a mail server of this machine.

A *mailer* is a command that takes a message on its standard input, as sendmail does, or ``smtp://127.0.0.1:25``: a
server on a loopback address, which is trusted with the rest (relays, passwords, bounces).
"""

from __future__ import annotations

import shlex
import smtplib
import subprocess
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from searchapp.alerts.digest import DeliveryError, Digest, Masthead, plain_text, subject
from searchapp.i18n import Message

__all__ = ["compose", "send"]

_SECONDS: Final = 30.0
_SMTP_PORT: Final = 25


def compose(digest: Digest, masthead: Masthead, sender: str, recipient: str) -> EmailMessage:
    """Return a digest as a message. Its Message-ID is that of the digest, so that a repeated one is recognised."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = " ".join(subject(digest, masthead).split())
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{digest.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic answers
    message.set_content(plain_text(digest, masthead).encode("utf-8", "replace").decode(), cte="quoted-printable")
    return message


def send(message: EmailMessage, mailer: str) -> None:
    """Give a message to ``mailer``; raises DeliveryError when it does not take it."""
    try:
        if mailer.startswith("smtp://"):
            _send_by_smtp(message, mailer)
        else:
            _send_by_command(message, mailer)
    except (OSError, smtplib.SMTPException, subprocess.SubprocessError, ValueError) as error:
        is_refused = isinstance(error, smtplib.SMTPRecipientsRefused | subprocess.CalledProcessError)
        message_text = Message("the mailer {mailer} did not take the message ({reason})", mailer=mailer, reason=error)
        raise DeliveryError(message_text, is_down=not is_refused) from error


def _send_by_smtp(message: EmailMessage, mailer: str) -> None:
    parts = urlsplit(mailer)
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname or ""
    if not ip_address(host).is_loopback:
        raise ValueError(f"{host} is not on this machine")
    with smtplib.SMTP(host, parts.port or _SMTP_PORT, timeout=_SECONDS) as server:
        server.send_message(message)


def _send_by_command(message: EmailMessage, mailer: str) -> None:
    # Lines end as this system's programs expect.
    text = message.as_bytes(policy=SMTP.clone(linesep="\n"))
    command = [*shlex.split(mailer), "-i", "--", message["To"]]
    subprocess.run(command, input=text, capture_output=True, check=True, timeout=_SECONDS)  # noqa: S603 - of the settings
