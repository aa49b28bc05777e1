"""Read each file of a folder in a process of its own, of 300 MB and 5 seconds; print one JSON object a file.

Run by test_hostile.py: ``python -m tests.ingest.limited FOLDER``. The seconds are those of the processor, so that a
busy machine fails no test; a process that takes more is ended by the system.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import traceback
from pathlib import Path
from zoneinfo import ZoneInfo

from searchapp.ingest import read_corpus
from searchapp.model import Reject

MEMORY = 300 * 1000 * 1000
SECONDS = 5
# PDFium ends its process when memory is short, which the reader process is for.
ABORTING = (".pdf",)


def read(path: Path) -> dict[str, object]:
    """Return the numbers of articles and rejects, with the first reject."""
    articles = 0
    rejects: list[Reject] = []
    for found in read_corpus(path, ZoneInfo("Europe/Paris"), isolated=path.suffix in ABORTING):
        if isinstance(found, Reject):
            rejects.append(found)
        else:
            articles += 1
    first = (rejects[0].file, rejects[0].reason.render()) if rejects else None
    return {"articles": articles, "rejects": len(rejects), "first": first}


def run(path: Path) -> None:
    """Read ``path`` within the limits; the answer is printed by the child, its end by the parent."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        answer: dict[str, object] = {}
        with contextlib.suppress(SystemExit):
            try:
                answer = read(path)
            except BaseException:
                answer = {"error": traceback.format_exc()}
        print(json.dumps({"name": path.name, **answer}), flush=True)  # noqa: T201
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        print(json.dumps({"name": path.name, "error": f"ended by signal {status & 127}"}), flush=True)  # noqa: T201


if __name__ == "__main__":
    for file in sorted(Path(sys.argv[1]).iterdir()):
        run(file)
