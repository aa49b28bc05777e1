"""Damage an index at random: python -m benchmarks.damage [TRIALS] [--engine ENGINE] [--seed 7] [--articles 60]

Each trial changes files of an index (bits, bytes, pages, lengths, whole files), looks what ``check`` names, asks
everything of the service, goes back, and reindexes. Of four trials one makes the digests fit the damage, as a stranger
who sends an index can (tests/indexing/proofs/damages.py).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.indexing.proofs.damages import Damager, Outcome
from tests.indexing.proofs.in_full import arguments_for, prove, tell


def damaged(engine: str, work: Path, trials: int, articles: int, seed: int) -> Outcome:
    """Run the trials with one engine."""
    return Damager(work, engine, articles, seed).run(
        trials, lambda outcome: tell(outcome.trials, f"of {trials} trials, {engine}", outcome.failures)
    )


if __name__ == "__main__":
    parser = arguments_for(__doc__)
    parser.add_argument("trials", type=int, nargs="?", default=300, help="trials of each engine")
    parser.add_argument("--seed", type=int, default=7, help="of the damage")
    parser.add_argument("--articles", type=int, default=60, help="size of the corpus")
    given = parser.parse_args()
    prove(given.engine, partial(damaged, trials=given.trials, articles=given.articles, seed=given.seed))
