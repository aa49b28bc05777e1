"""Simulation: how much longer a search takes with more shards, from the measured times of one.

``python -m benchmarks.shards FIGURES.json``: prints a table in Markdown. The file is what ``benchmarks.cluster`` has
printed. A search waits for the slowest shard, so its time is the maximum of as many draws from the times of one, and
that twice: with dfs_query_then_fetch each shard is first asked for its frequencies, which takes it a tenth. The last
column adds pauses: one in a thousand answers of a shard comes 200 ms late, as after a garbage collection.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

SHARDS = (1, 3, 10, 30, 100, 300)
DRAWS = 4000
PAUSE_SHARE, PAUSE_MS = 0.001, 200.0
FREQUENCIES_SHARE = 0.1


def simulated(times: list[float], shards: int, pause_share: float, draw: random.Random) -> list[float]:
    """Return the sorted milliseconds of searches over so many shards."""

    def answer() -> float:
        return draw.choice(times) + (PAUSE_MS if draw.random() < pause_share else 0.0)

    def search() -> float:
        return sum(share * max(answer() for _ in range(shards)) for share in (FREQUENCIES_SHARE, 1.0))

    return sorted(search() for _ in range(DRAWS))


def quantile(ordered: list[float], share: float) -> float:
    return ordered[int(share * (len(ordered) - 1))]


def main() -> None:
    times = [max(0.5, float(each)) for each in json.loads(Path(sys.argv[1]).read_text("utf-8"))["shard_ms"]]
    draw = random.Random(1)
    lines = ["| shards | p50 | p95 | p95 beside one shard | p95 with pauses |", "|---|---|---|---|---|"]
    alone = 0.0
    for shards in SHARDS:
        plain = simulated(times, shards, 0.0, draw)
        p95 = quantile(plain, 0.95)
        alone = alone or p95
        paused = quantile(simulated(times, shards, PAUSE_SHARE, draw), 0.95)
        lines.append(
            f"| {shards} | {quantile(plain, 0.5):.0f} ms | {p95:.0f} ms | {p95 / alone:.1f} | {paused:.0f} ms |"
        )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
