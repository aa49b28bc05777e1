"""Near duplicates as one result: pages, totals and cursors, in every engine, beside a count by hand."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from searchapp import bootstrap
from searchapp.config import ENGINES, Config, load_config
from searchapp.errors import InvalidRequest
from searchapp.model import Filters, Grouping, SearchRequest, SearchResult, Sort
from searchapp.search.service import SearchService
from tests.derived.test_near_duplicates import prose

REPORTS, PRINTED = 90, 4
REQUESTS = (
    SearchRequest("marée"),
    SearchRequest("marée phare"),
    SearchRequest("marée", sort=Sort.NEWEST),
    SearchRequest("marée OU phare", sort=Sort.OLDEST),
    SearchRequest(""),
    SearchRequest("+source:écho"),
    SearchRequest("marée", Filters({"source": ("Écho", "Phare")})),
)


def records() -> Iterator[dict[str, object]]:
    """Reports of which each is printed by one to four newspapers, some of them cut, and one by two hundred."""
    draw = random.Random(5)
    for number in range(REPORTS):
        text = prose(number, 4, 40)
        for printed in range(200 if number == 7 else draw.randint(1, PRINTED)):
            paragraphs = text.split("\n\n")
            yield {
                "id": f"{number}/{printed}",
                "title": draw.choice(["La marée", "La marée monte", "Le port"]),
                "text": "\n\n".join(paragraphs[: draw.choice([3, 4])]),
                "source": draw.choice(["Écho", "Phare", "Gazette"]),
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


@pytest.fixture(scope="module")
def service(archive: Config) -> Iterator[SearchService]:
    opened = bootstrap.open_service(archive)
    yield opened
    opened.close()


def report(article_id: str) -> str:
    return article_id.split("/")[0]


def ids(result: SearchResult) -> list[str]:
    return [hit.article.id for hit in result.hits]


def everything(service: SearchService, request: SearchRequest) -> list[str]:
    """All matches, ungrouped, in their order."""
    return ids(service.search(replace(request, per_page=1000, group=Grouping.NONE)))


def pages(service: SearchService, request: SearchRequest) -> Iterator[SearchResult]:
    """Yield every page by number."""
    request = replace(request, group=Grouping.COPIES)
    result = service.search(request)
    for page in range(1, -(-result.shown // request.per_page) + 1):
        yield service.search(replace(request, page=page))


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_pages_show_the_first_article_of_each_group(service: SearchService, request_: SearchRequest) -> None:
    shown = [article_id for page in pages(service, request_) for article_id in ids(page)]
    matches = everything(service, request_)
    assert shown == [one for place, one in enumerate(matches) if report(one) not in map(report, matches[:place])]


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_totals_count_articles_and_groups(service: SearchService, request_: SearchRequest) -> None:
    result = service.search(replace(request_, group=Grouping.COPIES))
    matches = everything(service, request_)
    assert (result.total, result.groups) == (len(matches), len(set(map(report, matches))))


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_cursors_lead_through_the_same_results(service: SearchService, request_: SearchRequest) -> None:
    expected = [article_id for page in pages(service, request_) for article_id in ids(page)]
    request = replace(request_, group=Grouping.COPIES, per_page=7)
    shown: list[str] = []
    while True:
        result = service.search(request)
        shown += ids(result)
        if result.next_cursor is None:
            break
        request = replace(request, cursor=result.next_cursor)
    assert shown == expected


def test_ranks_go_on_from_page_to_page(service: SearchService) -> None:
    ranks = [hit.rank for page in pages(service, SearchRequest("marée")) for hit in page.hits]
    assert ranks == list(range(1, len(ranks) + 1))


def test_copies_are_all_the_other_articles_of_the_group(service: SearchService) -> None:
    by_report: dict[str, set[str]] = {}
    for record in records():
        by_report.setdefault(report(str(record["id"])), set()).add(str(record["id"]))
    for page in pages(service, SearchRequest("marée")):
        for hit in page.hits:
            assert {*(hit.copies or ()), hit.article.id} == by_report[report(hit.article.id)]


def test_ungrouped_results_say_nothing_of_copies(service: SearchService) -> None:
    result = service.search(SearchRequest("marée", group=Grouping.NONE))
    assert result.groups is None
    assert {hit.copies for hit in result.hits} == {None}


def test_facets_count_articles(service: SearchService) -> None:
    grouped, ungrouped = (service.search(SearchRequest("marée", group=group)) for group in reversed(Grouping))
    assert grouped.facets == ungrouped.facets


def test_the_first_article_of_a_group_is_shown_where_the_setting_says_so(archive: Config) -> None:
    opened = bootstrap.open_service(replace(archive, copy_shown="first"))
    dates = {str(record["id"]): str(record.get("date", "9999")) for record in records()}
    for hit in opened.search(SearchRequest("marée", per_page=50, group=Grouping.COPIES)).hits:
        assert dates[hit.article.id] == min(dates[one] for one in (hit.article.id, *(hit.copies or ())))
    opened.close()


def test_a_cursor_of_grouped_results_is_none_of_the_others(service: SearchService) -> None:
    cursor = service.search(SearchRequest("marée", group=Grouping.COPIES)).next_cursor
    with pytest.raises(InvalidRequest):
        service.search(SearchRequest("marée", cursor=cursor, group=Grouping.NONE))


@pytest.mark.parametrize("query", ["marée", "marée phare"])
def test_the_parts_of_a_score_add_up_to_it_whichever_article_of_a_group_is_shown(archive: Config, query: str) -> None:
    with closing(bootstrap.open_service(replace(archive, copy_shown="first"))) as opened:
        result = opened.search(SearchRequest(query, group=Grouping.COPIES, explain=True))
    for hit in result.hits:
        assert hit.explanation is not None
        assert sum(part.contribution for part in hit.explanation.parts) == pytest.approx(hit.score, abs=1e-4)
        assert "words" in {part.name for part in hit.explanation.parts}
