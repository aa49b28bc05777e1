"""Generations: kept, gone back to, hidden articles, and the one lock, with real files and real processes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.bootstrap import ReindexOptions
from searchapp.config import ENGINES, Config
from searchapp.errors import (
    ArticleNotFound,
    ArticleWithdrawn,
    GenerationMissing,
    IndexDamaged,
    IndexLocked,
    IndexMissing,
)
from searchapp.i18n import Message
from searchapp.indexing import Generations
from searchapp.indexing.locking import WriteLock
from searchapp.model import Filters, SearchRequest
from searchapp.search.service import SearchService

FULL = ReindexOptions(full=True)


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def service(config: Config) -> Iterator[SearchService]:
    opened = bootstrap.open_service(config)
    yield opened
    opened.close()


def publish(config: Config) -> str:
    return bootstrap.reindex(config, options=FULL).generation


def add(config: Config, **fields: object) -> None:
    """Add a record to the corpus: a new article, or a later version of one."""
    with (config.corpus / "articles.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(fields) + "\n")


def withdraw(config: Config, article_id: str) -> None:
    add(config, id=article_id, title="Retiré", text="", status="withdrawn", date="2026-01-01")


def ids(service: SearchService, query: str = "") -> list[str]:
    return sorted(hit.article.id for hit in service.search(SearchRequest(query, per_page=100)).hits)


# Kept


def test_as_many_generations_are_kept_as_the_setting_says(config: Config) -> None:
    many = replace(config, generations_kept=3)
    names = [publish(many) for _ in range(5)]
    assert Generations(config.index).names() == names[2:]
    assert publish(config) == Generations(config.index).names()[1]


def test_the_one_that_answered_before_is_kept_rather_than_the_one_that_was_left(config: Config) -> None:
    good, left = publish(config), publish(config)
    bootstrap.rollback(config)
    assert Generations(config.index).names() == [good, left]
    newest = publish(config)
    assert Generations(config.index).names() == [good, newest]


def test_a_damaged_generation_goes_before_a_whole_one(config: Config) -> None:
    three = replace(config, generations_kept=3)
    first, second, third = (publish(three) for _ in range(3))
    (config.index / third / "lexicon.sqlite").unlink()
    assert Generations(config.index).names() == [first, second, third]
    newest = publish(three)
    assert Generations(config.index).names() == [first, second, newest]


def test_an_interrupted_publish_leaves_what_was_published(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    first = publish(config)
    monkeypatch.setattr(Generations, "_prune", interrupt)
    with pytest.raises(KeyboardInterrupt):
        publish(config)
    assert Generations(config.index).current() != first
    assert bootstrap.index_status(config).manifest.articles == 5


def test_what_a_publish_killed_before_pruning_left_goes_with_the_next(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(config)
    with monkeypatch.context() as patched:
        patched.setattr(Generations, "_prune", lambda *_arguments: None)
        publish(config)
        published = publish(config)
    assert len(Generations(config.index).names()) == 3
    bootstrap.reindex(config)  # nothing changed
    names = Generations(config.index).names()
    assert (len(names), names[-1]) == (2, published)


# Going back


def test_a_rollback_lets_the_generation_before_answer_and_a_reindex_goes_forward(
    config: Config, service: SearchService
) -> None:
    first = publish(config)
    add(config, id="phare", title="Le phare est vendu", text="Il éclairait la presqu’île.")
    second = publish(config)
    assert (service.generation(), ids(service, "phare")) == (second, ["phare"])
    manifest, before = bootstrap.rollback(config)
    assert (manifest.generation, before) == (first, second)
    assert (service.generation(), ids(service, "phare")) == (first, [])
    bootstrap.reindex(config)
    assert service.generation() not in (first, second)
    assert ids(service, "phare") == ["phare"]


def test_a_rollback_names_a_generation_or_goes_forward_by_name(config: Config) -> None:
    three = replace(config, generations_kept=3)
    first, _, third = (publish(three) for _ in range(3))
    bootstrap.rollback(three, first)
    assert Generations(config.index).current() == first
    with pytest.raises(GenerationMissing, match="searchapp reindex"):
        bootstrap.rollback(three)
    bootstrap.rollback(three, third)
    assert Generations(config.index).current() == third


def test_a_rollback_refuses_what_is_damaged_or_not_there(config: Config) -> None:
    with pytest.raises(IndexMissing):
        bootstrap.rollback(config)
    first, second = publish(config), publish(config)
    for name in ("20200101T000000.000000Z-0000", ".."):
        with pytest.raises(GenerationMissing, match="searchapp status"):
            bootstrap.rollback(config, name)
    flip_a_byte(config.index / first / "lexicon.sqlite")
    with pytest.raises(IndexDamaged, match=f"{first}(.|\n)*lexicon.sqlite"):
        bootstrap.rollback(config)
    assert Generations(config.index).current() == second


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


# Withdrawn


def test_what_was_withdrawn_does_not_come_back_with_a_rollback(config: Config, service: SearchService) -> None:
    first = publish(config)
    assert "ingerence" in ids(service)
    withdraw(config, "ingerence")
    publish(config)
    assert ids(service) == ["cheval", "marche", "noel", "urgence"]
    with pytest.raises(ArticleWithdrawn):
        service.article("ingerence")
    bootstrap.rollback(config)
    result = service.search(SearchRequest(""))
    assert (result.generation, result.total) == (first, 4)
    assert ids(service) == ["cheval", "marche", "noel", "urgence"]
    assert ids(service, "ingérence") == ids(service, "id:ingerence") == ids(service, "auteur:çatal") == []
    assert "Russie" not in str(result)
    assert {bucket.value: bucket.count for bucket in result.facets["source"]}["Agence Hexapresse"] == 1
    assert [bucket.value for bucket in result.facets["author"]] == ["Anne Le Bihan", "Zoé Quéméner"]
    assert "2024-11" not in [bucket.date for bucket in result.histogram]
    assert service.search(SearchRequest("", Filters({"section": ("International",)}))).total == 0
    assert service.ranking("Moscou nie toute ingérence", 10) == []
    with pytest.raises(ArticleWithdrawn):
        service.article("ingerence")
    with pytest.raises(ArticleNotFound):
        service.article("introuvable")


def test_who_asked_nothing_between_a_withdrawal_and_a_rollback_is_not_shown_it(
    config: Config, service: SearchService
) -> None:
    publish(config)
    assert "ingerence" in ids(service)
    withdraw(config, "ingerence")
    publish(config)
    bootstrap.rollback(config)
    assert "ingerence" not in ids(service)


def test_what_stays_is_scored_as_before_when_something_is_hidden(config: Config, service: SearchService) -> None:
    publish(config)
    before = {entry: score for entry, score in service.ranking("urgence journal marché", 10) if entry != "ingerence"}
    assert len(before) == 3
    withdraw(config, "ingerence")
    publish(config)
    bootstrap.rollback(config)
    assert dict(service.ranking("urgence journal marché", 10)) == before


def test_what_is_published_again_after_a_withdrawal_is_shown_again(config: Config, service: SearchService) -> None:
    withdraw(config, "ingerence")
    publish(config)
    assert "ingerence" not in ids(service)
    records = (config.corpus / "articles.jsonl").read_text("utf-8").splitlines(keepends=True)
    (config.corpus / "articles.jsonl").write_text("".join(records[:-1]), "utf-8")
    publish(config)
    assert "ingerence" in ids(service)
    assert service.article("ingerence").article.title == "Moscou nie toute ingérence"


def test_more_withdrawn_articles_than_are_looked_for_at_a_time(config: Config, service: SearchService) -> None:
    for number in range(1200):
        add(config, id=f"dépêche-{number}", title=f"Dépêche {number}", text="Le vent tourne.")
    publish(config)
    for number in range(1200):
        withdraw(config, f"dépêche-{number}")
    publish(config)
    bootstrap.rollback(config)
    assert service.search(SearchRequest("")).total == 5
    assert ids(service, "dépêche") == []


# The lock


HOLD = """
import sys, time
from pathlib import Path
from searchapp.indexing.locking import WriteLock
sys.argv = ["searchapp", "reindex", "/srv/secret"]
with WriteLock(Path(sys.argv[0] and {folder!r})).held():
    print("held", flush=True)
    time.sleep({seconds})
