"""Clients that search an archive all the time while something happens to its cluster, and a corpus for them."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.errors import SearchappError
from searchapp.model import SearchRequest
from searchapp.search.service import SearchService

__all__ = ["EVERYWHERE", "Answer", "Traffic", "searching", "truth", "write_corpus"]

EVERYWHERE = "phare"
"""A word that every article has."""
QUERIES = (EVERYWHERE, "grève port", '"vieux port"', "marée -grève", "titre:phare tempête", "mou*", "pêcheur~")
CLIENTS = 16
_WORDS = (
    *("marée", "port", "vieux", "grève", "tempête", "mouette", "pêcheur", "digue", "quai", "sardine", "criée"),
    *("filet", "bateau", "vague", "brume", "capitaine", "ministre", "budget", "école", "hôpital", "rivière"),
    *("pont", "gare", "train", "musée", "théâtre", "village", "colline", "vigne", "récolte", "moulin", "forêt"),
)
_PAUSE_SECONDS = 1.0
_END_SECONDS = 120.0

Answer = tuple[int, tuple[str, ...]]
"""The total and the ids of the first ten articles."""


def write_corpus(config: Config, count: int) -> None:
    """Write so many articles; a larger corpus begins with the articles of a smaller one."""
    draw = random.Random(7)
    with Path(config.corpus, "articles.jsonl").open("w", encoding="utf-8") as file:
        for number in range(count):
            text = " ".join(draw.choices(_WORDS, k=120))
            article = {"id": f"a{number}", "title": f"Le phare et {draw.choice(_WORDS)}", "text": f"Le phare. {text}."}
            file.write(json.dumps(article, ensure_ascii=False) + "\n")


def truth(config: Config) -> tuple[str, dict[str, Answer]]:
    """Return the generation that answers and its answers, asked for in peace."""
    service = bootstrap.open_service(config)
    try:
        results = [service.search(SearchRequest(query)) for query in QUERIES]
    finally:
        service.close()
    assert {result.total_relation for result in results} == {"eq"}
    answers = {result.query: (result.total, tuple(hit.article.id for hit in result.hits)) for result in results}
    return results[0].generation, answers


@dataclass
class Traffic:
    """Answers of clients by generation and query, those that were said to be partial, and errors by their words."""

    answers: dict[tuple[str, str], set[Answer]] = field(default_factory=dict)
    partial: int = 0
    errors: list[SearchappError] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    count: int = 0

    def wait_for_answers(self, more: int, seconds: float = 120.0) -> None:
        """Wait until so many more searches were answered; raises AssertionError after ``seconds``."""
        target, end = self.count + more, time.monotonic() + seconds
        while self.count < target:
            assert time.monotonic() < end, f"{self.count} answers, {len(self.errors)} errors: {self.errors[-1:]}"
            time.sleep(0.05)

    def search(self, service: SearchService, query: str) -> None:
        try:
            result = service.search(SearchRequest(query))
        except SearchappError as error:
            self.errors.append(error)
        except BaseException as fault:
            self.faults.append(fault)
        else:
            self.count += 1
            if result.total_relation == "eq":
                answer = result.total, tuple(hit.article.id for hit in result.hits)
                self.answers.setdefault((result.generation, query), set()).add(answer)
            else:
                self.partial += 1


@contextmanager
def searching(config: Config) -> Iterator[Traffic]:
    """Let clients search until the end of the block, each with a pause after each search."""
    traffic, stop, service = Traffic(), Event(), bootstrap.open_service(config)

    def client(number: int) -> None:
        while not stop.wait(_PAUSE_SECONDS):
            traffic.search(service, QUERIES[number % len(QUERIES)])
            number += 1

    clients = [Thread(target=client, args=(number,), daemon=True) for number in range(CLIENTS)]
    for each in clients:
        each.start()
    try:
        yield traffic
    finally:
        stop.set()
        for each in clients:
            each.join(_END_SECONDS)
        assert not any(each.is_alive() for each in clients), "a search does not end"
        service.close()
