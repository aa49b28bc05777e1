"""Settings: where they come from, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.config import SETTINGS, load_config, without_password
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
        "site_name: “” is not allowed; give text that is not empty",
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


@pytest.mark.parametrize("name", ["Europe/Paris", "America/Martinique", "UTC"])
def test_a_time_zone_is_one_of_the_iana_list(name: str) -> None:
    assert load_config({"timezone": name}).timezone.key == name


@pytest.mark.parametrize("wrong", ["Europe", "europe/pariss", "/UTC", "../UTC", "right/UTC", "", 5])
def test_what_is_no_time_zone_is_refused(wrong: object) -> None:
    with pytest.raises(ConfigurationError, match="wrong"):
        load_config({"timezone": wrong})


@pytest.mark.parametrize("given", ["/recherche", "recherche", "/recherche/", " recherche// "])
def test_a_prefix_is_a_path_without_a_slash_at_its_end(given: str) -> None:
    assert load_config({"url_prefix": given}).url_prefix == "/recherche"
    assert load_config({"url_prefix": "/presse/v1.2/"}).url_prefix == "/presse/v1.2"
    assert [load_config({"url_prefix": root}).url_prefix for root in ("", "/")] == ["", ""]


@pytest.mark.parametrize("wrong", ["/a/../b", "/é", "/a b", "https://a.example", "/a?b", "/a//b", "/.a", "/%C3%A9"])
def test_what_is_no_prefix_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="/recherche"):
        load_config({"url_prefix": wrong})


def test_proxies_are_addresses_and_networks_in_a_list_or_with_commas(tmp_path: Path) -> None:
    file = tmp_path / "searchapp.toml"
    file.write_text('trusted_proxies = ["127.0.0.1", "2001:db8::/32"]\n', "utf-8")
    assert [str(each) for each in load_config(file=file).trusted_proxies] == ["127.0.0.1/32", "2001:db8::/32"]
    listed = load_config(environ={"SEARCHAPP_TRUSTED_PROXIES": "10.0.0.0/8, ::1,"}).trusted_proxies
    assert [str(each) for each in listed] == ["10.0.0.0/8", "::1/128"]
    assert load_config().trusted_proxies == ()


@pytest.mark.parametrize("wrong", ["*", "localhost", "10.0.0.1/8", "10.0.0.0/33", "1.2.3.4.5", "all"])
def test_a_proxy_that_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="addresses or networks"):
        load_config({"trusted_proxies": wrong})


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://anne:secret@base.example/archives", "postgresql://anne@base.example/archives"),
        ("postgresql://anne:s@cr:et@base.example/archives", "postgresql://anne@base.example/archives"),
        ("postgresql://anne@base.example:5432/archives", "postgresql://anne@base.example:5432/archives"),
        ("postgresql://base.example/archives?user=anne&password=secret", "postgresql://base.example/archives"),
        ("host=base.example user=anne password='se cret' dbname=archives", "host=base.example dbname=archives"),
        ("password=secret", "postgresql"),
    ],
)
def test_the_password_of_a_database_is_not_shown(address: str, shown: str) -> None:
    assert without_password(address) == shown
