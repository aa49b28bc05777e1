"""Random damage to an index: a short draw of what ``python -m benchmarks.damage`` does 300 times."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.config import ENGINES
from tests.indexing.proofs.damages import Damager


@pytest.mark.parametrize("engine", ENGINES)
def test_damage_is_named_and_costs_no_right_answer(engine: str, tmp_path: Path) -> None:
    outcome = Damager(tmp_path, engine).run(12)
    assert not outcome.failures
    assert (outcome.trials, outcome.signed, outcome.named) == (12, 3, 9)
