"""The OpenAPI document says what the API does: every example is sent, every answer has the shape that is described."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any, get_type_hints
from urllib.parse import urlencode

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.serving import make_server

from searchapp.bootstrap import open_service, reindex
from searchapp.config import Config, load_config
from searchapp.errors import InvalidRequest
from searchapp.output import answer_types
from searchapp.output.answer_json import ARTICLE_MEMBERS, RESULT_FIELDS
from searchapp.output.export_records import EXPORT_FIELDS
from searchapp.web import create_app
from searchapp.web.api_operations import Operation
from searchapp.web.code_examples import ExampleRequest, as_curl, as_javascript, as_python
from searchapp.web.error_answers import is_for_program
from searchapp.web.openapi import EXAMPLE_HOST, make_document, operations_of, path_of, request_of, requests_of
from searchapp.web.params import SEARCH_PARAMETERS, read_one

ROOT = Path(__file__).parents[2]
TOKEN = "jeton-des-exemples-1234"  # noqa: S105
METHODS = ("get", "post", "put", "delete")


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Settings of the demonstration corpus, indexed, with a token for writing."""
    folder = tmp_path_factory.mktemp("demonstration")
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    config = load_config({"corpus": folder / "corpus", "index": folder / "index", "write_token": TOKEN})
    reindex(config)
    return config


@pytest.fixture(scope="module")
def site(demonstration: Config) -> Iterator[Flask]:
    service = open_service(demonstration)
    yield create_app(demonstration, service=service)
    service.close()


@pytest.fixture(scope="module")
def document(site: Flask, demonstration: Config) -> dict[str, Any]:
    return make_document(site, demonstration, "en")


@pytest.fixture(scope="module")
def address(site: Flask) -> Iterator[str]:
    """The address of a server on this machine."""
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def examples(site: Flask, config: Config) -> list[tuple[Operation, ExampleRequest]]:
    """Return the examples with their operations, those that read first and those that withdraw last."""
    order = {"GET": 0, "POST": 1, "PUT": 2, "DELETE": 3}
    return sorted(requests_of(site, config), key=lambda pair: order[pair[1].method])


def send(client: FlaskClient, request: ExampleRequest) -> Any:
    path = request.address.removeprefix(EXAMPLE_HOST)
    headers = {"Authorization": f"Bearer {TOKEN}"} if request.has_token else {}
    if request.media_type:
        headers["Content-Type"] = request.media_type
    data = request.text.encode() if request.media_type else None
    return client.open(path, method=request.method, headers=headers, data=data, buffered=True)


# The document


def test_the_document_has_every_address_of_programs(site: Flask, document: dict[str, Any]) -> None:
    paths = {path_of(rule) for rule in site.url_map.iter_rules() if is_for_program(rule.rule)}
    undescribed = paths - document["paths"].keys()
    assert undescribed <= {"/openapi.json", "/metrics", "/batch.csv"}


