"""Incremental reindexing: only changes are read and analysed, and the index equals a rebuilt one."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from searchapp import bootstrap
from searchapp.analysis import FrenchAnalyzer
from searchapp.bootstrap import ReindexOptions
from searchapp.config import ENGINES, Config, load_config
from searchapp.errors import CorpusMissing, CorpusShrunk, RejectsRefused
from searchapp.indexing import Generations
from searchapp.indexing.engine_files import IndexFiles
from searchapp.indexing.reindex import Progress, Summary
from searchapp.ingest.sources.walk import JOURNAL_FOLDER
from searchapp.model import Article, ArticleStatus, SearchRequest

FULL: Final = ReindexOptions(full=True)
YES: Final = ReindexOptions(yes=True)


@dataclass
class Newsroom:
    """A corpus that a test changes, and its index."""

    config: Config

    def write(self, name: str, *records: Mapping[str, object]) -> Path:
        path = self.config.corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
        return path

    def say(self, *records: Mapping[str, object]) -> None:
        path = self.config.corpus / JOURNAL_FOLDER / "2024-11.jsonl"
        path.parent.mkdir(exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in records)

    def reindex(self, options: ReindexOptions = YES, **how: Any) -> Summary:
        return bootstrap.reindex(self.config, options=options, **how)

    def articles(self) -> dict[str, Article]:
        """Return every article that a search finds."""
        service = bootstrap.open_service(self.config)
        try:
            return {hit.article.id: hit.article for hit in service.search(SearchRequest("", per_page=100)).hits}
        finally:
            service.close()

    def shown(self) -> dict[str, tuple[str, str]]:
        """Return title and text of every article that a search finds."""
        return {article_id: (article.title, article.text) for article_id, article in self.articles().items()}

    def total(self, query: str) -> int:
        service = bootstrap.open_service(self.config)
        try:
            return service.search(SearchRequest(query)).total
        finally:
            service.close()


@pytest.fixture(params=ENGINES)
def newsroom(request: pytest.FixtureRequest, tmp_path: Path) -> Newsroom:
    (tmp_path / "corpus").mkdir()
    options = {"corpus": tmp_path / "corpus", "index": tmp_path / "index", "engine": request.param, "jobs": 1}
    return Newsroom(load_config(options))


def test_the_engine_is_told_which_articles_are_new(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, bool]] = []
    add = IndexFiles.add

    def note(files: IndexFiles, article: Article, *, is_new: bool = False) -> None:
        told.append((article.id, is_new))
        add(files, article, is_new=is_new)

    monkeypatch.setattr(IndexFiles, "add", note)
    newsroom.write("a.jsonl", {"id": "1", "title": "Phare"}, {"id": "2", "title": "Port"})
    newsroom.reindex()
    newsroom.write(
        "a.jsonl", {"id": "1", "title": "Phare"}, {"id": "2", "title": "Ports"}, {"id": "3", "title": "Vent"}
    )
    newsroom.reindex()
    newsroom.write("b.jsonl", {"id": "3", "title": "Vents", "modified": "2024-01-02"})
    newsroom.reindex()
    assert told == [("1", True), ("2", True), ("2", False), ("3", True), ("3", False)]
    assert newsroom.total("vents") == newsroom.total("port") == 1


def record(number: int, word: str = "phare", **fields: object) -> dict[str, object]:
    return {
        "id": f"a{number}",
        "title": f"Le {word} {number}",
        "text": f"Un {word} veille sur la côte.",
        "date": "2024-11-06T10:00:00+01:00",
        **fields,
    }


@pytest.fixture
def analysed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts analysed from now on."""
    texts: list[str] = []
    analyze = FrenchAnalyzer.analyze

    def count(self: FrenchAnalyzer, text: str) -> Any:
        texts.append(text)
        return analyze(self, text)

    monkeypatch.setattr(FrenchAnalyzer, "analyze", count)
    return texts


