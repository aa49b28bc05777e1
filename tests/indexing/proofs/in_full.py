"""Shared parts of the commands that run a proof in full: engines, folders, progress, figures, exit code."""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NoReturn, Protocol

from benchmarks.common import machine
from searchapp.config import ENGINES

__all__ = ["Proved", "arguments_for", "prove", "tell"]


class Proved(Protocol):
    """Outcome of a proof."""

    @property
    def failures(self) -> list[str]: ...

    def figures(self) -> dict[str, Any]:
        """Return the counts by name, ``failures`` among them."""
        ...


_EVERY: Final = 20


def arguments_for(description: str | None) -> argparse.ArgumentParser:
    """Return a parser that knows ``--engine``, which may be given several times; ``chosen`` are all without it."""
    parser = argparse.ArgumentParser(
        description=(description or "").partition("\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--engine", action="append", choices=ENGINES, help="may be repeated; all of them without it")
    return parser


def tell(count: int, of: str, failures: Sequence[str], every: int = _EVERY) -> None:
    """Tell how far a proof is, whenever ``count`` can be divided by ``every``."""
    if count and count % every == 0:
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {count} {of}, {len(failures)} failures\n")
        sys.stderr.flush()


def prove(engines: Sequence[str] | None, *proofs: Callable[[str, Path], Proved]) -> NoReturn:
    """Run each proof over each engine, in a temporary folder; print the figures as JSON; exit with 1 on failures."""
    runs = [_run(proof, engine) for engine in engines or ENGINES for proof in proofs]
    failures = sum(len(run["failures"]) for run in runs)
    figures = {"failures": failures, "runs": runs, "machine": machine()}
    sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")
    sys.exit(1 if failures else 0)


def _run(proof: Callable[[str, Path], Proved], engine: str) -> dict[str, Any]:
    started = time.monotonic()
    with TemporaryDirectory(prefix="searchapp-proof-") as work:
        try:
            figures = proof(engine, Path(work)).figures()
        except Exception as error:  # the other runs still say something
            traceback.print_exc()
            figures = {"failures": [f"{type(error).__name__}: {error}"]}
    return {"engine": engine, **figures, "seconds": round(time.monotonic() - started, 1)}
