"""A run of the alerts that is killed at any step loses no article, and repeats one only under the id that it had."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.alerts.conftest import Newsroom, article

TITLES = [f"Tomme numéro {number}" for number in range(3)]


def test_a_killed_run_loses_nothing_and_a_repeated_digest_keeps_its_id(newsroom: Newsroom, tmp_path: Path) -> None:
    # A mailer that starts quickly: a message is one file, its name that of no other.
    script = tmp_path / "mailer"
    script.write_text(f'#!/bin/sh\nname="{newsroom.mailbox}/$(cat /proc/sys/kernel/random/uuid)"\n'
                      'cat > "$name" && mv "$name" "$name.eml"\n')  # fmt: skip
    script.chmod(0o755)
    newsroom.config = replace(newsroom.config, alerts_mailer=str(script))
    newsroom.add("tomme", "tomme")
    newsroom.add("feed", "tomme", feed=True)
    newsroom.publish(*(article(f"t{number}", title) for number, title in enumerate(TITLES)))
    settings = tmp_path / "settings.pickle"
    settings.write_bytes(pickle.dumps((newsroom.config, newsroom.mailbox)))

    command = [sys.executable, "-m", "tests.alerts.killed_run", settings]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert outcome.returncode == 0, outcome.stderr
    runs = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert len(runs) > 10, "there is a step around each transaction and delivery"
    for step, mails in enumerate(runs, 1):
        text = "\n".join(text for _, text in mails)
        assert [title for title in TITLES if title not in text] == [], f"lost after a kill at step {step}"
        assert len({name for name, _ in mails}) == 1, f"two digests after a kill at step {step}"
    assert any(len(mails) == 2 for mails in runs), "between a delivery and its note a digest is repeated"
    assert len(runs[-1]) == 1, "without a kill it is not"
