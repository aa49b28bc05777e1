"""Searches while reindexes publish: a short draw of what ``python -m benchmarks.load_while_reindexing`` does."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.config import ENGINES
from tests.indexing.proofs.load import Load


@pytest.mark.parametrize("engine", ENGINES)
def test_who_searches_while_reindexes_publish_sees_one_generation_at_a_time(engine: str, tmp_path: Path) -> None:
    report = Load(tmp_path, engine, clients=4, articles=150).run(3)
    assert not report.failures
    assert report.publishes == 3
    assert report.requests > 4 * 3 * 2
    # How soon is a matter of the machine too; the command asks for the second that is promised.
    assert report.longest_old_s < 20
