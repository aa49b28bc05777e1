"""Attack the server: python -m benchmarks.attack [--requests 20000] [--seed 14] [--address HOST:PORT]

Hostile HTTP requests, raw and seeded (tests/web/proofs/hostile.py). No answer may be a server error (503 with
Retry-After is counted apart), lack a security header, lead to another host or come later than query_seconds + 1 s, and
no whole request may stay without one. A server of the demonstration corpus is started for it, unless an address is
given. Exit code 1 when anything of that was seen.
"""

from __future__ import annotations

import json
import shutil
import sys
from functools import partial
from pathlib import Path

from benchmarks.common import ROOT
from searchapp.config import load_config
from tests.indexing.proofs.commands import Index, serving
from tests.indexing.proofs.in_full import arguments_for, prove, tell
from tests.web.proofs.attack import Attack, Report
from tests.web.proofs.hostile import draw, settings_of

SLACK_SECONDS = 1.0


def attack(address: str, requests: int, seed: int) -> Report:
    """Attack a server that runs."""
    seconds = load_config().query_seconds + SLACK_SECONDS
    told = partial(tell, of="requests", every=2000)
    sending = Attack(address, seconds)
    generation = sending.wait_until_ready()
    return sending.run(draw(seed, requests, generation), lambda report: told(report.requests, failures=report.failures))


def started(engine: str, work: Path, workers: int, requests: int, seed: int) -> Report:
    """Attack a server of its own."""
    index = Index(work / "index", Path(shutil.copytree(ROOT / "corpus", work / "corpus")), engine)
    index.reindex()
    with serving(index, workers=workers, settings=settings_of(work)) as address:
        return attack(address, requests, seed)


if __name__ == "__main__":
    parser = arguments_for(__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=14)
    parser.add_argument("--workers", type=int, default=2, help="processes of the server")
    parser.add_argument("--address", help="host:port of a server that runs")
    given = parser.parse_args()
    common = {"requests": given.requests, "seed": given.seed}
    if given.address:
        report = attack(given.address, **common)
        sys.stdout.write(json.dumps(report.figures(), ensure_ascii=False, indent=2) + "\n")
        sys.exit(1 if report.failures else 0)
    prove(given.engine, partial(started, workers=given.workers, **common))
