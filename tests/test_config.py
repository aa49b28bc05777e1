"""Settings: where they come from, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.config import SETTINGS, load_config
from searchapp.errors import ConfigurationError


def test_defaults_give_a_working_configuration() -> None:
    config = load_config()
    assert (config.corpus, config.engine, config.timezone.key) == (Path("corpus"), "whoosh", "Europe/Paris")


def test_an_option_wins_over_a_variable_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "searchapp.toml"
    file.write_text('port = 1\nworkers = 3\nsite_name = "Archives"\n', "utf-8")
    config = load_config({"port": "7", "index": None}, {"SEARCHAPP_PORT": "5", "SEARCHAPP_WORKERS": "4"}, file)
    assert (config.port, config.workers, config.site_name, config.index) == (7, 4, "Archives", Path("index"))


def test_all_wrong_settings_are_told_at_once_with_what_is_allowed(tmp_path: Path) -> None:
    file = tmp_path / "searchapp.toml"
    file.write_text('prot = 80\nsite_name = ""\nworkers = true\n', "utf-8")
    environ = {"SEARCHAPP_PORT": "huit", "SEARCHAPP_TIMEZONE": "Europe/Pariss", "OTHER": "x"}
    with pytest.raises(ConfigurationError) as caught:
        load_config({"engine": "lucene"}, environ, file)
    message = caught.value.render()
    for part in (
        "prot: unknown setting; did you mean port?",
        "site_name: “” is not allowed; give a text that is not empty",
        "workers: “True” is not allowed; give a whole number from 1 to 64",
        "SEARCHAPP_PORT: “huit” is not allowed; give a whole number from 0 to 65535",
        "SEARCHAPP_TIMEZONE: “Europe/Pariss” is not allowed",
        "--engine: “lucene” is not allowed; give one of whoosh",
    ):
        assert part in message


@pytest.mark.parametrize(("content", "reason"), [("port = ", "not valid TOML"), (None, "no such settings file")])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: str | None, reason: str) -> None:
    file = tmp_path / "mine.toml"
    if content:
        file.write_text(content, "utf-8")
    with pytest.raises(ConfigurationError, match=reason):
        load_config(file=file)


def test_every_setting_has_a_help_text_and_a_default_that_is_allowed() -> None:
    for setting in SETTINGS:
        assert setting.help.render()
        setting.convert(setting.default)
