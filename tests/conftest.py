"""Fixtures that every room may use: small French articles and an index of them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from searchapp import bootstrap
from searchapp.config import Config, load_config
from searchapp.search.service import SearchService

# How long an example takes says more about the machine than about the program. People draw anew each time, and find
# what nobody thought of; CI draws the same, so that a change lands or not for what it is.
settings.register_profile("searchapp", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("searchapp")

# Tests that make test-fast leaves out, by the beginning of their names: those that start processes, servers or
# browsers, draw random histories, or compute for seconds. Found by `make test ARGS=--durations=0`.
SLOW = (
    "browser/",
    "cli/",
    "contract/test_differential.py",
    "contract/test_parallel.py",
    "contract/test_search_after.py",
    "deploy/",
    "engines/test_tantivy.py::test_an_index_stays_below",
    "engines/test_whoosh_growth.py",
    "engines/test_whoosh_hostile.py",
    "engines/test_workers.py",
    "indexing/proofs/",
    "indexing/test_incremental.py",
    "ingest/journal/test_failures.py::test_a_writer_killed",
    "ingest/journal/test_concurrent_writers.py::test_memory_stays_flat",
    "ingest/journal/test_concurrent_writers.py::test_processes_that_write",
    "indexing/test_reindex.py",
    "indexing/test_restored_index.py",
    "indexing/test_unavailable.py",
    "ingest/test_attachments.py::test_mail_of_thousands",
    "ingest/test_connectors.py::test_command_line",
    "ingest/test_connectors.py::test_rows_of_a_postgresql",
    "ingest/test_corpus.py::test_real_articles",
    "ingest/test_hostile.py",
    "ingest/test_isolation.py",
    "ingest/test_reader_contract.py::test_bytes_changed",
    "ingest/test_reader_contract.py::test_huge_field",
    "operations/test_backup.py::test_backups_that_are_taken",
    "operations/test_backup.py::test_the_commands",
    "oracle/",
    "patterns/",
    "quality/",
    "query/test_laws.py",
    "search/test_highlight.py::test_marks_and_fragments_take_time",
    "search/test_trends.py::test_trends_equal",
    "search/test_service.py::test_more_expansions",
    "search/test_service.py::test_out_of_time",
    "search/test_service.py::test_the_language_finds",
    "server/",
    "test_installing.py::test_a_checkout",
    "test_manual.py",
    "test_packages.py",
    "web/proofs/",
    "web/test_acknowledged.py",
    "web/test_examples.py::test_a_new_generation",
    "web/test_openapi.py::test_programs",
    "web/test_withdrawn_is_nowhere.py",
)
TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if f"{item.path.relative_to(TESTS).as_posix()}::{item.name}".startswith(SLOW):
            item.add_marker("slow")


# Few words a line, so that each test can see why an article matches.
ARTICLES: list[dict[str, Any]] = [
    {
        "id": "ingerence",
        "title": "Moscou nie toute ingérence",
        "text": "L’État russe dément l’ingérence.\n\nLe porte-parole parle d’une fable américaine.",
        "lead": "Un démenti de plus.",
        "date": "2024-11-06T16:49:00+01:00",
        "source": "Agence Hexapresse",
        "section": "International",
        "author": ["Anne Le Bihan", "Noël Çatal"],
        "tags": ["Russie"],
    },
    {
        "id": "urgence",
        "title": "Deux mois d’état d’urgence",
        "text": "L'état d'urgence sanitaire entre en vigueur. Les infirmières du C.H.U. soufflent un peu.",
        "date": "2020-03-24",
        "source": "Agence Hexapresse",
        "section": "Santé",
        "author": "Anne Le Bihan",
    },
    {
        "id": "marche",
        "title": "La marche du lycée",
        "text": "Mille lycéens en marche pour le climat, à la une des journaux.",
        "date": "2019-03-16 18:10",
        "source": "L’Écho de Vallombre",
        "section": "Environnement",
    },
    {
        "id": "noel",
        "title": "Le marché de Noël ouvre",
        "text": "Le vin chaud coûte 4,50 euros au marché. Un journal en parle.",
        "date": "2022-12-03 11:05",
        "source": "L’Écho de Vallombre",
        "section": "Économie",
        "author": "Zoé Quéméner",
    },
    {
        "id": "cheval",
        "title": "Un cheval à la station-service",
        "text": "Deux chevaux ont fait le plein d’œillets sans passer à la caisse.",
        "source": "La Gazette de Sarmane",
        "section": "Faits divers",
    },
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of the five articles, as one JSON Lines file in a folder."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    lines = (json.dumps(article, ensure_ascii=False) + "\n" for article in ARTICLES)
    (folder / "articles.jsonl").write_text("".join(lines), "utf-8")
    return folder


@pytest.fixture
def engine_name() -> str:
    """The engine of the settings; modules that want to run over every engine give it parameters."""
    return "whoosh"


@pytest.fixture
def config(corpus: Path, tmp_path: Path, engine_name: str) -> Config:
    """Settings for that corpus; nothing is indexed yet."""
    return load_config({"corpus": corpus, "index": tmp_path / "index", "engine": engine_name})


@pytest.fixture
def indexed(config: Config) -> Config:
    """The same settings, once the corpus is indexed."""
    bootstrap.reindex(config)
    return config


@pytest.fixture
def service(indexed: Config) -> Iterator[SearchService]:
    """A search service over the five articles."""
    opened = bootstrap.open_service(indexed)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of test data that is not ours to publish; tests that need it are skipped where it is absent."""
    folder = Path(__file__).parents[2] / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("the test data of ../shared is not here; put it beside the project to run this test")
    return folder


@pytest.fixture(scope="session")
def plain() -> Callable[[str], str]:
    """Remove terminal colours."""
    return lambda text: re.sub(r"\x1b\[[0-9;]*m", "", text)
