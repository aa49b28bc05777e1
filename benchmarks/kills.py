"""Kill reindexes at random moments: python -m benchmarks.kills [KILLS] [--engine ENGINE] [--seed 7] [--articles 2000]

After each kill the index has to answer from one whole generation and pass its check, and the next reindex has to
succeed and clear up (tests/indexing/proofs/kills.py).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.indexing.proofs.in_full import arguments_for, prove, tell
from tests.indexing.proofs.kills import Killer, Outcome


def killed(engine: str, work: Path, kills: int, articles: int, seed: int) -> Outcome:
    """Kill reindexes of one engine."""
    return Killer(work, engine, articles, seed).run(
        kills, lambda outcome: tell(outcome.kills, f"of {kills} kills, {engine}", outcome.failures)
    )


if __name__ == "__main__":
    parser = arguments_for(__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=300, help="kills of each engine")
    parser.add_argument("--seed", type=int, default=7, help="of the moments")
    parser.add_argument("--articles", type=int, default=2000, help="size of the corpus")
    given = parser.parse_args()
    prove(given.engine, partial(killed, kills=given.kills, articles=given.articles, seed=given.seed))