def test_nothing_is_published_when_nothing_changed(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", record(1), record(2))
    first = newsroom.reindex()
    again = newsroom.reindex()
    assert (first.published, first.full, again.published, again.full) == (True, True, False, False)
    assert again.generation == first.generation == Generations(newsroom.config.index).current()
    assert (again.read, again.indexed) == (2, 2)


def test_a_file_that_only_looks_changed_is_not_read(newsroom: Newsroom) -> None:
    path = newsroom.write("a.jsonl", record(1))
    newsroom.reindex()
    os.utime(path, (1, 1))
    assert not newsroom.reindex().published


def test_only_articles_that_differ_are_analysed(newsroom: Newsroom, analysed: list[str]) -> None:
    records = [record(number) for number in range(20)]
    newsroom.write("a.jsonl", *records)
    newsroom.reindex()
    analysed.clear()
    records[7] = record(7, "bateau")
    newsroom.write("a.jsonl", {"id": "neuf", "title": "Neuf", "text": "Encore."}, *records[:19])
    summary = newsroom.reindex()
    assert (summary.added, summary.changed, summary.removed, summary.full) == (1, 1, 1, False)
    # The spelling dictionary also needs the words of the removed articles.
    assert {text for text in analysed if text} <= {
        *("Neuf", "Encore.", "Le bateau 7", "Un bateau veille sur la côte."),
        *("Le phare 7", "Le phare 19", "Un phare veille sur la côte."),
    }
    assert newsroom.total("bateau") == 1
    assert newsroom.total("phare") == 18


def test_a_file_that_went_takes_its_articles_with_it(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", *(record(number) for number in range(5)))
    newsroom.write("b.jsonl", record(9, "bateau"))
    newsroom.reindex()
    (newsroom.config.corpus / "b.jsonl").unlink()
    summary = newsroom.reindex()
    assert (summary.added, summary.changed, summary.removed) == (0, 0, 1)
    assert newsroom.total("bateau") == 0


def test_the_version_before_comes_back_when_the_newer_file_goes(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", record(1))
    newer = newsroom.write("b.jsonl", record(1, "bateau", date="2024-12-01"))
    summary = newsroom.reindex()
    assert (summary.indexed, summary.duplicates, summary.duplicate_ids) == (1, 1, ["a1"])
    assert newsroom.total("bateau") == 1
    newer.unlink()
    newsroom.reindex()
    assert newsroom.shown() == {"a1": ("Le phare 1", "Un phare veille sur la côte.")}


def test_a_later_version_is_a_correction_of_its_own_date(newsroom: Newsroom) -> None:
    newsroom.write("b.jsonl", record(1))
    newsroom.reindex()
    newsroom.write("a.jsonl", record(1, "bateau", date="2024-12-01T08:00:00+01:00"))
    newsroom.reindex()
    for _ in range(2):
        service = bootstrap.open_service(newsroom.config)
        article = service.article("a1").article
        service.close()
        assert (article.title, article.status) == ("Le bateau 1", ArticleStatus.CORRECTED)
        assert article.modified is not None
        assert article.modified.isoformat() == "2024-12-01T08:00:00+01:00"
        newsroom.reindex(FULL)


def test_what_is_withdrawn_stays_out_whatever_other_files_say(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", {"id": "a1", "status": "withdrawn"})
    newsroom.write("b.jsonl", record(1, date="2025-01-01"), record(2))
    for options in (YES, FULL):
        summary = newsroom.reindex(options)
        assert (summary.read, summary.indexed, summary.withdrawn) == (3, 1, 2)
        assert set(newsroom.shown()) == {"a2"}


def test_the_last_entry_of_the_journal_counts(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", record(1, date="2030-01-01"), record(2))
    newsroom.reindex()
    newsroom.say(record(1, "bateau"))
    assert newsroom.reindex(received_only=True).changed == 1
    newsroom.say({"id": "a1", "status": "withdrawn"}, record(3))
    summary = newsroom.reindex(received_only=True)
    assert (summary.added, summary.removed) == (1, 1)
    assert set(newsroom.shown()) == {"a2", "a3"}
    assert json.loads((newsroom.config.index / "WITHDRAWN").read_text("utf-8").splitlines()[1]) == "a1"
    newsroom.say(record(1, "chalut"))
    newsroom.reindex(received_only=True)
    assert newsroom.shown()["a1"][0] == "Le chalut 1"
    before = newsroom.shown()
    newsroom.reindex(FULL)
    assert newsroom.shown() == before


def test_a_journal_is_read_on_from_where_it_ended(newsroom: Newsroom, analysed: list[str]) -> None:
    newsroom.say(record(1), record(2))
    newsroom.reindex()
    newsroom.say({"source": "Le Phare"}, record(3, "bateau"))
    with (newsroom.config.corpus / JOURNAL_FOLDER / "2024-11.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "a4", "title": "Un ti')  # somebody is writing
    analysed.clear()
    summary = newsroom.reindex(received_only=True)
    assert (summary.added, summary.changed, summary.rejected) == (1, 0, 1)
    assert summary.rejects[0].line == 3
    assert "Le phare 1" not in analysed


def test_a_dry_run_tells_and_touches_nothing(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", record(1), record(2), record(3))
    newsroom.reindex()
    before = sorted(path.name for path in newsroom.config.index.rglob("*"))
    newsroom.write("a.jsonl", record(2), record(3, "bateau"), record(4))
    plan = newsroom.reindex(ReindexOptions(dry_run=True))
    assert (plan.added_ids, plan.changed_ids, plan.removed_ids, plan.published) == (["a4"], ["a3"], ["a1"], False)
    assert sorted(path.name for path in newsroom.config.index.rglob("*")) == before
    assert newsroom.total("bateau") == 0


def test_a_corpus_of_which_most_is_gone_is_refused(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", record(1))
    lost = newsroom.write("b.jsonl", record(2), record(3))
    newsroom.reindex()
    lost.unlink()
    for options in (ReindexOptions(), ReindexOptions(full=True)):
        with pytest.raises(CorpusShrunk, match=r"2 of 3 articles are gone.*--yes"):
            newsroom.reindex(options)
    assert len(newsroom.shown()) == 3
    newsroom.reindex(YES)
    assert set(newsroom.shown()) == {"a1"}


@pytest.mark.parametrize("full", [False, True])
def test_withdrawing_most_of_the_corpus_is_not_refused(newsroom: Newsroom, full: bool) -> None:
    newsroom.write("a.jsonl", record(1), record(2), record(3))
    newsroom.reindex()
    gone = [record(number) | {"status": "withdrawn"} for number in (1, 2)]
    newsroom.write("a.jsonl", *gone, record(3))
    newsroom.reindex(ReindexOptions(full=full))
    assert set(newsroom.shown()) == {"a3"}


def test_strict_publishes_nothing_when_there_are_rejects(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", record(1), {"source": "Le Phare"})
    with pytest.raises(RejectsRefused, match=r"a\.jsonl:2"):
        newsroom.reindex(ReindexOptions(strict=True))
    assert not (newsroom.config.index / "CURRENT").exists()


def test_rejects_of_files_that_did_not_change_are_told_again(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", {"source": "Le Phare"})
    newsroom.write("b.jsonl", record(1))
    newsroom.reindex()
    newsroom.write("c.jsonl", record(2))
    summary = newsroom.reindex()
    assert [(reject.file, reject.line) for reject in summary.rejects] == [("a.jsonl", 1)]
    log = newsroom.config.index / summary.generation / "rejects.jsonl"
    assert json.loads(log.read_text("utf-8"))["reason"] == "the title is missing"


def test_a_list_of_folders_that_changed_changes_the_articles(newsroom: Newsroom) -> None:
    newsroom.write("phare/a.jsonl", record(1))
    newsroom.reindex()
    (newsroom.config.corpus / "folders.toml").write_text('[source]\nphare = "Le Phare"\n', "utf-8")
    assert newsroom.reindex().changed == 1


def test_another_analyzer_rebuilds_everything_and_says_so(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.write("a.jsonl", record(1))
    newsroom.reindex()
    monkeypatch.setattr(FrenchAnalyzer, "fingerprint", "another")
    summary = newsroom.reindex()
    assert (summary.full, str(summary.reason)) == (True, "the French analysis has changed")


def test_a_damaged_generation_is_nothing_to_grow_out_of(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", record(1))
    generation = newsroom.reindex().generation
    for path in (newsroom.config.index / generation / "engine").iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    summary = newsroom.reindex()
    assert (summary.full, str(summary.reason)) == (True, "the index is damaged")
    assert newsroom.total("phare") == 1


def test_an_interrupted_rebuild_goes_on_from_its_checkpoint(newsroom: Newsroom, analysed: list[str]) -> None:
    newsroom.write("a.jsonl", *(record(number) for number in range(40)), record(3, "bateau", date="2025-01-01"))
    often = ReindexOptions(checkpoint=1e-9)

    def interrupt(progress: Progress) -> None:
        if progress.read == 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        newsroom.reindex(often, on_progress=interrupt)
    analysed.clear()
    summary = newsroom.reindex(ReindexOptions())
    assert (summary.resumed, summary.full, summary.indexed) == (True, True, 40)
    assert "Le phare 2" not in analysed
    assert "Le phare 30" in analysed
    assert newsroom.shown()["a3"][0] == "Le bateau 3"
    (folder,) = (path for path in newsroom.config.index.iterdir() if path.is_dir())
    assert sorted(path.name for path in folder.iterdir()) == [
        *(
            "duplicates.sqlite",
            "engine",
            "lexicon.sqlite",
            "manifest.json",
            "register.sqlite",
            "rejects.jsonl",
            "suggestions.sqlite",
        )
    ]
    before = newsroom.shown()
    newsroom.reindex(FULL)
    assert newsroom.shown() == before


def test_a_checkpoint_of_a_corpus_that_changed_is_brought_up_to_date(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", *(record(number) for number in range(20)))

    def interrupt(progress: Progress) -> None:
        if progress.read == 15:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        newsroom.reindex(ReindexOptions(checkpoint=1e-9), on_progress=interrupt)
    newsroom.write("a.jsonl", *(record(number, "bateau") for number in range(5, 20)))
    summary = newsroom.reindex(ReindexOptions())
    assert (summary.resumed, summary.indexed) == (True, 15)
    assert newsroom.total("bateau") == 15
    assert newsroom.total("phare") == 0


def test_a_missing_corpus_is_told(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", record(1))
    newsroom.reindex()
    shutil.rmtree(newsroom.config.corpus)
    with pytest.raises(CorpusMissing):
        newsroom.reindex()


# Random histories

_IDS: Final = st.integers(1, 4)
_RECORDS: Final = st.builds(
    lambda number, word, day, withdrawn: (
        {"id": f"a{number}", "status": "withdrawn"}
        if withdrawn
        else record(number, word, date=day)
        if day
        else {**record(number, word), "date": None}
    ),
    _IDS,
    st.sampled_from(["phare", "bateau"]),
    st.sampled_from(["2024-01-01", "2024-02-02", None]),
    st.integers(0, 5).map(lambda draw: draw == 0),
)
# Without an id, the same words are the same article wherever they stand.
_NAMELESS: Final = st.sampled_from([{"title": "Brève", "text": f"Une brève {number}."} for number in (1, 2)])
_FILES: Final = st.sampled_from(["a.jsonl", "b.jsonl", "b/c.jsonl", "d.txt"])
_CONTENTS: Final = st.lists(st.one_of(_RECORDS, _NAMELESS), max_size=4)
_STEPS: Final = st.lists(
    st.one_of(
        st.tuples(st.just("write"), _FILES, _CONTENTS),
        st.tuples(st.just("say"), _FILES, _CONTENTS),
        st.tuples(st.just("remove"), _FILES, _CONTENTS),
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=int(os.environ.get("HISTORIES", "25")),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize="HISTORIES" not in os.environ,
)
@given(_STEPS)
def test_an_index_that_grew_is_as_one_made_anew(
    newsroom: Newsroom, steps: list[tuple[str, str, list[dict[str, object]]]]
) -> None:
    for folder in (newsroom.config.corpus, newsroom.config.index):
        shutil.rmtree(folder, ignore_errors=True)
    newsroom.config.corpus.mkdir()
    for action, name, records in steps:
        if action == "write":
            newsroom.write(name, *records)
        elif action == "say":
            newsroom.say(*records)
        else:
            (newsroom.config.corpus / name).unlink(missing_ok=True)
        newsroom.reindex()
    grown = newsroom.articles()
    newsroom.reindex(FULL)
    assert grown == newsroom.articles()
