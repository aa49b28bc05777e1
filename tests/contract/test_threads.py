"""Threads share a reader: a search that takes long holds up no other, and each finds what it finds alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from searchapp.engines.port import Clause, Engine, PhraseClause, Reader, TermClause
from searchapp.schema import EXACT, FACET_FIELDS, WORDS
from tests.contract.conftest import Write, article, found

VOCABULARY = ("phare", "quai", "tomme", "chien", "lune")
ARTICLES = [
    article(
        str(number),
        text=" ".join(VOCABULARY[number % parts - 1] for parts in range(1, 6)),
        date=f"2024-01-{number % 9 + 1:02}",
    )
    for number in range(300)
]
CLAUSES: list[Clause] = [
    *(TermClause(EXACT["text"], ((word, 0.0),)) for word in VOCABULARY),
    *(PhraseClause(WORDS["text"], (one, other)) for one in VOCABULARY for other in VOCABULARY if one != other),
]


def find_all(reader: Reader, start: int, together: Barrier) -> list[list[str]]:
    """Search for every clause, from ``start`` on; return what was found in the order of the clauses."""
    together.wait(60)
    hits = {
        place % len(CLAUSES): found(reader, CLAUSES[place % len(CLAUSES)], facets=FACET_FIELDS, histogram=True)
        for place in range(start, start + len(CLAUSES))
    }
    return [hits[place] for place in range(len(CLAUSES))]


def test_searches_that_run_at_once_find_what_each_finds_alone(engine: Engine, write: Write) -> None:
    folder = write(ARTICLES)
    reader = engine.open(folder)
    alone = find_all(reader, 0, Barrier(1))
    assert sum(map(bool, alone)) > len(VOCABULARY)
    reader.close()
    for _ in range(5):
        reader, together = engine.open(folder), Barrier(4)
        with ThreadPoolExecutor(4) as pool:
            threads = [pool.submit(find_all, reader, start, together) for start in (0, 5, 5, 17)]
            assert [thread.result() for thread in threads] == [alone] * 4
        reader.close()
