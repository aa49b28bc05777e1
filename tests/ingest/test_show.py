"""``searchapp ingest --show FILE``: people see before they index."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ingest.samples import SAMPLES

MOJIBAKE = (
    "Le bac de lâ€™Orle\n\nPublié le 6 novembre 2024, "
    "mis à jour le 9 mars 2025\n\nAbonnez-vous\n\nUne panne, dÃ©jÃ\u00a0."
)


def shown(*arguments: str, language: str = "en", stdin: bytes = b"") -> str:
    command = [sys.executable, "-m", "searchapp", "ingest", "--show", *arguments]
    environ = {"LANG": f"{language}.UTF-8", "LANGUAGE": language, "PYTHONIOENCODING": "utf-8", "PATH": "/usr/bin:/bin"}
    result = subprocess.run(command, capture_output=True, env=environ, input=stdin, check=True)
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
