"""Calls of the port that a search makes: over a network each is a round trip, so there are three at most."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from searchapp import bootstrap
from searchapp.analysis import FrenchAnalyzer
from searchapp.config import ENGINES, load_config
from searchapp.engines.port import Engine, Place, Reader
from searchapp.indexing.generations import Generations
from searchapp.model import Filters, Grouping, Match, SearchRequest, Sort
from searchapp.search.service import SearchService
from tests.derived.test_near_duplicates import prose

THREE = ["term_statistics", "search", "details"]
HEADLINE = (
    "Grève à la SNCF : les cheminots de Brennec reconduisent leur mouvement jusqu’à vendredi, "
    "un train sur deux circulera entre l’estuaire et la capitale"
)
SEARCHES = {
    "words": SearchRequest("greve sncf"),
    "headline": SearchRequest(HEADLINE),
    "phrase": SearchRequest('"un train sur deux"'),
    "phrase and word": SearchRequest('"un train sur deux" brennec'),
    "prefix": SearchRequest("chemi*"),
    "wildcard and word": SearchRequest("ch?min* vendredi"),
    "phrase with a wildcard": SearchRequest('"un tra?n sur deux"'),
    "prefix in the title": SearchRequest("titre:chemi* vendredi"),
    "near each other": SearchRequest("train PROCHE/5 circul*"),
    "misspelt": SearchRequest("chemniots vendredi"),
    "compound": SearchRequest("l’après-midi vendredi"),
    "stopwords": SearchRequest("le la les"),
    "everything": SearchRequest(""),
    "grouped": SearchRequest("greve sncf", group=Grouping.COPIES),
    "explained": SearchRequest("greve sncf", explain=True),
    "recent": SearchRequest("greve sncf", recency=30),
    "all words": SearchRequest("greve vendredi", match=Match.ALL),
    "newest": SearchRequest("greve vendredi", sort=Sort.NEWEST),
    "newest with a word that no article holds": SearchRequest("greve xylofage", sort=Sort.NEWEST),
    "second page": SearchRequest("greve sncf", page=2),
    "page behind the reranked results": SearchRequest("greve sncf", page=11),
    "filtered": SearchRequest("greve sncf", Filters({"source": ("Écho",)})),
}


class CountingReader:
    """A reader of an engine that notes which of its methods are called."""

    def __init__(self, reader: Reader, calls: list[str]) -> None:
        self._reader = reader
        self._calls = calls

    @property
    def count(self) -> int:
        return self._reader.count

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._reader, name)

        def counted(*values: Any, **named: Any) -> Any:
            self._calls.append(name)
            return method(*values, **named)

        return counted


class CountingEngine:
    """An engine whose readers note their calls."""

    def __init__(self, engine: Engine, calls: list[str]) -> None:
        self._engine = engine
        self._calls = calls

    def open(self, place: Place) -> Any:
        return CountingReader(self._engine.open(place), self._calls)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


def records() -> Iterator[dict[str, object]]:
    """A strike day by day, each report printed by two newspapers."""
    for number in range(80):
        text = (
            f"Au jour {number} du mouvement, la SNCF annonce qu’un train sur deux circule à Brennec. "
            f"La grève des cheminots, suivie au dépôt {number}, tient jusqu’à vendredi après-midi. "
            f"Le chemin de fer de l’estuaire attend {number} voyageurs.\n\n{prose(number, 4, 40)}"
        )
        for source in ("Écho", "Phare"):
            title = "Les cheminots poursuivent" if number % 2 else "La grève continue"
            yield {"id": f"{number}/{source}", "title": title, "text": text, "source": source, "date": "2024-05-01"}


@pytest.fixture(scope="module", params=ENGINES)
def counting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A service over a counting engine, and the list of calls."""
    folder = tmp_path_factory.mktemp("archive")
    Path(folder, "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records()), "utf-8")
    bootstrap.reindex(load_config({"corpus": folder / "a.jsonl", "index": folder / "index", "engine": request.param}))
    calls: list[str] = []
    engine: Any = CountingEngine(bootstrap.engine_named(request.param), calls)
    service = SearchService(Generations(folder / "index", 2, lambda _: engine), lambda _: engine, FrenchAnalyzer())
    service.search(SearchRequest("ouvre la génération"))
    yield service, calls
    service.close()


@pytest.mark.parametrize("request_", SEARCHES.values(), ids=SEARCHES)
def test_a_search_makes_three_calls_at_most(counting: tuple[SearchService, list[str]], request_: SearchRequest) -> None:
    service, calls = counting
    calls.clear()
    result = service.search(request_)
    assert result.total > 0
    assert set(calls) <= set(THREE)
    assert len(calls) == len(set(calls))


def test_plain_words_need_all_three(counting: tuple[SearchService, list[str]]) -> None:
    service, calls = counting
    calls.clear()
    service.search(SearchRequest("greve sncf"))
    assert calls == THREE


def test_whole_dictionaries_are_read_once_a_generation(counting: tuple[SearchService, list[str]]) -> None:
    service, calls = counting
    for query in ("*minots", "gréve~", "titre:cheminots", "source:écho"):
        service.search(SearchRequest(query))
        calls.clear()
        assert service.search(SearchRequest(query)).total > 0
        assert set(calls) <= set(THREE)
