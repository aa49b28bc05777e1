"""The index state of a generation: units, versions, and the changes since the generation before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.i18n import Message
from searchapp.indexing.index_state import IndexState
from searchapp.indexing.versions import Version, digest_of_article
from searchapp.ingest import Unit
from searchapp.model import Article, ArticleStatus, Reject


@pytest.fixture
def state(tmp_path: Path) -> Iterator[IndexState]:
    with IndexState(tmp_path / "register.sqlite") as opened:
        yield opened


def unit(name: str, *, from_journal: bool = False, size: int = 7, modified: int | None = 5) -> Unit:
    return Unit(name, name.encode(), lambda _: iter(()), size=size, modified=modified, from_journal=from_journal)


def entry(article_id: str, *, withdrawn: bool = False) -> Article:
    status = ArticleStatus.WITHDRAWN if withdrawn else ArticleStatus.PUBLISHED
    return Article(article_id, "Titre", f"Texte de {article_id}.", status=status)


def read(
    state: IndexState, name: str, *ids: str, source: int = 0, digest: bytes = b"d", from_journal: bool = False
) -> None:
    """Read a unit of ``ids``; "-a" is a withdrawal of a, "a=1" has the content hash 1."""
    of = unit(name, from_journal=from_journal)
    state.begin_unit(source, of, state.known(source, of))
    for place, text in enumerate(ids):
        article_id, _, content_hash = text.removeprefix("-").partition("=")
        article = entry(article_id, withdrawn=text.startswith("-"))
        state.add(article, place, digest_of_article(article), float(place), int(content_hash) if content_hash else None)
    state.end_unit(of, digest, "", len(ids))


def grown(state: IndexState, tmp_path: Path, *, resumes: bool = False) -> IndexState:
    """A state that starts with a copy of ``state``."""
    state.commit()
    return IndexState(tmp_path / "next.sqlite", tmp_path / "register.sqlite", resumes=resumes)


def places(versions: list[Version]) -> list[tuple[int, int, bool]]:
    return [(version.unit, version.place, version.repeated) for version in versions]


def test_an_article_is_alone_unless_its_id_or_its_facts_came_before(state: IndexState) -> None:
    read(state, "a", "1", "2=7")
    state.begin_unit(0, unit("b"), None)
    assert state.add(entry("3"), 0, b"", None, None)
    assert not state.add(entry("3"), 1, b"", None, None)
    assert not state.add(entry("1"), 2, b"", None, None)
    assert not state.add(entry("4"), 3, b"", None, 7)
    assert state.add(entry("5"), 4, b"", None, 8)
    assert not state.add(entry("6"), 5, b"", None, 8)
    assert not state.add(entry("7", withdrawn=True), 6, b"", None, None)
    assert state.is_fresh("5")
    assert not state.is_fresh("2")
    assert list(state.needs_recheck()) == ["1", "2", "3", "4", "5", "6", "7"]


def test_versions_come_in_the_order_of_reading_the_journal_last(state: IndexState) -> None:
    read(state, "j", "x", from_journal=True)
    read(state, "c", "x", source=1)
    read(state, "b", "x", "x")
    read(state, "a", "x")
    assert places(state.versions("x")) == [(4, 0, False), (3, 0, False), (3, 1, False), (2, 0, False), (1, 0, False)]
    assert [version.from_journal for version in state.versions("x")] == [False] * 4 + [True]
    assert state.versions("y") == []


def test_the_same_facts_further_on_are_a_repeat_whatever_their_id(state: IndexState) -> None:
    read(state, "a", "x=1", "y=1")
    read(state, "b", "z=1", "z=2")
    assert places(state.versions("x")) == [(1, 0, False)]
    assert places(state.versions("y")) == [(1, 1, True)]
    assert places(state.versions("z")) == [(2, 0, True), (2, 1, False)]
    of = unit("a")
    state.begin_unit(0, of, state.known(0, of))
    assert places(state.versions("z")) == [(2, 0, False), (2, 1, False)]  # what is read anew does not count
    state.add(entry("w"), 0, b"", None, 2)
    assert places(state.versions("z")) == [(2, 0, False), (2, 1, True)]


def test_a_unit_read_again_has_what_it_gave_this_time_and_the_rest_is_doubtful(
    state: IndexState, tmp_path: Path
) -> None:
    read(state, "a", "1", "2=9", "3")
    read(state, "b", "4=9")
    with grown(state, tmp_path) as again:
        read(again, "a", "1", "5")
        assert again.changed
        assert {"2", "3", "4"} <= set(again.needs_recheck())
        assert [len(again.versions(article_id)) for article_id in "12345"] == [1, 0, 0, 1, 1]


def test_a_unit_read_again_that_gives_the_same_is_no_change(state: IndexState, tmp_path: Path) -> None:
    read(state, "a", "1", "2")
    with grown(state, tmp_path) as again:
        read(again, "a", "1", "2")
        assert not again.changed
        again.update_signature(again.known(0, unit("a")) or pytest.fail("not known"), unit("a", size=8), "")
        assert (again.forget_unseen(), again.changed) == (0, False)
        known = again.known(0, unit("a"))
        assert known is not None
        assert (known.number, known.size, known.modified, known.digest, known.entries) == (1, 8, 5, b"d", 2)
        read(again, "a", "1", "2", digest=b"e")
        assert again.changed


def test_a_file_that_grows_keeps_what_was_read_of_it(state: IndexState, tmp_path: Path) -> None:
    read(state, "a", "1", "2")
    with grown(state, tmp_path) as again:
        of = unit("a")
        again.add_reject(Reject("a", 3, Message("wrong")), 1)
        assert again.begin_unit(0, of, again.known(0, of), resumes=True) == 1
        again.add(entry("3"), 2, b"", None, None)
        again.end_unit(of, b"d", "", 3)
        assert [len(again.versions(article_id)) for article_id in "123"] == [1, 1, 1]
        assert again.count("rejects") == 1
        assert again.changed


def test_of_a_unit_that_could_not_be_read_whole_what_did_not_come_stays(state: IndexState, tmp_path: Path) -> None:
    read(state, "a", "1", "2")
    with grown(state, tmp_path) as again:
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


def test_a_unit_that_cannot_be_read_is_a_change_once(state: IndexState, tmp_path: Path) -> None:
    read(state, "a", "1")
    with grown(state, tmp_path) as again:
        again.note_unavailable(1)
        assert again.changed
        again.changed = False
        again.note_unavailable(1)
        assert not again.changed


def test_what_is_gone_from_the_corpus_takes_its_versions_along(state: IndexState, tmp_path: Path) -> None:
    read(state, "a", "1=9")
    read(state, "b", "2", "3=9")
    read(state, "b", "4=9", source=1)
    with grown(state, tmp_path) as again:
        again.known(0, unit("a"))
        again.keep_source(1)
        assert (again.forget_unseen(), again.changed) == (1, True)
        assert sorted(again.needs_recheck()) == ["1", "2", "3", "4"]
        assert [len(again.versions(article_id)) for article_id in "1234"] == [1, 0, 0, 1]
        assert again.known(0, unit("b")) is None
        assert again.forget_unseen() == 0


def test_an_unavailable_folder_keeps_what_lies_in_it_and_nothing_else(state: IndexState, tmp_path: Path) -> None:
    for name in ("f", "f\0a", "f\0b\0c", "f-g", "fa", "e"):
        read(state, name, name)
    with grown(state, tmp_path) as again:
        again.keep_below(0, b"f")
        assert [again.is_unavailable(number) for number in range(1, 7)] == [True, True, True, False, False, False]
        assert again.forget_unseen() == 3


def test_what_changed_in_the_index_is_told_by_id(state: IndexState, tmp_path: Path) -> None:
    for article_id in "abc":
        state.note_indexed(article_id, b"1")
    assert list(state.changed_articles()) == []  # a first index has nothing before it
    with grown(state, tmp_path) as again:
        again.note_indexed("a", b"2")
        again.note_indexed("b", b"1")
        again.note_removed("c")
        again.note_indexed("d", b"1")
        again.note_indexed("e", b"1")
        again.note_removed("e")
        assert list(again.changed_articles()) == [("a", True, True), ("c", True, False), ("d", False, True)]
        assert (again.indexed("a"), again.indexed("c"), again.count("indexed")) == (b"2", None, 3)
        assert [again.sample(9, among) for among in ("indexed", "written", "removed")] == [
            [("a", b"2"), ("b", b"1"), ("d", b"1")],
            [("a", b"2"), ("d", b"1")],
            [("c", b"1")],
        ]
        again.note_indexed("a", b"1")
        assert list(again.changed_articles()) == [("c", True, False), ("d", False, True)]


def test_more_changes_than_are_fetched_at_a_time_are_all_told(state: IndexState, tmp_path: Path) -> None:
    ids = [f"{number:04}" for number in range(2001)]
    with grown(state, tmp_path) as again:
        again.begin_unit(0, unit("a"), None)
        for article_id in ids:
            again.note_indexed(article_id, b"1")
            again.add(entry(article_id, withdrawn=True), 0, b"", None, None)
        assert [article_id for article_id, _, _ in again.changed_articles()] == ids
        assert list(again.needs_recheck()) == ids


def test_what_has_to_be_read_again_is_known_by_unit_and_place(state: IndexState) -> None:
    read(state, "a", "1", "2")
    read(state, "b", "1", source=2)
    (first, second), (other,) = state.versions("1"), state.versions("2")
    state.request_reread("1", second, corrects=True)
    state.request_reread("2", other, corrects=False)
    state.request_reread("2", other, corrects=False)
    assert state.units_to_reread() == {(0, b"a"): 1, (2, b"b"): 2}
    assert (state.ids_to_reread(2, 0), state.ids_to_reread(1, 1), state.ids_to_reread(1, 0)) == (
        {"1": True},
        {"2": False},
        {},
    )
    assert (state.count_to_reread(1), state.count_to_reread(2), state.count_to_reread(3)) == (1, 1, 0)
    assert first.unit == 1


def test_rejects_come_in_the_order_of_reading_and_loose_ones_once(state: IndexState) -> None:
    for name in ("b", "a"):
        state.begin_unit(0, unit(name), None)
        state.add_reject(Reject(name, 2, Message("no {thing}", thing=Message("title"))), 1 if name == "b" else 2)
        state.end_unit(unit(name), b"", "", 1)
    state.add_reject(Reject("c", None, Message("unlisted")), None)
    state.replace_reject(Reject("c", None, Message("unlisted still")))
    assert [(reject.file, reject.line, str(reject.reason)) for reject in state.rejects()] == [
        ("c", None, "unlisted still"),
        ("a", 2, "no title"),
        ("b", 2, "no title"),
    ]
    state.forget_rejects_without_unit()
    assert [reject.file for reject in state.rejects()] == ["a", "b"]


def test_ids_that_came_more_than_once_are_named_unless_they_are_withdrawn(state: IndexState) -> None:
    read(state, "a", "1", "2", "3", "4")
    read(state, "b", "1", "2", "-3")
    state.note_withdrawn("3", withdrawn=True)
    state.note_withdrawn("2", withdrawn=True)
    state.note_withdrawn("2", withdrawn=False)
    assert state.repeated_ids(9) == ["1", "2"]
    assert state.repeated_ids(1) == ["1"]
    assert (list(state.withdrawn()), state.count_withdrawn_versions()) == (["3"], 2)


def test_a_build_that_goes_on_looks_again_at_what_may_depend_on_what_was_not_read(
    state: IndexState, tmp_path: Path
) -> None:
    read(state, "a", "alone", "twice", "like=1", "-gone")
    read(state, "b", "twice", "as=1")
    state.note_indexed("left", b"1")
    state.note_indexed("alone", b"1")
    with grown(state, tmp_path, resumes=True) as again:
        assert sorted(again.needs_recheck()) == ["as", "gone", "left", "like", "twice"]
        assert again.changed
        again.note_indexed("alone", b"2")
        assert list(again.changed_articles()) == []


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
