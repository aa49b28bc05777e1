"""The manual pages: they are what the program says of itself, and roff reads them without a complaint."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts.manual import PAGES, escaped, printed
from searchapp.cli import cli
from searchapp.config import SETTINGS
from tests.deploy.conftest import needs

languages = pytest.mark.parametrize(("locale", "path"), PAGES.values(), ids=PAGES)


@languages
def test_a_manual_page_says_what_the_program_says_and_make_manual_writes_it(locale: str, path: Path) -> None:
    assert path.read_text("utf-8") == printed(locale)


@languages
def test_roff_shows_every_command_and_setting_without_a_warning(locale: str, path: Path) -> None:
    command = [needs("man", "man-db"), "--warnings=all", "--local-file", str(path)]
    variables = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "MANWIDTH": "200"}
    shown = subprocess.run(command, capture_output=True, text=True, check=True, env=variables)
    assert shown.stderr == ""
    for name in (*cli.commands, *(setting.variable for setting in SETTINGS)):
        assert name in shown.stdout


def test_a_line_of_text_is_never_read_as_a_request_of_roff() -> None:
    assert escaped(".SH") == r"\&.SH"
    assert escaped("'tout'") == r"\&'tout'"
    assert escaped("C:\\tmp --full") == r"C:\etmp \-\-full"
