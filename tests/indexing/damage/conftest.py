"""An index of two generations for each engine, and ways to damage its files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from searchapp import bootstrap
from searchapp.bootstrap import ReindexOptions
from searchapp.config import ENGINES, Config
from searchapp.indexing import Generations
from searchapp.model import SearchRequest
from searchapp.search.service import SearchService

FULL = ReindexOptions(full=True)


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def two(config: Config) -> Config:
    """An index of two generations; the later one also holds an article on a lighthouse."""
    with (config.corpus / "articles.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": 7}\n')  # a reject, so that no file is empty
    bootstrap.reindex(config, options=FULL)
    with (config.corpus / "articles.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": "phare", "title": "Le phare est vendu", "text": "Il veillait sur la côte."}))
    bootstrap.reindex(config, options=FULL)
    return config


@pytest.fixture
def open_service(two: Config) -> Iterator[Callable[[], SearchService]]:
    """Open services that are closed at the end."""
    opened: list[SearchService] = []

    def open_one() -> SearchService:
        opened.append(bootstrap.open_service(two))
        return opened[-1]

    yield open_one
    for service in opened:
        service.close()


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0x20
    path.write_bytes(content)


def halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def lose(path: Path) -> None:
    path.unlink()


def names(config: Config) -> list[str]:
    return Generations(config.index).names()


def files_of(config: Config, generation: str) -> list[str]:
    folder = config.index / generation
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def damaged_files(config: Config, generation: str | None = None) -> list[str]:
    (report,) = bootstrap.check_index(config, generation)
    return [damage.file for damage in report.damages]


def total(service: SearchService, query: str) -> int:
    return service.search(SearchRequest(query)).total


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(3000):
        if condition():
            return
        Event().wait(0.01)
    raise AssertionError("it did not come about")


def fail_in(service: SearchService, generation: str, error: Exception) -> None:
    """Let the open generation fail from now on, as the system does when it cannot read a file."""
    with service._searcher.acquire() as opened:
        assert opened.name == generation

        def fail(*_arguments: object) -> Any:
            raise error

        opened.reader.search = opened.reader.articles = fail  # type: ignore[method-assign]
