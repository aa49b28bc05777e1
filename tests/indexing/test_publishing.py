"""Publishing: names in the order of publication whatever the clock says, and only indexes that equal what was read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from searchapp import bootstrap
from searchapp.bootstrap import ReindexOptions
from searchapp.cli import main
from searchapp.config import ENGINES, Config
from searchapp.engines.port import Document, Engine, Reader, Writer
from searchapp.errors import CorpusShrunk, IndexDamaged, IndexMissing, VerificationFailed
from searchapp.indexing import Generations
from searchapp.indexing.index_state import IndexState
from searchapp.indexing.reindex import Progress
from searchapp.indexing.verification import SAMPLE
from searchapp.indexing.withdrawn import write_withdrawn
from searchapp.model import ArticleStatus, SearchRequest

FULL = ReindexOptions(full=True)
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def total(config: Config, query: str = "") -> int:
    service = bootstrap.open_service(config)
    try:
        return service.search(SearchRequest(query)).total
    finally:
        service.close()


# The clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moments of a fake clock, one for each generation; the last one is repeated."""
    moments = [NOW]

    clocked = partial(Generations, clock=lambda: moments.pop(0) if len(moments) > 1 else moments[0])
    monkeypatch.setattr(bootstrap.engine_choice, "Generations", clocked)
    return moments


@pytest.mark.parametrize("later", [timedelta(days=-3000), timedelta(0), timedelta(microseconds=-1)])
def test_there_is_a_generation_to_fall_back_to_whatever_the_clock_says(
    config: Config, clock: list[datetime], later: timedelta
) -> None:
    clock[:] = [NOW, NOW + later]
    first, second, third = (bootstrap.reindex(config, options=FULL).generation for _ in range(3))
    assert first < second < third
    assert Generations(config.index).names() == [second, third]
    (config.index / third / "lexicon.sqlite").unlink()
    assert Generations(config.index).latest_intact() == second
    assert bootstrap.rollback(config)[0].generation == second


def test_a_name_comes_after_all_that_is_there_or_named(config: Config, clock: list[datetime]) -> None:
    def next_name() -> str:
        with generations.locked(), generations.building() as path:
            return path.name

    generations = Generations(config.index, clock=lambda: NOW)
    assert next_name() > f"{NOW:%Y%m%dT%H%M%S.%fZ}"
    (config.index / "20280101T000000.000000Z-ffff").mkdir()
    assert next_name() > "20280101T000000.000000Z-ffff"
    write_withdrawn(config.index, "20290101T000000.000000Z-ffff", [])
    assert next_name() > "20290101T000000.000000Z-ffff"
    (config.index / "CURRENT").write_text("20300101T000000.999999Z-ffff\n")
    assert next_name() > "20300101T000001.000000Z"
    (config.index / "20319999T999999.999999Z-ffff").mkdir()  # no moment of any calendar
    (config.index / "99991231T235959.999999Z-ffff").mkdir()
    assert next_name() > "20300101T000001.000000Z"


def test_what_was_withdrawn_stays_hidden_when_the_clock_goes_back(config: Config, clock: list[datetime]) -> None:
    clock[:] = [NOW, NOW - timedelta(days=400)]
    bootstrap.reindex(config)
    with (config.corpus / "articles.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": "ingerence", "title": "Retiré", "status": "withdrawn"}) + "\n")
    bootstrap.reindex(config)
    assert (total(config), bootstrap.rollback(config)[0].articles, total(config)) == (4, 5, 4)


def test_an_interrupted_rebuild_that_goes_on_is_the_newest(config: Config, clock: list[datetime]) -> None:
    checkpoints = replace(FULL, checkpoint=1e-9)

    def interrupt(progress: Progress) -> None:
        if progress.read == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bootstrap.reindex(config, interrupt, checkpoints)
    assert Generations(config.index).unfinished()
    published = f"{NOW + timedelta(hours=1):%Y%m%dT%H%M%S.%fZ}-0000"
    (config.index / "CURRENT").write_text(published + "\n")
    summary = bootstrap.reindex(config, options=checkpoints)
    assert (summary.resumed, summary.generation > published, total(config)) == (True, True, 5)


# The pointer


