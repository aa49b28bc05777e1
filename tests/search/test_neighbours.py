"""Neighbour words of a query, from the corpus to the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from searchapp import bootstrap, create_app
from searchapp.config import ENGINES, Config
from tests.semantic.topics import TOPICS, articles


@pytest.fixture(params=ENGINES)
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    options = {"corpus": tmp_path / "a.jsonl", "index": tmp_path / "index", "engine": request.param}
    config = bootstrap.load_config({**options, "semantic": "lsa", "jobs": 1})
    index(config, 320)
    return config


def index(config: Config, count: int) -> None:
    records = ({"id": name, "title": "", "text": text} for name, text in articles(count).items())
    config.corpus.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    bootstrap.reindex(config)


def test_a_query_is_offered_the_words_that_stand_with_its_own(config: Config) -> None:
    client = create_app(config).test_client()
    before = client.get("/api/v1/search?q=voiliers")
    assert before.json["neighbours"] == []
    fitted, vectors = bootstrap.embed(config)
    assert (fitted and fitted.sample, vectors) == (320, None)
    answer = client.get("/api/v1/search?q=voiliers", headers={"If-None-Match": before.headers["ETag"]})
    assert set(answer.json["neighbours"][:4]) == set(TOPICS["mer"][1:])
    page = client.get("/search?q=voiliers").text
    assert 'href="/search?q=voiliers+houle"' in page
    assert client.get("/api/v1/search?q=").json["neighbours"] == []


def test_words_are_learned_again_only_when_the_corpus_has_drifted(config: Config) -> None:
    assert bootstrap.embed(config)[0] is not None
    index(config, 400)
    assert bootstrap.embed(config)[0] is None
    index(config, 500)
    fitted = bootstrap.embed(config)[0]
    assert fitted is not None
    assert fitted.articles == 500
