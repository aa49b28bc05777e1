"""Floors of ranking quality, with the digest of what they were measured on. Data: ../shared/data, absent elsewhere.

Lucene's FrenchAnalyzer reaches 0.782, 0.773, 0.363 and 0.287. The suite runs what is quick, a share of the questions
with a floor of its own; ``python -m tests.quality.floors`` runs all four sets whole.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.quality.floors import SETS, JudgedSet, measure


@pytest.mark.parametrize("judged", SETS, ids=lambda judged: judged.name)
def test_the_data_is_what_the_floors_were_measured_on(shared: Path, judged: JudgedSet) -> None:
    for name, digest in judged.digests.items():
        content = (shared / "data" / judged.folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest()[:16] == digest, name


@pytest.mark.parametrize("judged", [judged for judged in SETS if judged.sampled], ids=lambda judged: judged.name)
def test_ranking_stays_above_its_floor(shared: Path, tmp_path: Path, judged: JudgedSet) -> None:
    report = measure(judged, shared / "data", tmp_path, every=judged.sampled)
    assert report.means[judged.measure] >= judged.sample_floor
    assert judged.sampled > 1 or report.means["R@100"] >= judged.recall_floor
