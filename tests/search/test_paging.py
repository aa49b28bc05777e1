"""Pages by number and by cursor over an index with more matches than are reranked, in every engine."""

from __future__ import annotations

import json
import random
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.bootstrap import ReindexOptions
from searchapp.config import ENGINES, Config, load_config
from searchapp.errors import InvalidRequest
from searchapp.indexing.signing_key import SIGNING_KEY
from searchapp.model import Filters, Hit, SearchRequest, SearchResult, Sort
from searchapp.search.paging import DEEPEST_RESULT, RERANKED, around
from searchapp.search.service import SearchService

ARTICLES = 350
REQUESTS = (
    SearchRequest("marée"),
    SearchRequest("marée phare"),
    SearchRequest("marée", sort=Sort.NEWEST),
    SearchRequest("marée OU phare", sort=Sort.OLDEST),
    SearchRequest(""),
    SearchRequest("", sort=Sort.OLDEST),
    SearchRequest("+source:écho"),
    SearchRequest("titre:marée", Filters({"source": ("Écho",)})),
)


def records() -> Iterator[dict[str, object]]:
    """Records of which many score alike, share their date or have none."""
    draw = random.Random(3)
    for number in range(ARTICLES):
        yield {
            "id": f"a{number}",
            "title": draw.choice(["La marée", "La marée monte", "Le port"]),
            "text": draw.choice(["La marée.", "Le phare et la marée.", "Marée, marée !", "Phare, marée, quai."]),
            "source": draw.choice(["Écho", "Phare"]),
            **({"date": f"2024-01-{draw.randrange(1, 20):02}"} if draw.random() < 0.8 else {}),
        }


@pytest.fixture(scope="module", params=ENGINES)
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("archive")
    (folder / "corpus").mkdir()
    lines = (json.dumps(record) + "\n" for record in records())
    (folder / "corpus" / "a.jsonl").write_text("".join(lines), "utf-8")
    config = load_config({"corpus": folder / "corpus", "index": folder / "index", "engine": request.param})
    bootstrap.reindex(config)
    return config


@pytest.fixture
def service(archive: Config) -> Iterator[SearchService]:
    opened = bootstrap.open_service(archive)
    yield opened
    opened.close()


def walk(service: SearchService, request: SearchRequest) -> Iterator[SearchResult]:
    """Yield the answers of ``request`` and of all cursors that lead on."""
    while True:
        yield (result := service.search(request))
        if result.next_cursor is None:
            return
        request = replace(request, cursor=result.next_cursor, page=1)


def told(hits: tuple[Hit, ...]) -> list[tuple[str, float, int]]:
    return [(hit.article.id, hit.score, hit.rank) for hit in hits]


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_cursors_lead_through_all_results_in_the_order_of_one_page(
    service: SearchService, request_: SearchRequest
) -> None:
    whole = service.search(replace(request_, per_page=ARTICLES))
    assert len({hit.article.id for hit in whole.hits}) == len(whole.hits) == whole.total > RERANKED
    for per_page in (7, 50, 99, 100, 101):
        answers = list(walk(service, replace(request_, per_page=per_page)))
        assert [entry for answer in answers for entry in told(answer.hits)] == told(whole.hits)
        assert {answer.total for answer in answers} == {whole.total}


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_a_cursor_goes_on_after_any_numbered_page(service: SearchService, request_: SearchRequest) -> None:
    whole = told(service.search(replace(request_, per_page=ARTICLES)).hits)
    for page, per_page in ((1, 13), (3, 13), (1, 100), (2, 50), (2, 66), (3, 50), (11, 13)):
        numbered = service.search(replace(request_, page=page, per_page=per_page))
        assert told(numbered.hits) == whole[(page - 1) * per_page : page * per_page]
        assert (numbered.next_cursor is None) == (page * per_page >= len(whole))
        if numbered.next_cursor:
            longer = service.search(replace(request_, cursor=numbered.next_cursor, per_page=40))
            assert told(longer.hits) == whole[page * per_page :][:40]


@pytest.mark.parametrize("sort", Sort)
def test_articles_that_are_alike_to_a_search_come_in_the_order_of_the_corpus(
    service: SearchService, sort: Sort
) -> None:
    alike: dict[tuple[object, ...], list[int]] = {}
    for hit in service.search(SearchRequest("marée phare", sort=sort, per_page=ARTICLES)).hits:
        same = (hit.article.title, hit.article.text, hit.article.date if sort is not Sort.RELEVANCE else None)
        if hit.rank <= RERANKED or sort is not Sort.RELEVANCE:
            alike.setdefault(same, []).append(int(hit.article.id.removeprefix("a")))
    assert all(numbers == sorted(numbers) for numbers in alike.values())
    assert sum(len(numbers) > 1 for numbers in alike.values()) > 2


