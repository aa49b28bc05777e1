"""An article that is withdrawn is nowhere: every address of the site is asked, whatever ones there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from searchapp import bootstrap
from searchapp.config import ENGINES, Config
from searchapp.web import create_app
from searchapp.web.site import site

TOKEN = "un-jeton-assez-long-0123"  # noqa: S105
ID = "secrets/quetzalcoatlus"
# Each field has a word of its own that stands nowhere else.
ARTICLE = {
    "title": "Un zwanzeur au ministère",
    "lead": "Le xylophoniste dément le zwanzeur.",
    "text": "Le kakemphaton du zwanzeur a surpris la préfecture. La conférence a duré une heure.",
    "author": ["Ysolde Wrzesniewska"],
    "source": "La Clepsydre Libre",
    "section": "Ouroboros",
    "tags": ["brimborions"],
    "url": "https://clepsydre.example/palimpsestes",
    "date": "1931-08-07T06:05:00+01:00",
}
# Parts of the words, which no echo of a query can bring into an answer.
TRACES = [
    *("quetzalco", "zwanze", "xylophoni", "kakempha", "wrzesniew", "clepsyd", "ourobor", "brimbori", "palimpses"),
    *("1931-08-07", "7 août 1931"),
]
# What is asked finds the article by one field each, whole, begun, misspelt or by its date, and never holds a trace.
QUERIES = [
    *("", "ministère", "préfecture conférence", "titre:ministere", "conferense", "date:1931", "1931", "minist*"),
    *(
        "zwanz*",
        "zvanzeur",
        "xyloph*",
        "xylofoniste",
        "kakemp*",
        "kakemfaton",
        "Ysolde",
        "auteur:Ysolde",
        "Libre",
        "source:libre",
        "ourob*",
    ),
]


@pytest.fixture(params=ENGINES)
def site_config(corpus: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Config:
    settings = {"corpus": corpus, "index": tmp_path / "index", "engine": request.param, "site_name": "L’Archive"}
    return replace(bootstrap.load_config(settings), write_token=TOKEN, index_delay=0.0)


@pytest.fixture
def app(site_config: Config) -> Iterator[Flask]:
    bootstrap.reindex(site_config)
    service = bootstrap.open_service(site_config)
    made = create_app(site_config, service=service)
    yield made
    with made.app_context():
        writing = site().writing
    assert writing is not None
    writing.close()
    service.close()


def addresses(app: Flask) -> Iterator[str]:
    """Every address of the site that can be read, with every query where it takes one."""
    values: dict[str, Any] = {
        "article_id": ID,
        "slug": "article-withdrawn",
        "suffix": "jsonl",
        "number": 1,
        "name": "style.css",
        "fingerprint": "x",
        "facet": "author",
    }
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        known = {**values, **(rule.defaults or {})}
        assert rule.arguments <= set(known), f"{rule} needs a value here"
        path = adapter.build(rule.endpoint, {name: known[name] for name in rule.arguments})
        yield f"{path}?{urlencode({'id': ID})}"
        for query in QUERIES:
            yield f"{path}?{urlencode({'q': query, 'lang': 'fr', 'per_page': 100})}"
            yield f"{path}?{urlencode({'q': query, 'lang': 'en', 'sort': 'oldest'})}"


def traces(app: Flask) -> list[tuple[str, str]]:
    """Where something of the article can still be read: an address and what."""
    client = app.test_client()
    found = []
    for address in addresses(app):
        response = client.get(address)
        said = f"{response.headers}\n{response.text}".lower()
        if ID in unquote(address):  # the id that was asked for may be said again
            said = unquote(said).replace(ID, "")
        found += [(address, trace) for trace in TRACES if trace in said]
    return found


def write(client: FlaskClient, method: str, body: object = None) -> int:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return client.open(f"/api/v1/articles/{ID}?wait=10", method=method, json=body, headers=headers).status_code


def test_a_withdrawn_article_is_nowhere_after_one_publish_and_stays_out(app: Flask, site_config: Config) -> None:
    client = app.test_client()
    assert write(client, "PUT", ARTICLE) == 201
    assert client.get("/api/v1/search?q=zvanzeur").get_json()["suggestion"] == "zwanzeur"
    shown = {trace for _, trace in traces(app)}
    assert shown == set(TRACES), "the test looks where each of them can be seen"

    assert write(client, "DELETE") == 200
    assert traces(app) == []
    assert client.get(f"/articles/{ID}").status_code == 410

    bootstrap.reindex(site_config, options=bootstrap.ReindexOptions(full=True))
    assert traces(app) == []
    assert client.get(f"/api/v1/articles/{ID}").status_code == 410

    assert write(client, "PUT", ARTICLE) == 201
    assert {trace for _, trace in traces(app)} == shown


def test_one_withdrawn_from_a_file_is_nowhere_either(app: Flask, site_config: Config) -> None:
    (site_config.corpus / "secrets").mkdir()
    file = site_config.corpus / "secrets" / "quetzalcoatlus.txt"
    file.write_text("Un zwanzeur au ministère\n\nLe kakemphaton de la préfecture a surpris.\n", "utf-8")
    bootstrap.reindex(site_config)
    assert {trace for _, trace in traces(app)} == {"quetzalco", "zwanze", "kakempha"}
    assert write(app.test_client(), "DELETE") == 200
    assert traces(app) == []
    file.touch()
    bootstrap.reindex(site_config)
    assert traces(app) == []