def test_every_reference_leads_to_something(document: dict[str, Any]) -> None:
    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            yield from [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            node = list(node.values())
        for part in node if isinstance(node, list) else []:
            yield from references(part)

    found = set(references(document))
    assert found
    for reference in found:
        _, _, kind, name = reference.split("/")
        assert name in document["components"][kind], reference


def test_operations_have_names_of_their_own_and_parameters_once(document: dict[str, Any]) -> None:
    operations = [path[method] for path in document["paths"].values() for method in METHODS if method in path]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    for operation in operations:
        keys = [part.get("$ref") or part["name"] for part in operation["parameters"]]
        assert len(set(keys)) == len(keys)


def test_a_token_is_needed_where_not_everyone_has_the_scope(site: Flask, demonstration: Config) -> None:
    closed = make_document(site, replace(demonstration, anonymous_scopes=()), "en")["paths"]
    opened = make_document(site, demonstration, "en")["paths"]
    assert closed["/api/v1/search"]["get"]["security"] == [{"token": ["search"]}]
    assert closed["/healthz"]["get"]["security"] == []
    assert opened["/api/v1/search"]["get"]["security"] == [{}, {"token": ["search"]}]
    assert opened["/api/v1/articles"]["post"]["security"] == [{"token": ["write"]}]
    assert {"401", "403"} <= closed["/api/v1/search"]["get"]["responses"].keys()
    assert "401" not in opened["/api/v1/search"]["get"]["responses"]


def test_the_document_names_the_address_that_it_was_asked_at(demonstration: Config) -> None:
    client = create_app(replace(demonstration, url_prefix="/presse")).test_client()
    answered = client.get("/presse/openapi.json", base_url="https://archive.example").get_json()
    assert answered["servers"] == [{"url": "https://archive.example/presse"}]
    assert EXAMPLE_HOST not in json.dumps(answered)


@pytest.mark.parametrize(("language", "summary"), [("en", "A whole article"), ("fr", "Un article entier")])
def test_the_document_is_in_the_language_that_was_asked_for(site: Flask, language: str, summary: str) -> None:
    answered = site.test_client().get("/openapi.json", headers={"Accept-Language": language})
    assert answered.get_json()["paths"]["/api/v1/articles"]["get"]["summary"] == summary
    assert "Accept-Language" in answered.headers["Vary"]


# Types


def test_types_of_answers_have_the_members_of_the_tables() -> None:
    assert tuple(get_type_hints(answer_types.Result)) == RESULT_FIELDS
    assert tuple(get_type_hints(answer_types.ArticleAnswer)) == ARTICLE_MEMBERS
    assert tuple(get_type_hints(answer_types.ExportedRecord)) == EXPORT_FIELDS


def shaped(answer: Any, kind: Any) -> Any:
    """Return the members of ``answer`` that ``kind`` has; raises for a value of another type."""
    return json.loads(msgspec.json.encode(msgspec.convert(answer, kind)))


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/search?q=ingerence+macrn+mars+2019&explain=true&group=copies&per_page=20",
        "/api/v1/search?q=grève&sort=oldest&from=2020&-source=Le+Phare+du+Ponant",
        "/api/v1/search",
        "/api/v1/articles?id=agence-hexapresse/international/kremlin-ingerence-elections&q=élections",
        "/api/v1/facets/author",
        "/api/v1/trends?q=grève&q=zzzz&interval=month",
        "/api/v1/suggest?q=ass",
        "/readyz",
        "/api/v1/search?page=0&sort=x",
        "/api/v1/articles/none",
    ],
)
def test_an_answer_has_the_members_and_types_that_are_described(site: Flask, path: str) -> None:
    response = site.test_client().get(path)
    described = {path_of(rule): operation for rule, method, operation in operations_of(site) if method == "GET"}
    if response.mimetype == "application/problem+json":
        kind: Any = answer_types.ProblemDocument
    else:
        kind = described[path.partition("?")[0].replace("facets/author", "facets/{facet}")].answers[200][
            response.mimetype
        ]
    assert shaped(response.get_json(), kind) == response.get_json()


def test_an_exported_record_has_the_described_members(site: Flask) -> None:
    lines = site.test_client().get("/api/v1/export?q=grève", buffered=True).data.splitlines()
    assert lines
    for record in map(json.loads, lines):
        assert shaped(record, answer_types.ExportedRecord) == record


# Parameters


@pytest.mark.parametrize("row", SEARCH_PARAMETERS, ids=lambda row: row.name)
def test_the_default_of_a_parameter_is_its_value_when_it_is_empty(row: Any) -> None:
    assert read_one(row, MultiDict({row.name: " "})) == row.default


@pytest.mark.parametrize("row", SEARCH_PARAMETERS, ids=lambda row: row.name)
def test_a_parameter_takes_the_values_that_its_schema_names(row: Any) -> None:
    schema = row.kind.schema
    named = (
        schema.get("enum", [])
        + schema.get("examples", [])
        + [schema[key] for key in ("minimum", "maximum") if key in schema]
    )
    for value in named:
        read_one(row, MultiDict({row.name: str(value)}))
    outside = [schema[key] + step for key, step in (("minimum", -1), ("maximum", 1)) if key in schema]
    outside += ["autre"] if "enum" in schema or schema["type"] in ("integer", "boolean") else []
    for value in outside:
        with pytest.raises(InvalidRequest):
            read_one(row, MultiDict({row.name: str(value)}))


