"""Hold a server to its OpenAPI document: python -m benchmarks.api_contract [--requests 20000] [--closed]

schemathesis draws requests that the document allows, and such that it does not, and compares the answers: status, media
type, header fields, JSON Schema, refusals of wrong requests, needed tokens. It runs in an environment of its own, which
uv makes (44 MB; its pins of pytest and hypothesis are not ours). ``--closed``: the whole archive needs a token. The
server is one of the demonstration corpus, started for it; schemathesis exits with 1 when anything differs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.common import ROOT
from tests.indexing.proofs.commands import Index, serving
from tests.indexing.proofs.in_full import arguments_for, prove
from tests.web.proofs.hostile import TOKEN

SCHEMATHESIS = "schemathesis==4.32.5"
OPERATIONS = 30
SETTINGS = """
[checks]
# An article that an earlier request withdrew is 410.
positive_data_acceptance.expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "410", "429", "5xx"]
negative_data_rejection.expected-statuses = ["4xx", "5xx"]

# A record may have the fields and forms of several formats, as files have: 422 says what is wrong with it.
[[operations]]
include-path-regex = "^/api/v1/articles"
include-method = ["PUT", "POST"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "410", "422", "429", "5xx"]
checks.negative_data_rejection.enabled = false
"""


# A failure begins with its number and title, below the operation; the statistics follow the last one.
FAILURE = re.compile(r"^(?:_{3,} .{1,200} _{3,}|- .{1,200})$", re.MULTILINE)
SUMMARY = re.compile(r"^=+ SUMMARY =+$", re.MULTILINE)


@dataclass(frozen=True)
class Report:
    """Findings of schemathesis: operations with the titles of their failures, and its summary."""

    failures: list[str]
    summary: list[str]

    def figures(self) -> dict[str, Any]:
        """Return both by name."""
        return asdict(self)


def contract(engine: str, work: Path, requests: int, seed: int, closed: bool) -> Report:
    """Return the report of schemathesis on a server of its own."""
    index = Index(work / "index", Path(shutil.copytree(ROOT / "corpus", work / "corpus")), engine)
    index.reindex()
    (work / "schemathesis.toml").write_text(SETTINGS, "utf-8")
    settings = {"SEARCHAPP_WRITE_TOKEN": TOKEN, "SEARCHAPP_WRITE_RATE": "0"}
    if closed:
        settings["SEARCHAPP_ANONYMOUS_SCOPES"] = ""
    with serving(index, workers=2, settings=settings) as address:
        return run(address, work, requests, seed)


def run(address: str, work: Path, requests: int, seed: int) -> Report:
    """Run schemathesis against a server that runs."""
    options = ["--checks", "all", "--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--no-color"]
    options += ["--max-examples", str(max(1, requests // OPERATIONS)), "--seed", str(seed)]
    options += ["--header", f"Authorization: Bearer {TOKEN}"]
    command = [sys.executable, "-m", "uv", "tool", "run", "--from", SCHEMATHESIS, "schemathesis", "--config-file"]
    command += [str(work / "schemathesis.toml"), "run", f"http://{address}/openapi.json", *options]
    environment = {"SCHEMATHESIS_HOOKS": "benchmarks.api_contract_hooks", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=work, env={**os.environ, **environment}, capture_output=True, text=True)
    sys.stderr.write(done.stdout)
    findings, *rest = SUMMARY.split(done.stdout)
    failures = FAILURE.findall(findings) if done.returncode else []
    if done.returncode and not failures:
        failures = [done.stderr[-2000:] or "schemathesis ended early"]
    return Report(failures, "".join(rest).strip().splitlines())


if __name__ == "__main__":
    parser = arguments_for(__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--closed", action="store_true", help="the whole archive needs a token")
    given = parser.parse_args()
    prove(given.engine, partial(contract, requests=given.requests, seed=given.seed, closed=given.closed))
