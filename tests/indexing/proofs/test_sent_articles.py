"""Articles sent while reindexes run: a short draw of ``python -m benchmarks.load_while_reindexing --sent``."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.config import ENGINES
from tests.indexing.proofs.sent_articles import SentArticles


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_taken_is_found_and_no_reindex_loses_it(engine: str, tmp_path: Path) -> None:
    report = SentArticles(tmp_path, engine, writers=2, articles=100).run(4, reindexes=2)
    assert not report.failures
    assert report.sent == 8
    assert report.withdrawn == 3
    assert report.looks > report.sent
