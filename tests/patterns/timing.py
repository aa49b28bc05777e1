"""Growth of the time of every regular expression with its input: python -m tests.patterns.timing

Each is run over strings of 10,000 and of 100,000 signs (see strings). Printed is the worst ratio of the two times for
each pattern, the worst of all last. A pattern that does not come to an end is ended by the kernel, and told.
"""

from __future__ import annotations

import heapq
import json
import re
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.patterns.found import Found, patterns
from tests.patterns.strings import units

ROOT = Path(__file__).parents[2]
SMALL, LARGE = 10_000, 100_000
# Linear is 10, quadratic 100.
MOST = 30.0
# What is faster over 100,000 signs is linear enough, and too short to be measured.
FLOOR = 0.02
# A pattern that takes so long over 10,000 signs is not run over more.
HOPELESS = 0.1
LIMIT = 2.0
# Of all strings of a pattern, so many are run at the larger size: the slowest at the smaller.
SLOWEST = 4


@dataclass(frozen=True)
class Timing:
    """The worst of one pattern: ``ratio`` is infinite for one that was given up."""

    place: str
    ratio: float
    string: str


def _worst(found: Found) -> Timing:
    worst = Timing(found.place, 0.0, "")
    for timing in _of_pattern(found):
        worst = max(worst, timing, key=lambda one: one.ratio)
        if worst.ratio > LARGE:
            break
    return worst


def _of_pattern(found: Found) -> Iterator[Timing]:
    for use in sorted(found.uses):
        small = [
            (_seconds(found.pattern, use, _string(found.pattern, unit, SMALL)), unit) for unit in units(found.pattern)
        ]
        for seconds, unit in heapq.nlargest(SLOWEST, small):
            strings = _string(found.pattern, unit, SMALL), _string(found.pattern, unit, LARGE)
            yield Timing(found.place, _ratio(found.pattern, use, strings, seconds), f"{use} {unit!r}")


def _string(pattern: re.Pattern[Any], parts: tuple[str, str, str], size: int) -> Any:
    before, unit, after = parts
    text = before + unit * (size // len(unit)) + after
    return text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")


def _ratio(pattern: re.Pattern[Any], use: str, strings: tuple[Any, Any], small: float) -> float:
    if small > HOPELESS and (small := _seconds(pattern, use, strings[0])) > HOPELESS:
        return float("inf")
    large = _seconds(pattern, use, strings[1])
    for _ in range(3):
        if large < FLOOR or large / small < MOST:
            break
        small = _seconds(pattern, use, strings[0])
        large = min(large, _seconds(pattern, use, strings[1]))
    return large / max(small, FLOOR / 10)


def _seconds(pattern: re.Pattern[Any], use: str, text: Any) -> float:
    start = time.thread_time()
    if use in ("sub", "subn"):
        pattern.sub(lambda match: match[0], text)
    elif use == "finditer":
        deque(pattern.finditer(text), maxlen=0)
    else:
        getattr(pattern, use)(text)
    return time.thread_time() - start


def measure(only: str = "") -> list[Timing]:
    """Return the timings of all patterns (or those of the module ``only``), measured in processes that can be ended."""
    done: list[Timing] = []
    while True:
        command = [sys.executable, "-m", "tests.patterns.timing", "--from", str(len(done)), only]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        done += [Timing(*json.loads(line)) for line in result.stdout.splitlines()]
        if result.returncode == 0:
            return done
        if result.returncode != -signal.SIGPROF:
            raise RuntimeError(result.stderr)
        done.append(Timing(_listed(only)[len(done)].place, float("inf"), "it does not end"))


def _listed(only: str) -> list[Found]:
    if not only:
        return patterns()
    module = __import__(only, fromlist=["PATTERNS"])
    return [Found(f"{only}.{name}", pattern, frozenset([use])) for name, (pattern, use) in module.PATTERNS.items()]


def _child(start: int, only: str) -> None:
    for found in _listed(only)[start:]:
        signal.setitimer(signal.ITIMER_PROF, LIMIT)
        timing = _worst(found)
        print(json.dumps([timing.place, timing.ratio, timing.string]), flush=True)  # noqa: T201
    signal.setitimer(signal.ITIMER_PROF, 0)  # the end of the process is not timed


if __name__ == "__main__":
    if sys.argv[1:2] == ["--from"]:
        _child(int(sys.argv[2]), sys.argv[3])
    else:
        for timing in sorted(measure(), key=lambda one: one.ratio):
            print(f"{timing.ratio:6.1f}  {timing.place}  {timing.string[:80]}")  # noqa: T201
