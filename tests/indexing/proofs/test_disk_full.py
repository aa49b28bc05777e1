"""The disk is full at every stage of a reindex: what was published answers, and the next one with room succeeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.indexing.proofs.record import MISSING_COMPILER, compiler
from tests.indexing.proofs.small_disk import Squeeze, small_disk

pytestmark = pytest.mark.skipif(compiler() is None, reason=MISSING_COMPILER)


@pytest.mark.parametrize("engine", ["whoosh", "tantivy"])
def test_a_full_disk_costs_nothing_but_the_new_index(engine: str, tmp_path: Path) -> None:
    with small_disk(tmp_path, mounted=True) as disk:
        outcome = Squeeze(tmp_path, engine, disk, articles=200).run(steps=6)
    assert not outcome.failures
    assert outcome.full > 5
    assert len(outcome.stages) > 2


def test_an_exhausted_quota_is_a_full_disk(tmp_path: Path) -> None:
    """Where no disk may be mounted the test above is this one; here it runs anywhere."""
    with small_disk(tmp_path, mounted=False) as disk:
        outcome = Squeeze(tmp_path, "whoosh", disk, articles=60).run(steps=2)
    assert not outcome.failures
    assert outcome.full > 3
