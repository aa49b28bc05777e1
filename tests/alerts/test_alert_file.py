"""The file of the alerts keeps what people write, and names what is wrong in it."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from searchapp.alerts.alert_file import AlertFile
from searchapp.alerts.saved_search import from_table, to_table
from searchapp.errors import NotFound, UserError

WHOLE = {
    "name": "grève-sncf",
    "query": 'grève "ligne 4"',
    "section": ["Économie"],
    "-source": ["L’Écho"],
    "from": date(2024, 1, 1),
    "to": date(2024, 12, 31),
    "match": "most",
    "mail": ["desk@localhost"],
    "feed": True,
    "webhook": "http://127.0.0.1:9000/nouveau",
    "corrections": True,
}


def test_an_alert_comes_back_as_it_was_written(tmp_path: Path) -> None:
    search = from_table(WHOLE)
    assert to_table(search) == WHOLE
    AlertFile(tmp_path / "alerts").add(search)
    assert AlertFile(tmp_path / "alerts").read() == ({"grève-sncf": search}, {})


def test_adding_and_removing_keeps_the_words_of_people(tmp_path: Path) -> None:
    path = tmp_path / "alerts.toml"
    mine = '# Économie, pour Zoé\n[[alert]]\nname  = "tomme"   # au cumin\nquery = "tomme"\nfeed = true'
    path.write_text(mine, "utf-8")
    file = AlertFile(tmp_path)
    file.add(from_table({**WHOLE, "name": "autre"}))
    assert path.read_text("utf-8").startswith(mine + "\n")
    file.remove("autre")
    assert path.read_text("utf-8").strip() == mine
    file.remove("tomme")
    assert tomllib.loads(path.read_text("utf-8")) == {}


def test_a_name_is_used_once_and_only_what_is_there_is_removed(tmp_path: Path) -> None:
    file = AlertFile(tmp_path)
    file.add(from_table(WHOLE))
    with pytest.raises(UserError, match="already"):
        file.add(from_table(WHOLE))
    with pytest.raises(NotFound, match="alerts list"):
        file.remove("rien")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": "../etc"}, "name of 1 to 64"),
        ({"name": 5}, "name of 1 to 64"),
        ({"query": 3}, "query: Give text"),
        ({"match": "none"}, "most, all"),
        ({"from": "hier"}, "from: Give a day"),
        ({"mail": "pas une adresse"}, "no mail address"),
        ({"mail": ["a@b\nBcc: c@d"]}, "no mail address"),
        ({"mail": ["-oQ/tmp@localhost"]}, "no mail address"),
        ({"webhook": "ftp://127.0.0.1/"}, "webhook: Give an address"),
        ({"webhook": "http://user:pass@127.0.0.1/"}, "webhook: Give an address"),
        ({"webhook": "http://127.0.0.1/\r\nX: y"}, "webhook: Give an address"),
        ({"webhook": "http://127.0.0.1:99999/"}, "webhook: Give an address"),
        ({"feed": "oui"}, "feed: Give true or false"),
        ({"section": [1]}, "section: Give text, or a list"),
        ({"sujet": "x"}, "“sujet” is no key"),
        ({"mail": [], "feed": False, "webhook": ""}, "webhook: Give an address"),
    ],
)
def test_each_wrong_key_is_named_with_what_is_right(wrong: dict[str, object], reason: str) -> None:
    with pytest.raises(UserError) as caught:
        from_table({**WHOLE, **wrong})
    assert reason in str(caught.value)


def test_an_alert_needs_something_to_look_for_and_somewhere_to_tell_it() -> None:
    with pytest.raises(UserError, match="filter such as section"):
        from_table({"name": "a", "feed": True})
    with pytest.raises(UserError, match="mail, feed and webhook"):
        from_table({"name": "a", "query": "tomme"})


@pytest.mark.parametrize("text", ["[[alert", "alert = 5", "x = 1", "\ufffe".encode("utf-16").decode("latin-1")])
def test_a_file_that_holds_something_else_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "alerts.toml").write_text(text, "latin-1", errors="replace")
    with pytest.raises(UserError, match=r"alerts\.toml"):
        AlertFile(tmp_path).read()


def test_two_alerts_of_one_name_are_both_refused(tmp_path: Path) -> None:
    table = '[[alert]]\nname = "a"\nquery = "tomme"\nfeed = true\n'
    (tmp_path / "alerts.toml").write_text(table * 2, "utf-8")
    searches, errors = AlertFile(tmp_path).read()
    assert searches == {}
    assert list(errors) == ["a"]
