"""Examples and home page are searched once a generation; health checks search nothing."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from threading import Event

import pytest
from flask.testing import FlaskClient

from searchapp.bootstrap import open_service, reindex, rollback
from searchapp.config import Config
from searchapp.model import SearchRequest, SearchResult
from searchapp.search.service import SearchService
from searchapp.web import create_app
from searchapp.web.examples import FILE, HOME_EXAMPLES, QUERIES, Examples, shared_folder


class Counting:
    """A search service that counts its searches, and lets them wait for ``gate``."""

    def __init__(self, config: Config) -> None:
        self.service = open_service(config)
        self._search = self.service.search
        self.service.search = self.search  # type: ignore[method-assign]
        self.searches: list[str] = []
        self.gate = Event()
        self.gate.set()

    def search(self, request: SearchRequest) -> SearchResult:
        self.gate.wait(30)
        self.searches.append(request.query)
        return self._search(request)


@pytest.fixture
def place(config: Config, tmp_path: Path) -> Config:
    """A site with an index of its own."""
    settings = replace(config, index=tmp_path / "index")
    reindex(settings)
    return settings


def eventually(condition: Callable[[], object], seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def linked_examples(client: FlaskClient, path: str = "/aide") -> list[str]:
    return [unescape(link) for link in re.findall(r'<dt><a href="([^"]+)"', client.get(path).text)]


def test_a_reader_never_waits_for_the_examples(place: Config) -> None:
    counting = Counting(place)
    client = create_app(place, service=counting.service).test_client()
    counting.gate.clear()
    assert linked_examples(client) == []
    counting.gate.set()
    eventually(lambda: linked_examples(client))
    assert "/search?q=date:2022" in [link.replace("%3A", ":") for link in linked_examples(client)]


def test_examples_are_tried_once_for_all_processes(place: Config) -> None:
    first, second = Counting(place), Counting(place)
    examples = Examples(first.service, place.index)
    eventually(lambda: examples.finding() is not None)
    assert sorted(first.searches) == sorted(QUERIES)
    assert Examples(second.service, place.index).finding() == examples.finding()
    assert second.searches == []


def test_processes_that_begin_at_once_do_the_work_once(place: Config) -> None:
    counted = [Counting(place) for _ in range(3)]
    all_examples = [Examples(each.service, place.index) for each in counted]
    eventually(lambda: not [each for each in all_examples if each.finding() is None])
    assert sum(len(each.searches) for each in counted) == len(QUERIES)


def test_a_new_generation_is_tried_anew_and_the_one_before_stays_known(place: Config, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.jsonl").write_text(json.dumps({"id": "a", "title": "Le budget", "text": "Voté."}), "utf-8")
    settings = replace(place, corpus=corpus, index=tmp_path / "other")
    reindex(settings)
    counting = Counting(settings)
    examples = Examples(counting.service, settings.index)
    eventually(lambda: examples.finding() is not None)
    assert "budget" in (examples.finding() or ())
    (corpus / "b.jsonl").write_text(json.dumps({"id": "b", "title": "Le climat", "text": "Doux."}), "utf-8")
    reindex(settings)
    eventually(lambda: "climat" in (examples.finding() or ()))
    searches = len(counting.searches)
    rollback(settings)
    assert "climat" not in (examples.finding() or ())
    assert len(counting.searches) == searches


def test_where_nothing_can_be_written_examples_are_found_all_the_same(place: Config, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    examples = Examples(open_service(place), tmp_path / "file" / "index")
    eventually(lambda: examples.finding() is not None)
    assert examples.finding()


def test_an_index_that_cannot_be_written_shares_a_folder_of_the_server(
    place: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shared_folder(place.index) == place.index
    monkeypatch.setattr("os.access", lambda path, mode: False)
    folder = shared_folder(place.index)
    assert folder != place.index
    assert folder.is_dir()


@pytest.mark.parametrize("content", ["", "[]", "null", '{"x": 1}', "{" * 9999, '"' + "[" * 100_000, "\ud800"])
def test_a_damaged_file_of_examples_is_written_anew(place: Config, content: str) -> None:
    (place.index / FILE).write_bytes(content.encode("utf-8", "surrogatepass"))
    examples = Examples(open_service(place), place.index)
    eventually(lambda: examples.finding() is not None)
    assert json.loads((place.index / FILE).read_text("utf-8"))


def test_the_file_offers_no_search_but_ours(place: Config) -> None:
    service = open_service(place)
    examples = Examples(service, place.index)
    eventually(lambda: examples.finding() is not None)
    entries = json.loads((place.index / FILE).read_text("utf-8"))
    (place.index / FILE).write_text(json.dumps({key: ["<script>", "budget"] for key in entries}), "utf-8")
    assert Examples(service, place.index).finding() == {"budget"}


def test_until_examples_are_known_the_home_page_offers_the_usual_ones(place: Config) -> None:
    counting = Counting(place)
    client = create_app(place, service=counting.service).test_client()
    first = re.search(r'<p class="examples">.*?</p>', client.get("/").text, re.DOTALL)
    assert first is not None
    assert all(query in unescape(first[0]) for query in HOME_EXAMPLES[:2])


def test_the_home_page_searches_once_a_generation(place: Config) -> None:
    counting = Counting(place)
    client = create_app(place, service=counting.service).test_client()
    for _ in range(5):
        client.get("/")
    assert counting.searches.count("") == 1
    assert client.get("/").text.count('<article class="hit"') == 5


def test_a_home_page_of_a_search_cut_short_is_not_kept(place: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(place)
    client = create_app(place, service=counting.service).test_client()
    whole = counting._search
    monkeypatch.setattr(counting, "_search", lambda request: replace(whole(request), total_relation="gte"))
    client.get("/")
    monkeypatch.setattr(counting, "_search", whole)
    client.get("/")
    assert counting.searches.count("") == 2


def test_probes_search_nothing(place: Config) -> None:
    counting = Counting(place)
    client = create_app(place, service=counting.service).test_client()
    counting.gate.clear()  # a search would hang
    answer = client.get("/readyz").get_json()
    assert (answer["status"], answer["articles"]) == ("ready", 15)
    assert client.get("/healthz").status_code == 200
    assert counting.searches == []
    assert isinstance(counting.service, SearchService)


def test_without_a_generation_that_can_be_read_nothing_is_ready(place: Config) -> None:
    client = create_app(place).test_client()
    for file in place.index.glob("*/engine/*"):
        file.write_bytes(b"")
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