def test_a_lost_pointer_is_damage_and_the_newest_whole_generation_answers(config: Config) -> None:
    first, second = (bootstrap.reindex(config, options=FULL).generation for _ in range(2))
    (config.index / "CURRENT").unlink()
    with pytest.raises(IndexDamaged, match="reindex --full"):
        Generations(config.index).current()
    with pytest.raises(IndexDamaged):
        next(iter(bootstrap.check_index(config)))
    state = bootstrap.index_status(config)
    assert (state.manifest.generation, state.current, state.degraded) == (second, "CURRENT", True)
    assert total(config) == 5
    (config.index / second / "lexicon.sqlite").unlink()
    assert bootstrap.index_status(config).manifest.generation == first
    mended = bootstrap.reindex(config)
    assert (mended.full, Generations(config.index).current()) == (True, mended.generation)


def test_a_lost_pointer_is_put_back_by_a_rollback(config: Config) -> None:
    newest = [bootstrap.reindex(config, options=FULL).generation for _ in range(2)][1]
    (config.index / "CURRENT").unlink()
    assert bootstrap.rollback(config)[0].generation == Generations(config.index).current() == newest


def test_a_lost_pointer_lets_no_empty_corpus_pass(config: Config) -> None:
    bootstrap.reindex(config)
    (config.index / "CURRENT").unlink()
    (config.corpus / "articles.jsonl").unlink()
    with pytest.raises(CorpusShrunk):
        bootstrap.reindex(config)
    assert total(config) == 5


def test_an_index_folder_without_a_generation_holds_nothing_yet(config: Config) -> None:
    for prepare in (lambda: None, config.index.mkdir, (config.index / "20260101T000000.000000Z-0000").mkdir):
        prepare()
        with pytest.raises(IndexMissing):
            bootstrap.index_status(config)


# The sample


def sample(tmp_path: Path, ids: list[str]) -> list[str]:
    with IndexState(tmp_path / "register.sqlite") as state:
        for article_id in ids:
            state.note_indexed(article_id, b"-" * 17)
        return [article_id for article_id, _ in state.sample(SAMPLE)]


@pytest.mark.parametrize("form", ["article-{:06}", "{:06}", "éèà/{:06}", "\U0001f600{:06}"])
@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 39, 1009])
def test_a_sample_is_spread_evenly_whatever_ids_look_like(tmp_path: Path, form: str, count: int) -> None:
    ids = [form.format(number) for number in range(count)]
    chosen = [ids.index(article_id) for article_id in sample(tmp_path, ids)]
    assert len(chosen) == min(count, SAMPLE)
    gaps = [after - before for before, after in zip([-1, *chosen], [*chosen, count], strict=False)]
    assert max(gaps) <= count // SAMPLE + 1


# An index that is not what was read


class Faulty:
    """An engine over another one whose writer does to documents what ``fault`` does; None drops them."""

    def __init__(self, engine: Engine, fault: Callable[[Document], Document | None]) -> None:
        self._engine = engine
        self._fault = fault
        self.name, self.version = engine.name, engine.version

    def create(self, folder: Path, base: Path | None = None) -> Writer:
        return FaultyWriter(self._engine.create(folder, base), self._fault)

    def open(self, folder: Path) -> Reader:
        return self._engine.open(folder)

    def remove(self, folder: Path) -> None:
        self._engine.remove(folder)


class FaultyWriter:
    def __init__(self, writer: Writer, fault: Callable[[Document], Document | None]) -> None:
        self._writer = writer
        self._fault = fault

    def add(self, added: Document, /, *, is_new: bool = False) -> None:
        document = self._fault(added)
        if document is not None:
            self._writer.add(document, is_new=is_new)

    def delete(self, article_id: str) -> None:
        """Forget to."""

    def __enter__(self) -> Self:
        self._writer.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.__exit__(kind, error, trace)


def altered(document: Document, **fields: Any) -> Document:
    return replace(document, article=replace(document.article, **fields))


FAULTS: dict[str, tuple[Callable[[Document], Document | None], str]] = {
    "drops an article": (
        lambda document: None if document.article.id == "phare" else document,
        "the index holds 5 articles instead of 6",
    ),
    "loses the end of a text": (
        lambda document: altered(document, text=document.article.text[:9]),
        "the article “phare” differs from what was read",
    ),
    "stores a correction that none is": (
        lambda document: altered(document, text="Autre chose.", status=ArticleStatus.CORRECTED),
        "the article “phare” differs from what was read",
    ),
    "stores it under another id": (
        lambda document: altered(document, id=document.article.id + "x"),
        "the article “phare” differs from what was read",
    ),
}


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch, engine_name: str) -> Iterator[Callable[..., None]]:
    def install(fault: Callable[[Document], Document | None]) -> None:
        engine = bootstrap.engine_named(engine_name)
        monkeypatch.setitem(bootstrap.engine_choice._ENGINES, engine_name, lambda config: Faulty(engine, fault))  # type: ignore[index]

    return install


