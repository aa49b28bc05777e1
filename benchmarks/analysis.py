"""Speed of the French analysis: ``python -m benchmarks.analysis [FILE.jsonl[.gz]] [--articles N]``.

Prints JSON: MB of UTF-8 text a second of CPU time on one core, ours (cold: nothing remembered; warm: words seen before)
and Whoosh's own ``LanguageAnalyzer("fr")`` with accent folding, in the same run, and the ratio.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from whoosh.analysis import CharsetFilter, LanguageAnalyzer
from whoosh.support.charset import accent_map

from searchapp.analysis import FrenchAnalyzer

DATA = Path(__file__).parents[2] / "shared/data/orange/docs.jsonl.gz"


def texts(path: Path, count: int) -> list[str]:
    """Return the texts of the first articles of a JSON Lines file."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in islice(lines, count)]


def speed(analyze: Callable[[str], object], corpus: list[str], megabytes: float) -> float:
    """Return MB a second of CPU time."""
    started = time.process_time()
    for text in corpus:
        analyze(text)
    return megabytes / (time.process_time() - started)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("file", nargs="?", type=Path, default=DATA)
    options.add_argument("--articles", type=int, default=6000)
    arguments = options.parse_args()
    corpus = texts(arguments.file, arguments.articles)
    megabytes = sum(len(text.encode()) for text in corpus) / 1e6
    ours = FrenchAnalyzer()
    cold = speed(ours.terms, corpus, megabytes)
    warm = max(speed(ours.terms, corpus, megabytes) for _ in range(3))
    theirs = LanguageAnalyzer("fr") | CharsetFilter(accent_map)
    share = corpus[: max(1, len(corpus) // 10)]
    whoosh = speed(
        lambda text: [token.text for token in theirs(text)], share, sum(len(text.encode()) for text in share) / 1e6
    )
    figures = {"megabytes": megabytes, "cold": cold, "warm": warm, "whoosh": whoosh, "ratio": cold / whoosh}
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
