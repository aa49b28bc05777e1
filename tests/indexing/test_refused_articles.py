"""Articles that an engine does not take: Whoosh here, behind a writer that refuses those with a certain word."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from searchapp import bootstrap
from searchapp.bootstrap import engine_choice
from searchapp.config import Config
from searchapp.derived import near_duplicates, spelling, suggestions
from searchapp.engines.port import Document, Place, Refused, Writer
from searchapp.engines.whoosh_engine import WhooshEngine
from searchapp.errors import RejectsRefused
from searchapp.i18n import Message
from searchapp.indexing.update import Progress
from searchapp.model import SearchRequest

REFUSED_WORD = "intarissable"


class RefusingEngine(WhooshEngine):
    def create(self, place: Place, base: Place | None = None) -> Writer:
        return ChoosyWriter(super().create(place, base))


class ChoosyWriter:
    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._refused: dict[str, Refused] = {}

    def add(self, document: Document, /, *, is_new: bool = False) -> None:
        article = document.article
        self._refused.pop(article.id, None)
        if REFUSED_WORD in article.text:
            self._refused[article.id] = Refused(article, Message("it is too long"))
            self._writer.delete(article.id)
        else:
            self._writer.add(document, is_new=is_new)

    def delete(self, article_id: str) -> None:
        self._writer.delete(article_id)

    def refused(self) -> list[Refused]:
        refused, self._refused = list(self._refused.values()), {}
        return refused

    def __enter__(self) -> Self:
        self._writer.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.__exit__(kind, error, trace)


Write = Callable[..., None]


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setitem(engine_choice._ENGINES, "whoosh", lambda config: RefusingEngine())  # type: ignore[index]
    (tmp_path / "articles").mkdir()
    return bootstrap.load_config({"corpus": tmp_path / "articles", "index": tmp_path / "index", "jobs": 1})


def write(config: Config, file: str, *articles: tuple[str, str, str]) -> None:
    """Write a file of (id, text, date)."""
    rows = [
        {"id": article_id, "title": f"Titre de {article_id}", "text": text, "date": date}
        for article_id, text, date in articles
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    Path(config.corpus, file).write_text(lines, "utf-8")


def found(config: Config, query: str) -> set[str]:
    with closing(bootstrap.open_service(config)) as service:
        return {hit.article.id for hit in service.search(SearchRequest(query)).hits}


SOURCE = ("source", "Une source claire coule au village.", "2024-05-01")
WELL = ("puits", f"Un puits {REFUSED_WORD} alimente le village.", "2024-05-02")


def test_a_refused_article_is_a_reject_among_the_others_and_all_numbers_agree(archive: Config) -> None:
    write(archive, "eaux.jsonl", SOURCE, WELL)
    (archive.corpus / "vide.txt").write_text("", "utf-8")
    summary = bootstrap.reindex(archive)
    assert (summary.read, summary.indexed, summary.rejected) == (3, 1, 2)
    reject = summary.rejects[0]
    assert (reject.file, str(reject.reason)) == ("eaux.jsonl", "the article “puits”: it is too long")
    assert found(archive, "village") == {"source"}
    manifest = bootstrap.index_status(archive).manifest
    assert (manifest.articles, manifest.rejects) == (1, 2)
    assert [report.damages for report in bootstrap.check_index(archive)] == [()]


def test_a_refused_article_is_tried_again_when_its_file_changes_and_not_before(archive: Config) -> None:
    write(archive, "eaux.jsonl", SOURCE, WELL)
    first = bootstrap.reindex(archive)
    again = bootstrap.reindex(archive)
    assert (again.published, again.rejected, again.generation) == (False, 1, first.generation)
    write(archive, "eaux.jsonl", SOURCE, ("puits", "Un puits alimente le village.", "2024-05-02"))
    changed = bootstrap.reindex(archive)
    assert (changed.added, changed.rejected, found(archive, "village")) == (1, 0, {"source", "puits"})


def test_an_article_whose_new_version_is_refused_is_gone(archive: Config) -> None:
    write(archive, "eaux.jsonl", SOURCE, ("puits", "Un puits alimente le village.", "2024-05-02"))
    bootstrap.reindex(archive)
    write(archive, "eaux.jsonl", SOURCE, WELL)
    summary = bootstrap.reindex(archive, options=bootstrap.ReindexOptions(yes=True))
    assert (summary.removed, summary.rejected, found(archive, "village")) == (1, 1, {"source"})


def test_an_earlier_version_in_another_file_counts_in_place_of_a_refused_one(archive: Config) -> None:
    write(archive, "avant.jsonl", ("puits", "Un vieux puits au village.", "2023-01-01"))
    write(archive, "eaux.jsonl", SOURCE, WELL)
    summary = bootstrap.reindex(archive)
    assert (summary.read, summary.indexed, summary.rejected, summary.duplicates) == (3, 2, 1, 0)
    assert found(archive, "vieux puits") == {"puits"}


def test_suggestions_spelling_and_copies_are_as_if_a_refused_article_had_never_been_there(
    archive: Config, tmp_path: Path
) -> None:
    write(archive, "eaux.jsonl", SOURCE, WELL)
    other = bootstrap.load_config({"corpus": tmp_path / "autres", "index": tmp_path / "autre", "jobs": 1})
    other.corpus.mkdir()
    write(other, "eaux.jsonl", SOURCE)
    assert derived_rows(archive) == derived_rows(other)


def derived_rows(config: Config) -> list[list[object]]:
    """Index, and return the rows of the files beside the index of the engine."""
    folder = config.index / bootstrap.reindex(config).generation
    rows: list[list[object]] = []
    for file, table in (
        (suggestions.FILE_NAME, "suggestions"),
        (spelling.FILE_NAME, "words"),
        (near_duplicates.FILE_NAME, "articles"),
    ):
        with closing(sqlite3.connect(folder / file)) as connection:
            rows.append(connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall())  # noqa: S608
    return rows


def test_refusals_before_a_checkpoint_are_known_to_the_rebuild_that_resumes_there(archive: Config) -> None:
    write(archive, "a.jsonl", WELL, SOURCE)
    write(archive, "b.jsonl", ("fontaine", "Une fontaine au village.", "2024-05-03"))
    options = bootstrap.ReindexOptions(checkpoint=1e-9)

    def stop(progress: Progress) -> None:
        if progress.read == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bootstrap.reindex(archive, stop, options)
    summary = bootstrap.reindex(archive, options=options)
    assert (summary.resumed, summary.indexed, summary.rejected) == (True, 2, 1)
    assert found(archive, "village") == {"source", "fontaine"}


def test_a_strict_reindex_publishes_nothing_when_an_article_is_refused(archive: Config) -> None:
    write(archive, "eaux.jsonl", SOURCE, WELL)
    with pytest.raises(RejectsRefused, match="too long"):
        bootstrap.reindex(archive, options=bootstrap.ReindexOptions(strict=True))
