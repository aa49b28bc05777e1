"""Cut the power at every moment of a reindex: python -m benchmarks.power_cuts [--engine ENGINE] [--scenario NAME]

Each operation of a recorded reindex on its disk is followed by a cut in every style of loss, and what is left has to
answer (tests/indexing/proofs/power_cuts.py). Needs a C compiler.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.indexing.proofs.in_full import arguments_for, prove, tell
from tests.indexing.proofs.power_cuts import SCENARIOS, Cuts, Replay, record_reindex


@dataclass(frozen=True, slots=True)
class ScenarioCuts:
    """The cuts of one scenario."""

    scenario: str
    recorded: int
    cuts: Cuts

    @property
    def failures(self) -> list[str]:
        return self.cuts.failures

    def figures(self) -> dict[str, Any]:
        """Return the counts by name."""
        return {"scenario": self.scenario, "recorded": self.recorded, **self.cuts.figures()}


def cut(engine: str, work: Path, scenario: str, writes: float, seed: int) -> ScenarioCuts:
    """Cut the power at every moment of one scenario, and within a share ``writes`` of the writes."""
    recording = record_reindex(work, engine, scenario)
    total = len(recording.operations)

    def on_moment(cuts: Cuts) -> None:
        so_far = f"moments (operation {cuts.operations} of {total}), {engine}, {scenario}"
        tell(cuts.moments, so_far, cuts.failures, every=100)

    return ScenarioCuts(scenario, total, Replay(recording, work, seed).run(writes=writes, on_moment=on_moment))


if __name__ == "__main__":
    parser = arguments_for(__doc__)
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="may be repeated; all without it")
    parser.add_argument("--writes", type=float, default=0.05, help="share of the writes that are cut after")
    parser.add_argument("--seed", type=int, default=0, help="of what is lost")
    given = parser.parse_args()
    chosen = given.scenario or SCENARIOS
    prove(given.engine, *(partial(cut, scenario=name, writes=given.writes, seed=given.seed) for name in chosen))
