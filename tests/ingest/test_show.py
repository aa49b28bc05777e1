"""``searchapp ingest --show FILE``: people see before they index."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ingest.samples import CONTAINERS, SAMPLES

MOJIBAKE = (
    "Le bac de lâ€™Orle\n\nPublié le 6 novembre 2024, "
    "mis à jour le 9 mars 2025\n\nAbonnez-vous\n\nUne panne, dÃ©jÃ\u00a0."
)


def ingest(*arguments: str, language: str = "en", stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "searchapp", "ingest", *arguments]
    environ = {"LANG": f"{language}.UTF-8", "LANGUAGE": language, "PYTHONIOENCODING": "utf-8", "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, capture_output=True, env=environ, input=stdin)


def shown(*arguments: str, language: str = "en", stdin: bytes = b"") -> str:
    result = ingest("--show", *arguments, language=language, stdin=stdin)
    assert result.returncode == 0, result.stderr.decode()
    return (result.stdout + result.stderr).decode()


def test_every_field_and_every_repair_is_shown(tmp_path: Path) -> None:
    (tmp_path / "folders.toml").write_text('[source]\necho = "L’Écho"', "utf-8")
    (tmp_path / "echo").mkdir()
    (tmp_path / "echo/a.txt").write_text(MOJIBAKE, "utf-8")
    answer = shown(str(tmp_path / "echo/a.txt"), "--corpus", str(tmp_path))
    for part in (
        "Le bac de l’Orle",
        "echo/a",
        "L’Écho",
        "(a day without an hour)",
        "modified",
        "2025",
        "wrongly decoded characters",
        "lines that are no part of the article",
        "1 article, 0 rejected, 1 repaired",
    ):
        assert part in answer
    assert "Abonnez-vous" not in answer


def test_rejects_are_shown_with_their_reason_in_french(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"faux\n" + SAMPLES["a.jsonl"]())
    answer = shown(str(tmp_path), language="fr")
    assert "a.jsonl:1" in answer
    assert "1 rejeté, " in answer


def test_standard_input_and_a_limit(tmp_path: Path) -> None:
    lines = b"".join(b'{"title": "Le bac %d", "text": "a"}\n' % number for number in range(5))
    answer = shown("-", "--limit", "2", stdin=lines)
    assert "Le bac 1" in answer
    assert "Le bac 2" not in answer
    assert "5 articles" in answer


@pytest.mark.parametrize("option", ["--help"])
def test_help_says_what_it_does(option: str) -> None:
    assert "Nothing is indexed" in " ".join(shown("a", option).split())


def test_json_has_an_article_or_a_reject_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"title": "Le bac", "text": "b", "date": "1895-05"}\nfaux\n', "utf-8")
    result = ingest("--show", str(tmp_path / "a.jsonl"), "--json")
    article, reject = map(json.loads, result.stdout.decode().splitlines())
    assert (article["title"], article["date"], article["date_quality"]) == (
        "Le bac",
        "1895-05-01T00:00:00+00:09",
        "month",
    )
    assert (reject["rejected"]["file"], reject["rejected"]["line"]) == ("a.jsonl", 2)
    assert result.returncode == 0


@pytest.mark.parametrize("option", ["--show", "--report"])
def test_exit_code_is_2_when_there_are_rejects_only(tmp_path: Path, option: str) -> None:
    (tmp_path / "a.jsonl").write_text("faux\n", "utf-8")
    assert ingest(option, str(tmp_path)).returncode == 2
    (tmp_path / "b.jsonl").write_bytes(SAMPLES["a.jsonl"]())
    assert ingest(option, str(tmp_path)).returncode == 0


def test_one_of_show_and_report_is_needed() -> None:
    assert "--report FOLDER" in ingest().stderr.decode()


def test_report_counts_by_format_and_names_what_is_doubtful(tmp_path: Path) -> None:
    for name in ("a.jsonl", "a.csv", "a.rss"):
        (tmp_path / name).write_bytes(SAMPLES[name]())
    (tmp_path / "b.jsonl").write_text('{"id": "b", "title": "b", "text": "c", "date": "hier"}\nfaux\n', "utf-8")
    (tmp_path / "c.tar").write_bytes(CONTAINERS[".tar"](SAMPLES["a.txt"]()))
    report = json.loads(ingest("--report", str(tmp_path), "--json").stdout)
    lines = report["formats"]["JSON Lines"]
    assert (lines["files"], lines["articles"], lines["rejected"], lines["date"], lines["source"]) == (2, 2, 1, 1, 1)
    assert set(report["formats"]) == {"JSON Lines", "CSV/TSV", "RSS/Atom", "tar"}
    assert report["total"]["languages"] == {"fr": 5}
    assert ["b.jsonl: b"] in [doubt["examples"] for doubt in report["doubts"]]


def test_report_shows_shares(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"title": "a", "text": "b", "date": "2024"}\n{"title": "c", "text": "d"}', "utf-8"
    )
    line = ingest("--report", str(tmp_path)).stdout.decode().splitlines()[1]
    assert " ".join(line.split()) == "JSON Lines 1 2 0 50 % 0 % 0 % fr 100 %"
