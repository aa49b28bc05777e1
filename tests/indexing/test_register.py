"""The index state of a generation: units, versions, and changes since the previous generation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.i18n import Message
from searchapp.indexing.index_state import Register, digest_of_article
from searchapp.indexing.versions import Version
from searchapp.ingest import Unit
from searchapp.model import Article, ArticleStatus, Reject


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register(tmp_path / "register.sqlite") as opened:
        yield opened


def unit(name: str, *, overrules: bool = False, size: int = 7, modified: int | None = 5) -> Unit:
    return Unit(name, name.encode(), lambda _: iter(()), size=size, modified=modified, overrules=overrules)


def entry(article_id: str, *, withdrawn: bool = False) -> Article:
    status = ArticleStatus.WITHDRAWN if withdrawn else ArticleStatus.PUBLISHED
    return Article(article_id, "Titre", f"Texte de {article_id}.", status=status)


def read(
    register: Register, name: str, *ids: str, source: int = 0, digest: bytes = b"d", overrules: bool = False
) -> None:
    """Read a unit of ``ids``; "-a" is a withdrawal of a, "a=1" has the facts number 1."""
    of = unit(name, overrules=overrules)
    register.begin_unit(source, of, register.known(source, of))
    for place, text in enumerate(ids):
        article_id, _, facts = text.removeprefix("-").partition("=")
        article = entry(article_id, withdrawn=text.startswith("-"))
        register.add(article, place, digest_of_article(article), float(place), int(facts) if facts else None)
    register.end_unit(of, digest, "", len(ids))


def grown(register: Register, tmp_path: Path, *, goes_on: bool = False) -> Register:
    """A register that begins with what ``register`` says."""
    register.commit()
    return Register(tmp_path / "next.sqlite", tmp_path / "register.sqlite", goes_on=goes_on)


def places(versions: list[Version]) -> list[tuple[int, int, bool]]:
    return [(version.unit, version.place, version.repeated) for version in versions]


def test_an_article_is_alone_unless_its_id_or_its_facts_came_before(register: Register) -> None:
    read(register, "a", "1", "2=7")
    register.begin_unit(0, unit("b"), None)
    assert register.add(entry("3"), 0, b"", None, None)
    assert not register.add(entry("3"), 1, b"", None, None)
    assert not register.add(entry("1"), 2, b"", None, None)
    assert not register.add(entry("4"), 3, b"", None, 7)
    assert register.add(entry("5"), 4, b"", None, 8)
    assert not register.add(entry("6"), 5, b"", None, 8)
    assert not register.add(entry("7", withdrawn=True), 6, b"", None, None)
    assert register.is_fresh("5")
    assert not register.is_fresh("2")
    assert list(register.doubtful()) == ["1", "2", "3", "4", "5", "6", "7"]


def test_versions_come_in_the_order_of_reading_the_journal_last(register: Register) -> None:
    read(register, "j", "x", overrules=True)
    read(register, "c", "x", source=1)
    read(register, "b", "x", "x")
    read(register, "a", "x")
    assert places(register.versions("x")) == [(4, 0, False), (3, 0, False), (3, 1, False), (2, 0, False), (1, 0, False)]
    assert [version.overrules for version in register.versions("x")] == [False] * 4 + [True]
    assert register.versions("y") == []


def test_the_same_facts_further_on_are_a_repeat_whatever_their_id(register: Register) -> None:
    read(register, "a", "x=1", "y=1")
    read(register, "b", "z=1", "z=2")
    assert places(register.versions("x")) == [(1, 0, False)]
    assert places(register.versions("y")) == [(1, 1, True)]
    assert places(register.versions("z")) == [(2, 0, True), (2, 1, False)]
    of = unit("a")
    register.begin_unit(0, of, register.known(0, of))
    assert places(register.versions("z")) == [(2, 0, False), (2, 1, False)]  # what is read anew does not count
    register.add(entry("w"), 0, b"", None, 2)
    assert places(register.versions("z")) == [(2, 0, False), (2, 1, True)]


def test_a_unit_read_again_has_what_it_gave_this_time_and_the_rest_is_doubtful(
    register: Register, tmp_path: Path
) -> None:
    read(register, "a", "1", "2=9", "3")
    read(register, "b", "4=9")
    with grown(register, tmp_path) as again:
        read(again, "a", "1", "5")
        assert again.changed
        assert {"2", "3", "4"} <= set(again.doubtful())
        assert [len(again.versions(article_id)) for article_id in "12345"] == [1, 0, 0, 1, 1]


def test_a_unit_read_again_that_gives_the_same_is_no_change(register: Register, tmp_path: Path) -> None:
    read(register, "a", "1", "2")
    with grown(register, tmp_path) as again:
        read(again, "a", "1", "2")
        assert not again.changed
        again.sign(again.known(0, unit("a")) or pytest.fail("not known"), unit("a", size=8), "")
        assert (again.forget_unseen(), again.changed) == (0, False)
        known = again.known(0, unit("a"))
        assert known is not None
        assert (known.number, known.size, known.modified, known.digest, known.entries) == (1, 8, 5, b"d", 2)
        read(again, "a", "1", "2", digest=b"e")
        assert again.changed


def test_a_file_that_grows_keeps_what_was_read_of_it(register: Register, tmp_path: Path) -> None:
    read(register, "a", "1", "2")
    with grown(register, tmp_path) as again:
        of = unit("a")
        again.reject(Reject("a", 3, Message("wrong")), 1)
        assert again.begin_unit(0, of, again.known(0, of), goes_on=True) == 1
        again.add(entry("3"), 2, b"", None, None)
        again.end_unit(of, b"d", "", 3)
        assert [len(again.versions(article_id)) for article_id in "123"] == [1, 1, 1]
        assert again.count("rejects") == 1
        assert again.changed


def test_of_a_unit_that_could_not_be_read_whole_what_did_not_come_stays(register: Register, tmp_path: Path) -> None:
    read(register, "a", "1", "2")
    with grown(register, tmp_path) as again:
        of = unit("a")
        again.begin_unit(0, of, again.known(0, of))
        again.add(entry("2"), 0, b"", None, None)
        again.end_unit(unit("a", modified=None), None, "", 1, unavailable=True)
        assert [places(again.versions(article_id)) for article_id in "12"] == [[(1, 0, False)], [(1, 0, False)]]
        known = again.known(0, of)
        assert known is not None
        assert (known.modified, known.digest) == (None, None)
        assert again.is_unavailable(1)
        assert not again.is_unavailable(2)


def test_a_unit_that_cannot_be_read_is_a_change_once(register: Register, tmp_path: Path) -> None:
    read(register, "a", "1")
    with grown(register, tmp_path) as again:
        again.note_unavailable(1)
        assert again.changed
        again.changed = False
        again.note_unavailable(1)
        assert not again.changed


def test_what_is_gone_from_the_corpus_takes_its_versions_along(register: Register, tmp_path: Path) -> None:
    read(register, "a", "1=9")
    read(register, "b", "2", "3=9")
    read(register, "b", "4=9", source=1)
    with grown(register, tmp_path) as again:
        again.known(0, unit("a"))
        again.keep_source(1)
        assert (again.forget_unseen(), again.changed) == (1, True)
        assert sorted(again.doubtful()) == ["1", "2", "3", "4"]
        assert [len(again.versions(article_id)) for article_id in "1234"] == [1, 0, 0, 1]
        assert again.known(0, unit("b")) is None
        assert again.forget_unseen() == 0


def test_an_unavailable_folder_keeps_what_lies_in_it_and_nothing_else(register: Register, tmp_path: Path) -> None:
    for name in ("f", "f\0a", "f\0b\0c", "f-g", "fa", "e"):
        read(register, name, name)
    with grown(register, tmp_path) as again:
        again.keep_below(0, b"f")
        assert [again.is_unavailable(number) for number in range(1, 7)] == [True, True, True, False, False, False]
        assert again.forget_unseen() == 3


def test_what_changed_in_the_index_is_told_by_id(register: Register, tmp_path: Path) -> None:
    for article_id in "abc":
        register.note_indexed(article_id, b"1")
    assert list(register.touched()) == []  # a first index has nothing before it
    with grown(register, tmp_path) as again:
        again.note_indexed("a", b"2")
        again.note_indexed("b", b"1")
        again.note_gone("c")
        again.note_indexed("d", b"1")
        again.note_indexed("e", b"1")
        again.note_gone("e")
        assert list(again.touched()) == [("a", True, True), ("c", True, False), ("d", False, True)]
        assert (again.indexed("a"), again.indexed("c"), again.count("indexed")) == (b"2", None, 3)
        assert [again.sample(9, among) for among in ("indexed", "written", "removed")] == [
            [("a", b"2"), ("b", b"1"), ("d", b"1")],
            [("a", b"2"), ("d", b"1")],
            [("c", b"1")],
        ]
        again.note_indexed("a", b"1")
        assert list(again.touched()) == [("c", True, False), ("d", False, True)]


def test_more_changes_than_are_fetched_at_a_time_are_all_told(register: Register, tmp_path: Path) -> None:
    ids = [f"{number:04}" for number in range(2001)]
    with grown(register, tmp_path) as again:
        again.begin_unit(0, unit("a"), None)
        for article_id in ids:
            again.note_indexed(article_id, b"1")
            again.add(entry(article_id, withdrawn=True), 0, b"", None, None)
        assert [article_id for article_id, _, _ in again.touched()] == ids
        assert list(again.doubtful()) == ids


def test_what_has_to_be_read_again_is_known_by_unit_and_place(register: Register) -> None:
    read(register, "a", "1", "2")
    read(register, "b", "1", source=2)
    (first, second), (other,) = register.versions("1"), register.versions("2")
    register.want("1", second, corrects=True)
    register.want("2", other, corrects=False)
    register.want("2", other, corrects=False)
    assert register.wanted() == {(0, b"a"): 1, (2, b"b"): 2}
    assert (register.wants(2, 0), register.wants(1, 1), register.wants(1, 0)) == ({"1": True}, {"2": False}, {})
    assert (register.count_wanted(1), register.count_wanted(2), register.count_wanted(3)) == (1, 1, 0)
    assert first.unit == 1


def test_rejects_come_in_the_order_of_reading_and_loose_ones_once(register: Register) -> None:
    for name in ("b", "a"):
        register.begin_unit(0, unit(name), None)
        register.reject(Reject(name, 2, Message("no {thing}", thing=Message("title"))), 1 if name == "b" else 2)
        register.end_unit(unit(name), b"", "", 1)
    register.reject(Reject("c", None, Message("unlisted")), None)
    register.reject_again(Reject("c", None, Message("unlisted still")))
    assert [(reject.file, reject.line, str(reject.reason)) for reject in register.rejects()] == [
        ("c", None, "unlisted still"),
        ("a", 2, "no title"),
        ("b", 2, "no title"),
    ]
    register.forget_loose_rejects()
    assert [reject.file for reject in register.rejects()] == ["a", "b"]


def test_ids_that_came_more_than_once_are_named_unless_they_are_withdrawn(register: Register) -> None:
    read(register, "a", "1", "2", "3", "4")
    read(register, "b", "1", "2", "-3")
    register.note_withdrawn("3", withdrawn=True)
    register.note_withdrawn("2", withdrawn=True)
    register.note_withdrawn("2", withdrawn=False)
    assert register.repeated_ids(9) == ["1", "2"]
    assert register.repeated_ids(1) == ["1"]
    assert (list(register.withdrawn()), register.count_withdrawn_versions()) == (["3"], 2)


def test_a_build_that_goes_on_looks_again_at_what_may_depend_on_what_was_not_read(
    register: Register, tmp_path: Path
) -> None:
    read(register, "a", "alone", "twice", "like=1", "-gone")
    read(register, "b", "twice", "as=1")
    register.note_indexed("left", b"1")
    register.note_indexed("alone", b"1")
    with grown(register, tmp_path, goes_on=True) as again:
        assert sorted(again.doubtful()) == ["as", "gone", "left", "like", "twice"]
        assert again.changed
        again.note_indexed("alone", b"2")
        assert list(again.touched()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "b"},
        {"title": "Autre"},
        {"lead": "Chapô"},
        {"text": "Autre"},
        {"source": "Écho"},
        {"section": "Mer"},
        {"authors": ("A", "B")},
        {"authors": ("AB",)},
        {"url": "https://e.fr"},
        {"language": "en"},
        {"tags": ("eau",)},
        {"status": ArticleStatus.CORRECTED},
        {"stub": True},
        {"repairs": ("date",)},
    ],
)
def test_any_field_that_differs_makes_another_article(changes: dict[str, object]) -> None:
    one = Article("a", "Titre", "Texte")
    assert digest_of_article(one) != digest_of_article(
        Article(**{"id": "a", "title": "Titre", "text": "Texte", **changes})
    )  # type: ignore[arg-type]
