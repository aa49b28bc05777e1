"""``token``: tokens made, listed and revoked at the terminal."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_a_secret_is_printed_alone_and_once(run: Run, tmp_path: Path) -> None:
    added = run("token", "add", "agence", "--scope", "write", "--scope", "search", "--days", "90")
    (secret,) = added.stdout.split()
    assert secret.startswith("searchapp_")
    assert "restart" in added.stderr
    listed = run("token", "list")
    assert "agence" in listed.stdout
    assert secret not in listed.stdout + added.stderr
    (token,) = json.loads(run("token", "list", "--json").stdout)
    assert (token["name"], token["scopes"], token["last_used"]) == ("agence", ["search", "write"], None)
    assert token["expires"] > token["created"]
    assert (tmp_path / "tokens.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_revoked_token_is_listed_no_more(run: Run) -> None:
    assert "searchapp token add" in run("token", "list").stdout
    run("token", "add", "agence", "--scope", "search")
    assert run("token", "add", "agence", "--scope", "search").returncode == 2
    assert run("token", "revoke", "agence").returncode == 0
    again = run("token", "revoke", "agence")
    assert (again.returncode, "searchapp token list" in again.stderr) == (3, True)
    assert json.loads(run("token", "list", "--json").stdout) == []


def test_a_token_without_a_scope_or_with_an_unknown_one_is_not_made(run: Run) -> None:
    assert "--scope" in run("token", "add", "agence").stderr
    assert "lire" in run("token", "add", "agence", "--scope", "lire").stderr
    assert json.loads(run("token", "list", "--json").stdout) == []


def test_who_added_and_revoked_a_token_is_in_the_audit_log(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    secret = run("token", "add", "agence", "--scope", "search", SEARCHAPP_AUDIT_LOG=str(log)).stdout.strip()
    run("token", "revoke", "agence", SEARCHAPP_AUDIT_LOG=str(log))
    run("token", "revoke", "agence", SEARCHAPP_AUDIT_LOG=str(log))
    records = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    done = [(record.get("action"), record.get("status")) for record in records]
    assert done == [
        ("add-token", None),
        (None, "done"),
        ("revoke-token", None),
        (None, "done"),
        ("revoke-token", None),
        (None, "failed"),
    ]
    assert all(record["who"] for record in records if record["event"] == "attempt")
    assert secret not in log.read_text("utf-8")
