"""Generations are removed by their engine, whose index may lie elsewhere than in their folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from searchapp import bootstrap
from searchapp.bootstrap import ReindexOptions
from searchapp.config import Config
from searchapp.engines.port import Place, Reader, Writer
from searchapp.engines.whoosh_engine import WhooshEngine
from searchapp.errors import EngineUnavailable
from searchapp.i18n import Message
from searchapp.indexing import Generations
from searchapp.indexing.reindex import Progress

FULL = ReindexOptions(full=True)


class RemoteEngine:
    """Keeps each index in a folder of ``remote``; its place holds a file with the name of that folder.

    A file ``down`` in ``remote`` means that no index can be removed.
    """

    name = "whoosh"
    version = "remote 1"

    def __init__(self, remote: Path) -> None:
        self._remote = remote
        self._whoosh = WhooshEngine()

    def create(self, place: Place, base: Place | None = None) -> Writer:
        (place / "pointer").write_text(uuid4().hex)
        folder = self._folder(place)
        folder.mkdir(parents=True)
        return self._whoosh.create(folder, self._folder(base) if base else None)

    def open(self, place: Place) -> Reader:
        return self._whoosh.open(self._folder(place))

    def remove(self, place: Place) -> None:
        if (place / "pointer").exists():
            if (self._remote / "down").exists():
                raise EngineUnavailable(Message("The server is down."))
            self._whoosh.remove(self._folder(place))
        self._whoosh.remove(place)

    def _folder(self, place: Place) -> Place:
        return Place(self._remote / (place / "pointer").read_text())


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the indexes of the engine."""
    folder = tmp_path / "remote"
    monkeypatch.setitem(bootstrap.engine_choice._ENGINES, "whoosh", lambda config: RemoteEngine(folder))  # type: ignore[index]
    return folder


def pointers(config: Config) -> list[str]:
    return sorted(path.read_text() for path in config.index.glob("*/engine*/pointer"))


def indexes(remote: Path) -> list[str]:
    return sorted(path.name for path in remote.iterdir())


def interrupt_after(articles: int, error: BaseException) -> Callable[[Progress], None]:
    def interrupt(progress: Progress) -> None:
        if progress.read == articles:
            raise error

    return interrupt


def test_a_pruned_generation_takes_its_index_along(config: Config, remote: Path) -> None:
    for _ in range(4):
        bootstrap.reindex(config, options=FULL)
    assert len(indexes(remote)) == 2
    assert indexes(remote) == pointers(config)


def test_a_reindex_that_fails_leaves_no_index(config: Config, remote: Path) -> None:
    bootstrap.reindex(config, options=FULL)
    with pytest.raises(ValueError, match="broken"):
        bootstrap.reindex(config, interrupt_after(2, ValueError("broken")), FULL)
    assert len(indexes(remote)) == 1
    assert indexes(remote) == pointers(config)


def test_a_build_that_was_killed_loses_its_index_with_the_next_one(config: Config, remote: Path) -> None:
    bootstrap.reindex(config, options=FULL)
    generation = Generations(config.index).current()
    killed = config.index / "20200101T000000.000000Z-abcd"
    (config.index / generation).rename(killed)
    (killed / "manifest.json").unlink()
    (config.index / "CURRENT").unlink()
    bootstrap.reindex(config)
    assert len(indexes(remote)) == 1
    assert indexes(remote) == pointers(config)


def test_an_interrupted_rebuild_keeps_the_index_of_its_checkpoint_only(config: Config, remote: Path) -> None:
    often = ReindexOptions(full=True, checkpoint=1e-9)
    with pytest.raises(KeyboardInterrupt):
        bootstrap.reindex(config, interrupt_after(3, KeyboardInterrupt()), often)
    assert pointers(config) == indexes(remote)
    assert bootstrap.reindex(config, options=ReindexOptions(full=True)).resumed
    assert len(indexes(remote)) == 1
    assert indexes(remote) == pointers(config)


def test_an_index_that_cannot_be_removed_now_is_logged_and_stops_no_reindex(
    config: Config, remote: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = bootstrap.reindex(config, options=FULL).generation
    (remote / "down").touch()
    bootstrap.reindex(config, options=FULL)
    last = bootstrap.reindex(config, options=FULL).generation
    assert Generations(config.index).current() == last
    assert first not in Generations(config.index).names()
    assert f"The index of whoosh in generation {first}.removed may not be removed" in caplog.text