def single_parameters(document: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    """Return the names of the query parameters of an operation that are no lists."""
    shared = {f"#/components/parameters/{key}": row for key, row in document["components"]["parameters"].items()}
    rows = [shared[part["$ref"]] if "$ref" in part else part for part in operation["parameters"]]
    return [row["name"] for row in rows if row["in"] == "query" and row["schema"]["type"] != "array"]


@pytest.mark.parametrize("values", [("", ""), ("", "x"), ("x", "x")])
def test_a_parameter_that_is_no_list_is_refused_when_it_is_given_twice(
    site: Flask, demonstration: Config, document: dict[str, Any], values: tuple[str, str]
) -> None:
    client = site.test_client()
    asked = 0
    for rule, method, described in operations_of(site):
        request = request_of(rule, method, described, demonstration)
        for name in single_parameters(document, document["paths"][path_of(rule)][method.lower()]):
            twice = urlencode([(name, value) for value in values])
            address = f"{request.address}{'&' if '?' in request.address else '?'}{twice}"
            response = send(client, replace(request, address=address))
            assert response.status_code == 400, address
            wrong = {"parameter": name, "detail": "Ne donnez ce paramètre qu’une seule fois."}
            assert wrong in response.get_json()["errors"]
            asked += 1
    assert asked > 100


# Examples


def test_every_example_is_answered_as_described(site: Flask, demonstration: Config) -> None:
    client = site.test_client()
    for operation, request in examples(site, demonstration):
        response = send(client, request)
        if request.method == "DELETE" and response.status_code == 410:
            continue  # the other address of the same article
        assert response.status_code in (200, 201), (request, response.data)
        assert response.data.strip()
        if response.mimetype == "application/json":
            kind = operation.answers[response.status_code]["application/json"]
            assert shaped(response.get_json(), kind) == response.get_json(), request


@pytest.mark.parametrize("number", range(8))
def test_programs_of_the_examples_run(
    site: Flask, demonstration: Config, address: str, number: int, tmp_path: Path
) -> None:
    environment = {**os.environ, "TOKEN": TOKEN, "PYTHONIOENCODING": "utf-8"}
    for _, request in examples(site, demonstration)[number::8]:
        if request.method == "DELETE":
            continue  # can be done once only; its programs differ from others by the method
        commands = {"curl": ["sh", "-c", as_curl(request)], "python": [sys.executable, "-c", as_python(request)]}
        commands["node"] = ["node", "--input-type=module", "-e", as_javascript(request)]
        for program, command in commands.items():
            if program != "python" and not shutil.which(program):
                continue
            aimed = [part.replace(EXAMPLE_HOST, address) for part in command]
            done = subprocess.run(aimed, capture_output=True, env=environment, timeout=60, check=False)
            assert done.returncode == 0, (program, aimed, done.stderr)
            assert b"problem" not in done.stdout[:200], (program, aimed, done.stdout)
            assert done.stdout.strip()


# The page


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_shows_every_operation_type_and_problem(site: Flask, document: dict[str, Any], language: str) -> None:
    page = site.test_client().get("/docs", headers={"Accept-Language": language}).get_data(as_text=True)
    for path in document["paths"]:
        assert path in page
    for name in document["components"]["schemas"]:
        assert f'id="schema-{name}"' in page
    assert "/problems/too-busy" in page
    assert "script-src 'self'" in site.test_client().get("/docs").headers["Content-Security-Policy"]


def test_the_page_needs_no_index(empty_site: FlaskClient) -> None:
    for path in ("/docs", "/openapi.json"):
        assert empty_site.get(path).status_code == 200