def test_ranks_and_the_number_of_the_page_count_on_after_a_cursor(service: SearchService) -> None:
    third = list(walk(service, SearchRequest("marée", per_page=10)))[2]
    assert (third.page, third.hits[0].rank) == (3, 21)


@pytest.mark.parametrize("page", [2, DEEPEST_RESULT // 100])
def test_a_numbered_page_beyond_the_results_is_empty_and_leads_nowhere(service: SearchService, page: int) -> None:
    for sort in Sort:
        result = service.search(SearchRequest("quai +source:phare titre:port", sort=sort, page=page, per_page=100))
        assert (result.hits, result.next_cursor) == ((), None)


def test_processes_share_cursors(archive: Config, service: SearchService) -> None:
    first = service.search(SearchRequest("marée"))
    other = bootstrap.open_service(archive)
    assert other.search(SearchRequest("marée", cursor=first.next_cursor)).hits[0].rank == 11
    other.close()


def test_the_key_of_an_index_is_its_owners_and_stays(archive: Config) -> None:
    file = archive.index / SIGNING_KEY
    key = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    bootstrap.reindex(archive, options=ReindexOptions(full=True))
    assert file.read_bytes() == key


@pytest.mark.parametrize("key", [None, b"", b"0" * 64 + b"\n\n", b"\xff" * 65])
def test_an_index_whose_key_cannot_be_read_has_one_for_all_processes(archive: Config, key: bytes | None) -> None:
    file = archive.index / SIGNING_KEY
    whole = file.read_bytes()
    file.unlink() if key is None else file.write_bytes(key)
    one, other = bootstrap.open_service(archive), bootstrap.open_service(archive)
    cursor = one.search(SearchRequest("marée")).next_cursor
    assert other.search(SearchRequest("marée", cursor=cursor)).hits[0].rank == 11
    assert not file.exists() or file.read_bytes() == key
    one.close()
    other.close()
    file.write_bytes(whole)


def test_a_key_that_was_lost_is_made_again_by_the_next_publish(archive: Config) -> None:
    file: Path = archive.index / SIGNING_KEY
    lost = file.read_bytes()
    file.write_bytes(b"\0" * 10)
    bootstrap.reindex(archive, options=ReindexOptions(full=True))
    assert file.read_bytes() not in (lost, b"\0" * 10)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_other_synonyms_end_a_cursor(archive: Config, service: SearchService, tmp_path: Path) -> None:
    (tmp_path / "synonymes.txt").write_text("marée = flux", "utf-8")
    other = bootstrap.open_service(replace(archive, synonyms=tmp_path / "synonymes.txt"))
    with pytest.raises(InvalidRequest, match="another search"):
        other.search(SearchRequest("marée", cursor=service.search(SearchRequest("marée")).next_cursor))
    other.close()


@pytest.mark.parametrize("number", [1, 2, 10, 99, 100, 101, 200, 349])
def test_the_neighbours_of_a_result_are_those_of_its_pages(service: SearchService, number: int) -> None:
    for request in REQUESTS[:3]:
        hits = [hit.article.id for result in walk(service, replace(request, per_page=100)) for hit in result.hits]
        if number > len(hits):
            continue
        found = service.neighbours(request, number, hits[number - 1])
        assert found is not None
        assert found.previous == (None if number == 1 else service.stored(hits[number - 2]))
        assert found.following == (service.stored(hits[number]) if number < len(hits) else None)
        assert found.shown == service.search(request).shown


def test_an_article_that_is_another_result_by_now_has_no_neighbours(service: SearchService) -> None:
    request = SearchRequest("marée")
    second = service.search(request).hits[1].article.id
    assert service.neighbours(request, 1, second) is None
    assert service.neighbours(request, 5000, second) is None


def test_neighbours_are_looked_up_on_the_shortest_page_that_has_both() -> None:
    for number in range(1, DEEPEST_RESULT):
        page = around(SearchRequest("marée"), number)
        first, last = (page.page - 1) * page.per_page + 1, page.page * page.per_page
        assert max(1, number - 1) >= first
        assert number + 1 <= last
        assert page.per_page <= 13
