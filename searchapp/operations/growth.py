"""Estimates of time, memory and disk for a number of articles, from what was measured (``growth.json``).

Between two measured sizes a quantity follows the straight line through both on logarithmic scales (a power law); beyond
them the line of the outermost two. Seconds by the clock and p95 come from an idle machine; rows with ``load_before``
were measured beside other work and count for memory and disk only (benchmarks/growth.py, benchmarks/README.md).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import accumulate, pairwise
from math import exp, log, log10
from typing import Final

__all__ = ["ARTICLE_KB", "Estimate", "best_engine", "estimate", "uncertainty"]

# Mean size of a measured article; time and disk grow in proportion.
ARTICLE_KB: Final = 2.2
# Above it p95 of Whoosh is twice that of Tantivy, which has to be installed (an extra).
_WHOOSH_UP_TO: Final = 200_000
# A reindex that adds one article: start and publishing (benchmarks/README.md, Reindexing); and the copy of the index
# state, for each article that is there: the growth of ``day_cpu_seconds`` from 10,000 to 100,000.
_PUBLISH_SECONDS: Final = 0.6
_STATE_SECONDS: Final = 5e-6
_MEASURED_UP_TO: Final = 1_000_000


@dataclass(frozen=True)
class Estimate:
    """Of an engine with two processes on two cores: seconds, MB (10^6 bytes) and milliseconds.

    ``disk_mb`` has room for a full reindex beside the current generation; ``search_memory_mb`` is of a server process,
    besides the pages of files that the system caches.
    """

    engine: str
    index_seconds: float
    daily_seconds: float
    index_memory_mb: float
    search_memory_mb: float
    disk_mb: float
    search_p95_ms: float


def estimate(engine: str, articles: float, daily: float = 0, kb: float = ARTICLE_KB) -> Estimate:
    """Estimate for a corpus of ``articles`` of ``kb`` kilobytes each, and ``daily`` new ones in one reindex."""
    size = kb / ARTICLE_KB

    def at(quantity: str) -> float:
        return interpolated(_points(engine, quantity), articles)

    seconds = at("index_seconds") * size
    waits = _points(engine, "search_p95_ms")
    return Estimate(
        engine=engine,
        index_seconds=seconds,
        daily_seconds=_PUBLISH_SECONDS + _STATE_SECONDS * articles + seconds * daily / articles,
        index_memory_mb=at("index_memory_mb"),
        search_memory_mb=at("search_memory_mb"),
        disk_mb=2 * at("index_mb") * size,
        # A small corpus is searched no faster than the smallest that was measured: highlighting takes the time.
        search_p95_ms=interpolated(waits, max(articles, waits[0][0])),
    )


def best_engine(articles: float) -> str:
    """Name the engine to use for a corpus of this size."""
    return "whoosh" if articles <= _WHOOSH_UP_TO else "tantivy"


def uncertainty(articles: float) -> float:
    """Return the factor by which an estimate may be too high or too low.

    Two machines, or two days of one, differ by two. Each power of ten beyond the measured sizes doubles that.
    """
    return 2.0 * 2 ** max(0.0, log10(articles / _MEASURED_UP_TO))


def interpolated(points: Sequence[tuple[float, float]], at: float) -> float:
    """Return the value at a size by the power law through the two points around it, or through the nearest two."""
    pairs = list(pairwise(points))
    (left, low), (right, high) = next((pair for pair in pairs if at <= pair[1][0]), pairs[-1])
    share = log(at / left) / log(right / left)
    return exp(log(low) + share * (log(high) - log(low)))


def _points(engine: str, quantity: str) -> list[tuple[float, float]]:
    text = (resources.files("searchapp.operations") / "growth.json").read_text("utf-8")
    rows = [row for row in json.loads(text) if row["engine"] == engine and quantity in row]
    # More articles never take less: where a measurement says so, the higher one before it counts.
    highest = accumulate((row[quantity] for row in rows), max)
    return [(row["articles"], value) for row, value in zip(rows, highest, strict=True)]
