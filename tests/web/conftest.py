"""A small site over a real index, for every test of the web room."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from searchapp.bootstrap import open_service, reindex
from searchapp.config import Config, load_config
from searchapp.web import create_app
from searchapp.web.site import site

ARTICLES = [
    {
        "id": "ponant/maree",
        "title": "À Port-Ponant, la grande marée emporte une baignoire",
        "lead": "La marée de mardi a rendu à la mer ce que la ville croyait perdu.",
        "text": "La marée est montée à 7 h 12.\n\nUne baignoire a quitté le quai sans se retourner.",
        "date": "2024-11-06T16:49:00+01:00",
        "source": "Le Phare du Ponant",
        "section": "Société",
        "author": ["Gaëlle L’Hostis", "Paul Vernet"],
        "url": "https://ponant.example/maree",
        "tags": ["marée", "mer"],
        "status": "corrected",
        "modified": "2024-12-01T09:30:00+01:00",
    },
    {
        "id": "script",
        "title": "Le &lt;script&gt;alert(1)&lt;/script&gt; qui a trompé la banque & ses clients",
        "text": "Le pirate signait &lt;b&gt;Robin&lt;/b&gt; & compagnie. La marée montait.",
        "date": "2024-05-01",
        "source": "Agence Hexapresse",
        "section": "Économie",
    },
    {
        "id": "tide",
        "title": "The tide waits for no man",
        "text": "A short piece in English about the tide.",
        "date": "2023-03-02T08:00:00+01:00",
        "source": "Agence Hexapresse",
        "section": "International",
        "language": "en",
        "stub": True,
    },
    *(
        {
            "id": f"marche/{number}",
            "title": f"Marché de Sarmane : la tomme prend {number} centimes",
            "text": f"Au marché couvert, la tomme coûte {number} centimes de plus. Le chien compatit.",
            "date": f"2022-{number:02}-05T07:00:00+01:00",
            "source": "La Gazette de Sarmane",
            "section": "Économie",
            "author": "Yvon Le Bihan",
        }
        for number in range(1, 13)
    ),
]


def opened(config: Config) -> Iterator[Flask]:
    """Give a site of ``config``, which is closed afterwards with what it writes."""
    service = open_service(config)
    app = create_app(config, service=service)
    yield app
    with app.app_context():
        if writing := site().writing:
            writing.close()
    service.close()


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Settings of a site whose articles are indexed."""
    folder = tmp_path_factory.mktemp("site")
    corpus = folder / "corpus"
    corpus.mkdir()
    lines = (json.dumps(article, ensure_ascii=False) for article in ARTICLES)
    (corpus / "articles.jsonl").write_text("\n".join(lines), "utf-8")
    # Answers are not kept: tests change the parts that make them.
    places = {"corpus": corpus, "index": folder / "index"}
    settings = load_config({**places, "site_name": "L’Archive", "answer_cache": 0})
    assert reindex(settings).indexed == len(ARTICLES)
    return settings


@pytest.fixture(scope="session")
def app(config: Config) -> Iterator[Flask]:
    """The site."""
    service = open_service(config)
    yield create_app(config, service=service)
    service.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A French reader's browser."""
    return app.test_client()


@pytest.fixture
def empty_site(tmp_path: Path) -> FlaskClient:
    """A site that nothing was indexed for."""
    return create_app(load_config({"index": tmp_path / "index"})).test_client()


@pytest.fixture
def hostile(tmp_path: Path) -> FlaskClient:
    """A site whose articles want to run as formulas, to end a record, and to break XML."""
    titles = [
        "=HYPERLINK(A1)",
        "+cmd|calc",
        "-2+3",
        "@SUM(A1)",
        " =1+1",
        "\uff1d1+1",
        "Un ; =1+1",
        "\\input{x} & 5 % $",
    ]
    (tmp_path / "corpus").mkdir()
    records = [
        {"id": f"h/{number}", "title": title, "text": "Piège </description> ]]> <b>.", "author": 'A" {B} and C, D'}
        for number, title in enumerate(titles)
    ]
    (tmp_path / "corpus/h.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    config = load_config({"corpus": tmp_path / "corpus", "index": tmp_path / "index"})
    reindex(config)
    return create_app(config).test_client()
