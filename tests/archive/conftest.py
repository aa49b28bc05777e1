"""A small archive, made for tests: thirty-six articles of two newspapers by the sea, in every engine.

What a search puts first, finds and corrects can be checked by reading ``articles.jsonl``.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.config import ENGINES, load_config
from searchapp.search.service import SearchService


@pytest.fixture(scope="session", params=ENGINES)
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    folder = tmp_path_factory.mktemp("archive")
    (folder / "corpus").mkdir()
    shutil.copy(Path(__file__).parent / "articles.jsonl", folder / "corpus")
    config = load_config({"corpus": folder / "corpus", "index": folder / "index", "engine": request.param, "jobs": 1})
    bootstrap.reindex(config)
    service = bootstrap.open_service(config)
    yield service
    service.close()