def add_lighthouse(config: Config) -> None:
    with (config.corpus / "articles.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": "phare", "title": "Le phare est vendu", "text": "Il veillait sur la côte."}))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_index_is_not_published(indexed: Config, faulty: Callable[..., None], fault: str) -> None:
    before = sorted(path.name for path in indexed.index.iterdir())
    add_lighthouse(indexed)
    does, told = FAULTS[fault]
    faulty(does)
    with pytest.raises(VerificationFailed, match=told):
        bootstrap.reindex(indexed)
    assert sorted(path.name for path in indexed.index.iterdir()) == before
    assert (total(indexed), total(indexed, "cheval")) == (5, 1)


def test_what_should_be_gone_and_is_not_is_noticed(indexed: Config, faulty: Callable[..., None]) -> None:
    lines = (indexed.corpus / "articles.jsonl").read_text("utf-8").splitlines(keepends=True)
    (indexed.corpus / "articles.jsonl").write_text("".join(lines[1:]), "utf-8")
    faulty(lambda document: document)
    with pytest.raises(VerificationFailed, match="the index holds 5 articles instead of 4"):
        bootstrap.reindex(indexed)


def test_an_article_that_changed_is_looked_at_among_many_that_did_not(
    config: Config, faulty: Callable[..., None]
) -> None:
    many = [{"id": f"a{number:03}", "title": f"Titre {number}", "text": "Le vent tourne."} for number in range(300)]
    (config.corpus / "many.jsonl").write_text("".join(json.dumps(record) + "\n" for record in many), "utf-8")
    bootstrap.reindex(config)
    many[150]["text"] = "Le vent a tourné."
    (config.corpus / "many.jsonl").write_text("".join(json.dumps(record) + "\n" for record in many), "utf-8")
    faulty(lambda document: altered(document, text="Rien."))
    with pytest.raises(VerificationFailed, match="“a150” differs from what was read"):
        bootstrap.reindex(config)


@pytest.mark.parametrize("wrong", ["a00", "a07", "a19"])
def test_of_twenty_articles_each_is_looked_at(config: Config, faulty: Callable[..., None], wrong: str) -> None:
    twenty = [{"id": f"a{number:02}", "title": f"Titre {number}", "text": "Le vent tourne."} for number in range(20)]
    (config.corpus / "articles.jsonl").write_text("".join(json.dumps(record) + "\n" for record in twenty), "utf-8")
    faulty(lambda document: altered(document, text="Rien.") if document.article.id == wrong else document)
    with pytest.raises(VerificationFailed, match=f"“{wrong}” differs from what was read"):
        bootstrap.reindex(config)


def test_a_correction_of_an_earlier_version_passes(config: Config) -> None:
    first: dict[str, Any] = {"id": "phare", "title": "Le phare", "text": "Il veille.", "date": "2024-01-01"}
    second = {**first, "text": "Il veillait.", "modified": "2024-02-02"}
    third = {**first, "text": "Il veillera.", "date": "2024-03-03", "status": "corrected"}
    for records in ([first, second], [first, third], [third, first]):
        (config.corpus / "phare.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
        bootstrap.reindex(config)
        assert total(config, "id:phare") == 1


def test_the_command_line_says_that_the_new_index_is_not_right(
    indexed: Config,
    faulty: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    current = Generations(indexed.index).current()
    add_lighthouse(indexed)
    faulty(FAULTS["drops an article"][0])
    options = ["--index", str(indexed.index), "--engine", indexed.engine]
    monkeypatch.setattr("sys.argv", ["searchapp", "reindex", str(indexed.corpus), *options])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 5
    said = capsys.readouterr().err
    assert "The new index was not published: the index holds 5 articles instead of 6." in said
    command = " ".join(["searchapp", "reindex", str(indexed.corpus), *options])
    assert f"Searches use the previous one. Run: {command} --full\n" in said
    assert Generations(indexed.index).current() == current
