"""Reindex on disks of every size: python -m benchmarks.full_disks [--engine ENGINE] [--articles 2000] [--steps 20]

A disk too small has to cost nothing but the new generation, and what its message asks for has to be enough
(tests/indexing/proofs/small_disk.py). A tmpfs where one may be mounted, else a quota; needs a C compiler.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.indexing.proofs.in_full import arguments_for, prove, tell
from tests.indexing.proofs.small_disk import Outcome, Squeeze, small_disk


def squeezed(engine: str, work: Path, articles: int, steps: int, *, mounted: bool) -> Outcome:
    """Find the least space that is enough, in this many steps."""

    def on_step(outcome: Outcome) -> None:
        tell(outcome.steps, f"reindexes, {outcome.full} without enough room, {engine}", outcome.failures, every=5)

    with small_disk(work, mounted=mounted) as disk:
        return Squeeze(work, engine, disk, articles, on_step).run(steps)


if __name__ == "__main__":
    parser = arguments_for(__doc__)
    parser.add_argument("--articles", type=int, default=2000, help="size of the corpus")
    parser.add_argument("--steps", type=int, default=20, help="halvings between too little and enough")
    parser.add_argument("--quota", action="store_true", help="no tmpfs, even where one may be mounted")
    given = parser.parse_args()
    prove(given.engine, partial(squeezed, articles=given.articles, steps=given.steps, mounted=not given.quota))
