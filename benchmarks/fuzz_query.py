"""Fuzz the query parser, guided by coverage: no exception, no text over 50 ms, and every normal form reads back.

    .venv/bin/pip install atheris
    .venv/bin/python benchmarks/fuzz_query.py -max_total_time=600 -max_len=2048

atheris is no dependency of the project: it is needed for this command only. It prints the number of inputs at the end.
"""

from __future__ import annotations

import sys
import time
from datetime import date

import atheris

with atheris.instrument_imports(include=["searchapp.query", "searchapp.query.date_words"]):
    from searchapp.query import parse, show
    from searchapp.query.date_words import CalendarWords

SLOWEST = 0.050
# Signs and words of the language: bytes below the number of rows stand for a row, others for a character.
PIECES = (
    *" \"«»“”„()|+-!=*~:&/.,'’\n\u00a0\u00ad_0127",
    *("ET ", "OU ", "SAUF ", "AND ", "NOT ", "PROCHE/3 ", "NEAR ", "titre:", "mot-clé:", "id:", "date:", "avant:"),
    *("depuis:", "2022", "2021-02-3", "..", "novembre ", "hier", "le mois dernier", "7j", "autuer:", "http://"),
    *("l’été", "C.H.U.", "1\u00a0200", "mot", "\ud800", "\x00", "https://x.fr/a?b=c"),
)
WORDS = CalendarWords(lambda: date(2026, 11, 25))
worst = 0.0


def text_of(data: bytes) -> str:
    """Return a text rich in the signs of the language."""
    return "".join(PIECES[byte] if byte < len(PIECES) else chr(byte * 3) for byte in data)


def check(data: bytes) -> None:
    """Parse one input, and its normal form again."""
    global worst
    text = text_of(data)
    started = time.process_time()
    tree = parse(text, WORDS).tree
    taken = time.process_time() - started
    # Coverage tracing slows the parser about tenfold, so the time is only reported here; the suite asserts it.
    worst = max(worst, taken)
    again = parse(show(tree), WORDS).tree
    assert again == tree, (text, show(tree))


if __name__ == "__main__":
    WORDS("hier")
    atheris.Setup(sys.argv, check)
    try:
        atheris.Fuzz()
    finally:
        print(f"slowest parse, traced: {worst * 1000:.1f} ms")
