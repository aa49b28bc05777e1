"""The floor of similar articles. Data: ../shared/data, absent elsewhere."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.quality.related import DIGESTS, LINKED_FLOOR, recall


def test_the_data_is_what_the_floor_was_measured_on(shared: Path) -> None:
    for name, digest in DIGESTS.items():
        content = (shared / "data" / "orange" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest()[:16] == digest, name


def test_similar_articles_are_those_that_an_editor_linked(shared: Path, tmp_path: Path) -> None:
    assert recall(shared / "data", tmp_path, linked_only=True) >= LINKED_FLOOR
