"""``alerts``: saved searches from the command line, run after each publish."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from searchapp.model import Filters, Match, SearchRequest
from searchapp.web.follow import alert_command
from tests.cli.conftest import Run


@pytest.fixture
def archive(run: Run, tmp_path: Path) -> Path:
    """A folder with an article that is indexed."""
    (tmp_path / "corpus").mkdir()
    _write(tmp_path, "phare", "Le phare de Sarmane est à vendre")
    assert run("reindex").returncode == 0
    return tmp_path


def _write(folder: Path, name: str, title: str) -> None:
    record = {"id": name, "title": title, "text": "Rien de plus.", "section": "Économie"}
    (folder / "corpus" / f"{name}.jsonl").write_text(json.dumps(record), "utf-8")


def test_a_reindex_and_an_added_file_tell_of_what_is_new(run: Run, archive: Path) -> None:
    assert run("alerts", "add", "sarmane", "Sarmane", "-tomme", "--feed").returncode == 0
    _write(archive, "neige", "La neige tombe sur Sarmane")
    assert "1 new article, 1 match, 1 digest delivered" in run("reindex").stdout
    (archive / "more.jsonl").write_text('{"id": "p2", "title": "Un phare à Sarmane", "text": "Rien."}', "utf-8")
    assert "1 new article, 1 match, 1 digest delivered" in run("add", "more.jsonl").stdout
    feed = (archive / "alerts" / "feeds" / "sarmane.atom").read_text("utf-8")
    assert "La neige tombe" in feed
    assert "à vendre" not in feed


def test_an_alert_that_fails_is_told_and_leaves_the_publish_alone(run: Run, archive: Path) -> None:
    run("alerts", "add", "sarmane", "Sarmane", "--mail", "desk@localhost")
    _write(archive, "neige", "La neige tombe sur Sarmane")
    outcome = run("reindex", SEARCHAPP_ALERTS_MAILER="/bin/false")
    assert outcome.returncode == 0
    assert "Published:" in outcome.stdout
    assert "1 digest was not delivered" in outcome.stderr
    listed = run("alerts", "list")
    assert "/bin/false" in listed.stderr
    assert run("search", "neige").stdout.count("La neige tombe") == 1


def test_a_file_of_alerts_that_is_wrong_leaves_the_publish_alone(run: Run, archive: Path) -> None:
    (archive / "alerts").mkdir()
    (archive / "alerts" / "alerts.toml").write_text("[[alert", "utf-8")
    _write(archive, "neige", "La neige tombe sur Sarmane")
    outcome = run("reindex")
    assert (outcome.returncode, "Published:" in outcome.stdout) == (0, True)
    assert "alerts.toml is no TOML" in outcome.stderr
    assert run("alerts", "run").returncode == 2


def test_a_wrong_alert_is_refused_with_what_is_right(run: Run, archive: Path) -> None:
    outcome = run("alerts", "add", "tomme", "tomme", "--mail", "personne", "--from", "hier")
    assert outcome.returncode == 2
    assert "no mail address" in outcome.stderr
    assert "2024-11-06" in outcome.stderr
    assert run("alerts", "remove", "tomme").returncode == 3
    assert run("alerts", "test", "tomme").returncode == 3


def test_an_alert_is_tried_before_it_is_relied_on(run: Run, archive: Path) -> None:
    run("alerts", "add", "sarmane", "Sarmane", "--mail", "desk@localhost")
    assert "Le phare de Sarmane est à vendre  (phare)" in run("alerts", "test", "sarmane").stdout
    mailer = f"tee {archive / 'mail'}"
    (archive / "mail").touch()
    sent = run("alerts", "test", "sarmane", "--send", SEARCHAPP_ALERTS_MAILER=f"sh -c {shlex.quote(mailer)}")
    assert sent.returncode == 0, sent.stderr
    assert "Subject: [searchapp] sarmane (test)" in (archive / "mail").read_text("utf-8")
    failed = run("alerts", "test", "sarmane", "--send", SEARCHAPP_ALERTS_MAILER="/bin/false")
    assert failed.returncode == 4


def test_the_line_on_the_results_page_makes_the_alert_of_that_search(run: Run, archive: Path) -> None:
    filters = Filters({"section": ("L’Économie d’ici",)}, excluded={"source": ("L’Écho",)})
    line = alert_command(SearchRequest('-tomme "le phare"', filters, match=Match.MOST))
    outcome = run(*shlex.split(line)[1:])
    assert outcome.returncode == 0, outcome.stderr
    text = (archive / "alerts" / "alerts.toml").read_text("utf-8")
    assert 'query = "-tomme \\"le phare\\" -source:\\"L’Écho\\""' in text
    assert 'section = ["L’Économie d’ici"]' in text
    assert 'match = "most"' in text


@pytest.mark.parametrize("query", ["--webhook=http://127.0.0.1/", "--help", "-h", "--"])
def test_a_query_in_the_line_of_the_results_page_is_never_an_option(run: Run, archive: Path, query: str) -> None:
    outcome = run(*shlex.split(alert_command(SearchRequest(query)))[1:])
    assert outcome.returncode == 0, outcome.stderr
    assert f'query = "{query}"' in (archive / "alerts" / "alerts.toml").read_text("utf-8")
