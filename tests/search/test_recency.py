"""Recency: a score halves with each half-life of age."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from searchapp import bootstrap
from searchapp.config import ENGINES
from searchapp.model import SearchRequest, Sort
from searchapp.search.recency import ages, recency_factor
from searchapp.search.service import SearchService

DATES = {"neuf": "2024-05-31", "mois": "2024-05-01", "vieux": "2014-05-01", "nul": ""}


@pytest.fixture(scope="module", params=ENGINES)
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    folder = tmp_path_factory.mktemp("recent")
    records = [{"id": name, "title": "Le phare", "text": "Il veille.", "date": date} for name, date in DATES.items()]
    records += [{"id": "meilleur", "title": "Le phare", "text": "Phare, phare.", "date": "2024-05-01"}]
    (folder / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    config = bootstrap.load_config({"corpus": folder / "a.jsonl", "index": folder / "i", "engine": request.param})
    bootstrap.reindex(config)
    service = bootstrap.open_service(config)
    yield service
    service.close()


def scores(service: SearchService, **request: object) -> dict[str, float]:
    return {hit.article.id: hit.score for hit in service.search(SearchRequest("phare", **request)).hits}  # type: ignore[arg-type]


def test_each_half_life_halves_the_score(service: SearchService) -> None:
    plain, aged = scores(service), scores(service, recency=30)
    assert aged["neuf"] == plain["neuf"]
    assert aged["mois"] == pytest.approx(plain["mois"] / 2, abs=1e-4)
    assert aged["vieux"] == aged["nul"] == pytest.approx(0, abs=1e-4)
    assert next(iter(plain)) == "meilleur"
    assert list(aged)[:2] == ["neuf", "meilleur"]


def test_the_half_life_in_effect_is_told(service: SearchService) -> None:
    assert service.search(SearchRequest("phare")).recency == 0
    assert service.search(SearchRequest("phare", recency=30)).recency == 30
    assert service.search(SearchRequest("phare", recency=30, sort=Sort.NEWEST)).recency == 0


def test_pages_join_in_the_order_by_recency(service: SearchService) -> None:
    whole = list(scores(service, recency=365))
    assert [one for page in (1, 2, 3) for one in scores(service, recency=365, per_page=2, page=page)] == whole


def test_ages_are_counted_from_the_newest_and_an_article_without_a_date_is_as_old_as_the_oldest() -> None:
    assert ages([20240301, 20240229, 0, 20231231]) == [0, 1, 61, 61]
    assert ages([0, 0]) == [0, 0]


@pytest.mark.parametrize(("age", "half_life", "factor"), [(0, 7, 1.0), (7, 7, 0.5), (21, 7, 0.125), (99, 0, 1.0)])
def test_the_factor_is_a_power_of_two(age: int, half_life: int, factor: float) -> None:
    assert recency_factor(age, half_life) == factor