"""


def hold(folder: Path, seconds: float) -> subprocess.Popen[str]:
    """Start a process that holds the lock."""
    code = HOLD.format(folder=str(folder), seconds=seconds)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_who_holds_the_lock_is_told_in_clear_words(tmp_path: Path) -> None:
    with hold(tmp_path, 60) as process:
        lock = WriteLock(tmp_path)
        holder = lock.holder()
        assert holder is not None
        assert (holder.pid, holder.command) == (process.pid, "searchapp reindex")
        since = f"{holder.since.astimezone():%Y-%m-%d %H:%M:%S}"
        with pytest.raises(IndexLocked) as refused, lock.held():
            raise AssertionError("held twice")
        told = str(refused.value)
        assert f"written by searchapp reindex (process {process.pid}, since {since})" in told
        assert "--wait SECONDS" in told
        assert "secret" not in told
        process.kill()


def test_the_lock_is_free_once_its_holder_was_killed(tmp_path: Path) -> None:
    with hold(tmp_path, 60) as process:
        process.send_signal(signal.SIGKILL)
    lock = WriteLock(tmp_path)
    assert lock.holder() is None
    with lock.held():
        pass


def test_who_waits_gets_the_lock_when_its_holder_ends(tmp_path: Path) -> None:
    told: list[Message] = []
    with hold(tmp_path, 1.5) as process, WriteLock(tmp_path).held(60, told.append):
        assert process.wait(0.5) == 0
    assert [str(message).split(",")[0] for message in told] == [f"Waiting for searchapp reindex (process {process.pid}"]


def test_who_waits_gets_the_lock_when_its_holder_is_killed(tmp_path: Path) -> None:
    with hold(tmp_path, 60) as process:

        def kill(_message: Message) -> None:
            process.send_signal(signal.SIGKILL)

        with WriteLock(tmp_path).held(60, kill):
            assert process.wait(60) == -signal.SIGKILL


def test_who_waits_in_vain_is_told_after_the_time(tmp_path: Path) -> None:
    with hold(tmp_path, 60) as process:
        started = time.monotonic()
        with pytest.raises(IndexLocked), WriteLock(tmp_path).held(1.2):
            raise AssertionError("held twice")
        assert time.monotonic() - started >= 1.2
        process.kill()


def test_the_lock_works_without_the_note_of_who_holds_it(tmp_path: Path) -> None:
    with WriteLock(tmp_path).held():
        (tmp_path / "LOCK.holder").write_text("{", "utf-8")
        with pytest.raises(IndexLocked, match="Another process"), WriteLock(tmp_path).held():
            raise AssertionError("held twice")
    with WriteLock(tmp_path).held():
        pass
