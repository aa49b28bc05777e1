"""Runs of the alerts that are killed, one at each step: ``python -m tests.alerts.killed_run SETTINGS``.

A step is the moment before or after a transaction commits, or a delivery. After each kill the alerts are run
once more, and a line of JSON lists the messages that the mailer took in both: (Message-ID, text).
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import sys
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from types import FrameType
from typing import Any, Final

from searchapp import bootstrap
from searchapp.alerts import alert_run, delivery  # noqa: F401 - loaded before steps count
from searchapp.config import Config
from searchapp.search.service import SearchService  # noqa: F401

ALERTS: Final = str(Path(bootstrap.__file__).parents[1] / "alerts")
DELIVERS: Final = {"send", "write_feed"}


def kill_at(step: int) -> None:
    """Have this process killed at that step."""
    steps = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal steps
        code = frame.f_code
        is_delivery = event in ("call", "return") and code.co_name in DELIVERS
        is_statement = event in ("c_call", "c_return") and getattr(argument, "__name__", "") == "execute"
        is_commit = is_statement and str(frame.f_locals.get("statement")) == "COMMIT"
        if code.co_filename.startswith(ALERTS) and (is_commit or is_delivery):
            steps += 1
            if steps == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)


def in_child(work: Callable[[], object]) -> bool:
    """Run ``work`` in a child process; return whether it was killed."""
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), status
    return status == signal.SIGKILL


def mails(mailbox: Path) -> list[tuple[str, str]]:
    """Return the messages of the mailbox, and empty it."""
    found = []
    for path in mailbox.glob("*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=default)
        found.append((message["Message-ID"], message.get_content()))
        path.unlink()
    return found


def main(config: Config, mailbox: Path) -> None:
    before = config.alerts.with_name("before")
    shutil.copytree(config.alerts, before)

    def killed(step: int) -> None:
        kill_at(step)
        bootstrap.run_alerts(config)

    step, was_killed = 0, True
    while was_killed:
        step += 1
        shutil.rmtree(config.alerts)
        shutil.copytree(before, config.alerts)
        was_killed = in_child(lambda step=step: killed(step))  # type: ignore[misc]
        in_child(lambda: bootstrap.run_alerts(config))
        sys.stdout.write(json.dumps(mails(mailbox)) + "\n")


if __name__ == "__main__":
    main(*pickle.loads(Path(sys.argv[1]).read_bytes()))  # noqa: S301 - of the test
