"""The documentation of the API: ``/openapi.json`` for programs and ``/docs`` for people, both from one document.

A document is made once in each process and language. Its examples and its server name the address of the request.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from flask import Blueprint, Response, current_app, render_template, request

from searchapp.model import SearchRequest
from searchapp.web.links import absolute
from searchapp.web.openapi import EXAMPLE_HOST, make_document
from searchapp.web.problems import PROBLEMS
from searchapp.web.site import site
from searchapp.web.site_language import current_language

__all__ = ["documentation", "operations_in", "resolve", "type_of"]

documentation = Blueprint("documentation", __name__)
_EXTENSION: Final = "searchapp.openapi"
_METHODS: Final = ("get", "post", "put", "delete")


@documentation.get("/openapi.json")
def openapi() -> Response:
    """Answer with the OpenAPI document."""
    response = Response(json.dumps(_document(), ensure_ascii=False), content_type="application/json; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Language")
    return response


@documentation.get("/docs")
def docs() -> str:
    """Show the document as a page."""
    document = _document()
    return render_template(
        "api_docs.html",
        document=document,
        operations=list(operations_in(document)),
        resolve=lambda node: resolve(document, node),
        type_of=type_of,
        problems=PROBLEMS.values(),
        search_request=SearchRequest(),
    )


def _document() -> dict[str, Any]:
    made: dict[str, str] = current_app.extensions.setdefault(_EXTENSION, {})
    language = current_language()
    if language not in made:
        made[language] = json.dumps(make_document(current_app, site().config, language), ensure_ascii=False)
    base = absolute(request.root_path)
    document: dict[str, Any] = json.loads(made[language].replace(EXAMPLE_HOST, json.dumps(base)[1:-1]))
    return {**document, "servers": [{"url": base or "/"}]}


def operations_in(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield method, path and object of each operation, by tag and then in the order of the document."""
    for tag in document["tags"]:
        for path, methods in document["paths"].items():
            for method in _METHODS:
                if method in methods and methods[method]["tags"] == [tag["name"]]:
                    yield method.upper(), path, methods[method]


def resolve(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the target of a reference, any other object itself."""
    found: Any = node
    if "$ref" in node:
        found = document
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name]
    return found  # type: ignore[no-any-return]


def type_of(schema: Mapping[str, Any]) -> str:
    """Return a short name of a JSON Schema: ``integer 1–100``, ``SearchAnswer``, ``string or null``."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "anyOf" in schema and "type" not in schema:
        return " | ".join(dict.fromkeys(type_of(part) for part in schema["anyOf"]))
    names = schema.get("type", "any")
    name = names if isinstance(names, str) else " | ".join(names)
    if name == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    if name == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {type_of(schema['additionalProperties'])}"
    low, high = schema.get("minimum"), schema.get("maximum")
    return name if low is None or (low == 0 and high is None) else f"{name} {low}–{'' if high is None else high}"
