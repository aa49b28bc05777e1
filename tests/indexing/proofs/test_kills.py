"""Reindexes killed at random moments: a short draw of what ``python -m benchmarks.kills`` does 300 times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.indexing.proofs.kills import Killer


@pytest.mark.parametrize("engine", ["whoosh", "tantivy"])
def test_a_reindex_killed_at_any_moment_loses_nothing(engine: str, tmp_path: Path) -> None:
    outcome = Killer(tmp_path, engine).run(6)
    assert not outcome.failures
    assert outcome.kills == 6
