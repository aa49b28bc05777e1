"""An older copy of the index folder, put back: what was withdrawn since stays away, and indexing catches up."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from searchapp import bootstrap, create_app
from searchapp.cli import main
from searchapp.config import ENGINES, Config
from searchapp.errors import ArticleNotFound, ArticleWithdrawn
from searchapp.indexing import Generations
from searchapp.indexing.journal_tail import JournalTail
from searchapp.indexing.withdrawn import WITHDRAWN
from searchapp.model import JOURNAL_FOLDER, SearchRequest
from searchapp.search.service import SearchService
from searchapp.web.site import site


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def opened(config: Config) -> Iterator[Callable[[], SearchService]]:
    services: list[SearchService] = []

    def open_one() -> SearchService:
        services.append(bootstrap.open_service(config))
        return services[-1]

    yield open_one
    for service in services:
        service.close()


def say(config: Config, *records: dict[str, Any], file: str = "2026-11.jsonl") -> None:
    path = config.corpus / JOURNAL_FOLDER / file
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as journal:
        journal.writelines(json.dumps(record) + "\n" for record in records)


def withdrawal(article_id: str) -> dict[str, Any]:
    return {"id": article_id, "title": "", "status": "withdrawn", "modified": "2026-11-20T10:00:00+01:00"}


LIGHTHOUSE = {"id": "phare", "title": "Le phare est vendu", "text": "Il veillait sur la côte."}


def back_up(config: Config) -> Path:
    copy = config.index.with_name("backup")
    shutil.copytree(config.index, copy)
    return copy


def restore(config: Config, copy: Path) -> None:
    shutil.rmtree(config.index)
    shutil.copytree(copy, config.index)


@pytest.fixture
def restored(config: Config) -> Config:
    """An index put back from before two articles were withdrawn, one of which was published again."""
    say(config, LIGHTHOUSE)
    bootstrap.reindex(config)
    copy = back_up(config)
    say(config, withdrawal("ingerence"), withdrawal("phare"), {**LIGHTHOUSE, "text": "Il est racheté."})
    say(config, withdrawal("cheval"), file="2026-12.jsonl")
    bootstrap.reindex(config)
    restore(config, copy)
    return config


def ids(service: SearchService, query: str = "") -> list[str]:
    return sorted(hit.article.id for hit in service.search(SearchRequest(query, per_page=100)).hits)


def test_what_was_withdrawn_after_the_copy_was_made_is_nowhere(
    restored: Config, opened: Callable[[], SearchService]
) -> None:
    service = opened()
    assert ids(service) == ["marche", "noel", "phare", "urgence"]
    assert ids(service, "ingérence") == ids(service, "id:cheval") == []
    result = service.search(SearchRequest(""))
    assert (result.total, "Faits divers" in str(result.facets), "2024-11" in str(result.histogram)) == (4, False, False)
    for article_id in ("ingerence", "cheval"):
        with pytest.raises(ArticleWithdrawn):
            service.article(article_id)
    assert service.article("phare").article.text == "Il veillait sur la côte."
    with pytest.raises(ArticleNotFound):
        service.article("introuvable")


def test_the_command_line_does_not_show_it_either(
    restored: Config, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEARCHAPP_CORPUS", str(restored.corpus))
    monkeypatch.setattr("sys.argv", ["searchapp", "search", "--json", "--index", str(restored.index), "cheval"])
    with pytest.raises(SystemExit):
        main()
    assert json.loads(capsys.readouterr().out)["total"] == 0


def test_an_index_put_back_under_an_open_service_is_looked_at_again(
    config: Config, opened: Callable[[], SearchService]
) -> None:
    bootstrap.reindex(config)
    copy = back_up(config)
    say(config, withdrawal("ingerence"))
    bootstrap.reindex(config)
    service = opened()
    before = service.version()
    assert ids(service, "ingérence") == []
    restore(config, copy)
    assert ids(service, "ingérence") == []
    assert service.version() != before


def test_a_reindex_catches_up_and_nothing_is_hidden_any_more(
    restored: Config, opened: Callable[[], SearchService]
) -> None:
    bootstrap.reindex(restored)
    service = opened()
    assert ids(service) == ["marche", "noel", "phare", "urgence"]
    assert service.article("phare").article.text == "Il est racheté."
    assert service.version() == service.generation()


def test_a_later_word_of_the_journal_shows_the_article_again(
    restored: Config, opened: Callable[[], SearchService]
) -> None:
    say(restored, {"id": "cheval", "title": "Un cheval", "text": "Il est revenu."}, file="2026-12.jsonl")
    assert ids(opened(), "cheval") == ["cheval"]


def test_a_machine_without_the_corpus_shows_what_its_index_holds(
    restored: Config, opened: Callable[[], SearchService]
) -> None:
    shutil.rmtree(restored.corpus)
    assert "ingerence" in ids(opened())


def test_a_server_that_indexes_catches_up_by_itself(restored: Config) -> None:
    writing = replace(restored, write_token="w" * 20, index_delay=0.0)
    copy = back_up_again(restored)
    newest = bootstrap.reindex(restored).generation
    app = create_app(writing)
    client = app.test_client()
    client.get("/")  # the process has started, and looks after what one before it left
    with app.app_context():
        indexer = site().writing
    assert indexer is not None
    wait_until(lambda: not indexer.indexing.pending)
    restore(restored, copy)
    assert client.get("/articles/cheval").status_code == 410
    wait_until(lambda: Generations(restored.index).current() > newest or caught_up(restored))


def test_whoever_indexes_is_woken_when_an_index_comes_back(
    restored: Config, opened: Callable[[], SearchService]
) -> None:
    service, woken = opened(), []
    service.on_missing_withdrawals(lambda: woken.append(True))
    assert (len(ids(service)), len(ids(service)), woken) == (4, 4, [True])


def test_it_is_woken_too_when_the_list_of_withdrawals_comes_back_last(
    config: Config, opened: Callable[[], SearchService]
) -> None:
    bootstrap.reindex(config)
    copy = back_up(config)
    say(config, withdrawal("ingerence"))
    bootstrap.reindex(config)
    generations = Generations(config.index)
    newest, newest_list = generations.current(), (config.index / WITHDRAWN).read_bytes()
    restore(config, copy)
    (config.index / WITHDRAWN).write_bytes(newest_list)
    service, woken = opened(), []
    service.on_missing_withdrawals(lambda: woken.append(True))
    assert (service.generation() < newest, ids(service, "ingérence"), woken) == (True, [], [])
    shutil.copy(copy / WITHDRAWN, config.index / WITHDRAWN)
    assert (ids(service, "ingérence"), woken) == ([], [True])


def back_up_again(config: Config) -> Path:
    copy = config.index.with_name("older")
    shutil.copytree(config.index, copy)
    return copy


def caught_up(config: Config) -> bool:
    generations = Generations(config.index)
    return not JournalTail(config.corpus / JOURNAL_FOLDER).withdrawn_since(generations.path(generations.current()))


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_rollback_is_not_undone_by_what_was_withdrawn_since(
    config: Config, opened: Callable[[], SearchService]
) -> None:
    first = bootstrap.reindex(config).generation
    say(config, withdrawal("ingerence"))
    bootstrap.reindex(config)
    bootstrap.rollback(config)
    service, woken = opened(), []
    service.on_missing_withdrawals(lambda: woken.append(True))
    assert (service.generation(), ids(service, "ingérence"), woken) == (first, [], [])


# The tail


def test_only_the_lines_beyond_are_read(config: Config, tmp_path: Path) -> None:
    say(config, withdrawal("ingerence"))
    bootstrap.reindex(config)
    generations = Generations(config.index)
    folder, tail = generations.path(generations.current()), JournalTail(config.corpus / JOURNAL_FOLDER)
    journal = config.corpus / JOURNAL_FOLDER / "2026-11.jsonl"
    assert tail.withdrawn_since(folder) == frozenset()
    journal.write_bytes(b"x" * (journal.stat().st_size - 1) + b"\n")  # what was read is not read again
    say(config, withdrawal("noel"), {"id": "cafe\u0301", "title": "", "status": " Withdrawn "})
    assert tail.withdrawn_since(folder) == {"noel", "café"}
    with journal.open("ab") as file:
        file.write(b'no record withdrawn\n[1]\n{"status": "withdrawn"}\n')
        file.write(json.dumps(withdrawal("torn")).encode())
    assert tail.withdrawn_since(folder) == {"noel", "café"}


def test_a_journal_that_is_shorter_than_it_was_is_read_from_its_beginning(config: Config) -> None:
    say(config, LIGHTHOUSE, LIGHTHOUSE, LIGHTHOUSE)
    bootstrap.reindex(config)
    (config.corpus / JOURNAL_FOLDER / "2026-11.jsonl").unlink()
    say(config, withdrawal("noel"))
    generations = Generations(config.index)
    folder = generations.path(generations.current())
    assert JournalTail(config.corpus / JOURNAL_FOLDER).withdrawn_since(folder) == {"noel"}


def test_without_a_register_all_of_the_journal_is_read(config: Config, tmp_path: Path) -> None:
    say(config, withdrawal("noel"))
    assert JournalTail(config.corpus / JOURNAL_FOLDER).withdrawn_since(tmp_path / "nowhere") == {"noel"}
