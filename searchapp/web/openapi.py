"""The OpenAPI 3.1 document of this site, made of its routes, the rows of its parameters and the types of its answers.

Libraries that do this (measured: spectree 3.0, flask-openapi 5, apiflask) also check each request, for 0.5 to 1.7 ms,
and word refusals themselves. So requests are checked by the rows of ``parameter_kinds``, msgspec turns the types of
answers into JSON Schema, and the document is made when it is first asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, get_type_hints
from urllib.parse import quote, urlencode

import msgspec
from flask import Flask
from werkzeug.routing import Rule

from searchapp import __version__
from searchapp.config import Config
from searchapp.i18n import Message, translator
from searchapp.model import Scope
from searchapp.output import answer_types
from searchapp.output.answer_json import SAFE_IN_PATH
from searchapp.schema import FACET_FIELDS
from searchapp.web.api_operations import TAGS, Example, Operation, operation_of
from searchapp.web.code_examples import ExampleRequest, code_samples
from searchapp.web.parameter_kinds import Parameter
from searchapp.web.problems import PROBLEMS

__all__ = ["DOCUMENT_VERSION", "EXAMPLE_HOST", "make_document", "request_of", "requests_of"]

DOCUMENT_VERSION: Final = "3.1.0"
EXAMPLE_HOST: Final = "http://127.0.0.1:8000"
PROBLEM_TYPE: Final = "application/problem+json"
_ARGUMENT: Final = re.compile(r"<(?:[^<>:]{1,40}:)?(\w{1,40})>")
_WORD: Final = re.compile(r"\w+")
_ANY_REQUEST: Final = ("malformed-request", "too-slow", "address-too-long", "header-too-large", "too-many-requests")
"""Problems that any request may meet."""
_ANY_SEARCH: Final = (
    "too-busy",
    "unavailable",
    "no-index",
    "index-damaged",
    "index-inaccessible",
    "engine-unavailable",
    "out-of-time",
)
_ACCESS: Final = ("token-missing", "scope-missing", "tokens-unusable")
_REF: Final = "#/components/schemas/"

_ARTICLE_ID: Final = Message("The article's id; its slashes need no encoding.")
_PATH_PARAMETERS: Final[Mapping[str, tuple[Message, Mapping[str, Any]]]] = {
    "article_id": (_ARTICLE_ID, {"type": "string", "minLength": 1}),
    "facet": (Message("Name of the facet."), {"type": "string", "enum": list(FACET_FIELDS)}),
    "suffix": (Message("Form of the records."), {"type": "string", "enum": ["jsonl", "csv"]}),
}
_TITLE: Final = Message("Search of an archive of news articles")
_INTRODUCTION: Final = Message(
    "Search, read and write the articles of this archive. Addresses in answers are paths on this host. Errors are "
    "problem documents (RFC 9457). Fields are added to answers, never renamed or removed."
)


class _Writer:
    """Writes the document in one language."""

    def __init__(self, config: Config, language: str) -> None:
        self._config = config
        self._translate = translator(language)
        self.responses: dict[str, Any] = {}
        self.parameters: dict[str, Any] = {}

    def say(self, message: Message) -> str:
        return message.render(self._translate)

    def operation(self, rule: Rule, method: str, described: Operation) -> dict[str, Any]:
        """Return the OpenAPI object of one method of one route."""
        request = request_of(rule, method, described, self._config)
        written: dict[str, Any] = {
            "operationId": "_".join((method.lower(), *_WORD.findall(path_of(rule).removeprefix("/api/v1")))),
            "tags": [described.tag.name],
            "summary": self.say(described.summary),
            "parameters": list(self._parameters(rule, described)),
            "responses": self._responses(rule, method, described),
            "security": _security(described.scope, self._config),
            "x-codeSamples": code_samples(request),
        }
        if described.help:
            written["description"] = self.say(described.help)
        if described.body:
            content = {"schema": described.body.schema, "example": described.example.body}
            written["requestBody"] = {
                "description": self.say(described.body.help),
                "required": described.body.required,
                "content": {described.body.media_type: content},
            }
        return written

    def _parameters(self, rule: Rule, described: Operation) -> Iterable[dict[str, Any]]:
        arguments = rule.arguments - set(rule.defaults or ())
        for name in sorted(arguments):
            text, schema = _PATH_PARAMETERS[name]
            found = {"name": name, "in": "path", "required": True, "description": self.say(text), "schema": schema}
            yield {**found, "example": described.example.path[name]}
        if "article_id" in described.example.path and "article_id" not in arguments:
            found = {"name": "id", "in": "query", "required": True, "description": self.say(_ARTICLE_ID)}
            yield {
                **found,
                "schema": {"type": "string", "minLength": 1},
                "example": described.example.path["article_id"],
            }
        yield from (self._parameter(row, described.example) for row in described.parameters)

    def _parameter(self, row: Parameter[Any], example: Example) -> dict[str, Any]:
        schema = dict(row.kind.schema)
        if row.default not in (None, "", ()):
            schema["default"] = row.default
        written: dict[str, Any] = {
            "name": row.name,
            "in": "query",
            "required": row.required,
            "description": self.say(row.help),
            "schema": schema,
        }
        if not row.required and (row.listed or not row.repeats):
            written["allowEmptyValue"] = True
        if row.listed:
            written |= {"style": "form", "explode": False}
        if row.name not in example.query:
            return self._shared(row.name, written)
        value = example.query[row.name]
        if schema["type"] == "array":
            value = value.split(",") if isinstance(value, str) else value
        return {**written, "example": value}

    def _shared(self, name: str, written: dict[str, Any]) -> dict[str, Any]:
        """Return a reference to a parameter that operations share, the parameter itself where they differ in it."""
        key = f"not-{name[1:]}" if name.startswith("-") else name
        is_shared = self.parameters.setdefault(key, written) == written
        return {"$ref": f"#/components/parameters/{key}"} if is_shared else written

    def _responses(self, rule: Rule, method: str, described: Operation) -> dict[str, Any]:
        form = _form_of(rule)
        if media_type := described.forms.get(form):
            answers: Mapping[int, Mapping[str, Any]] = {200: {media_type: {} if media_type.endswith("json") else None}}
        else:
            answers = described.answers
        written: dict[str, Any] = {}
        for status, media_types in answers.items():
            content = {media_type: {"schema": _schema_of(kind)} for media_type, kind in media_types.items()}
            written[str(status)] = {"description": self.say(_STATUS[status]), "content": content}
        if described.is_tagged and method == "GET":
            tag = {"description": self.say(Message("Strong tag of the answer.")), "schema": {"type": "string"}}
            written["200"]["headers"] = {"ETag": tag}
            written["304"] = {"description": self.say(_STATUS[304])}
        return written | self._problems(described)

    def _problems(self, described: Operation) -> dict[str, Any]:
        slugs = [*_ANY_REQUEST, *described.problems]
        if described.scope is not None:
            slugs += _ANY_SEARCH
        if described.scope is not None and described.scope not in self._config.anonymous_scopes:
            slugs += _ACCESS
        by_status: dict[int, list[str]] = {}
        for slug in dict.fromkeys(slugs):
            by_status.setdefault(PROBLEMS[slug].status, []).append(slug)
        return {str(status): self._problem(by_status[status]) for status in sorted(by_status)}

    def _problem(self, slugs: Sequence[str]) -> dict[str, str]:
        name = ".".join(slugs)
        self.responses[name] = {
            "description": " – ".join(self.say(PROBLEMS[slug].title) for slug in slugs),
            "content": {PROBLEM_TYPE: {"schema": {"$ref": f"{_REF}ProblemDocument"}}},
        }
        return {"$ref": f"#/components/responses/{name}"}

    def schemas(self) -> dict[str, Any]:
        """Return the types of the answers as JSON Schema, members in the order of the types."""
        types = [getattr(answer_types, name) for name in answer_types.__all__]
        _, components = msgspec.json.schema_components(types, ref_template=f"{_REF}{{name}}")
        return {name: self._described(name, components[name]) for name in sorted(components)}

    def _described(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        schema.pop("description", None)  # the docstring, which is for programmers of this program
        declared = getattr(answer_types, name, None)
        properties = schema.get("properties", {})
        for member in properties.values():
            if "description" in member:
                member["description"] = self._translate(member["description"])
        if declared is not None and properties:
            schema["properties"] = {member: properties[member] for member in get_type_hints(declared)}
        return schema


_STATUS: Final = {
    200: Message("Done"),
    201: Message("Created and indexed"),
    202: Message("Written, not indexed yet"),
    304: Message("Not modified: the client has it"),
}


def make_document(app: Flask, config: Config, language: str) -> dict[str, Any]:
    """Return the document of ``app`` in a language, without the address of its server."""
    writer = _Writer(config, language)
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, described in operations_of(app):
        paths.setdefault(path_of(rule), {})[method.lower()] = writer.operation(rule, method, described)
    token = {"type": "http", "scheme": "bearer", "description": writer.say(_TOKEN)}
    return {
        "openapi": DOCUMENT_VERSION,
        "info": {
            "title": f"{config.site_name} – {writer.say(_TITLE)}",
            "version": __version__,
            "description": writer.say(_INTRODUCTION),
        },
        "tags": [{"name": tag.name, "description": writer.say(tag.title)} for tag in TAGS],
        "paths": paths,
        "components": {
            "schemas": writer.schemas(),
            "parameters": writer.parameters,
            "responses": writer.responses,
            "securitySchemes": {"token": token},
        },
    }


_TOKEN: Final = Message("A token that the operator of the site made, with the scope that an operation needs.")


def operations_of(app: Flask) -> Iterable[tuple[Rule, str, Operation]]:
    """Yield route, method and operation of everything in ``app`` that is of the API."""
    for rule in app.url_map.iter_rules():
        if described := operation_of(app.view_functions[rule.endpoint]):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method, described


def requests_of(app: Flask, config: Config) -> list[tuple[Operation, ExampleRequest]]:
    """Return the example request of each operation."""
    return [(described, request_of(rule, method, described, config)) for rule, method, described in operations_of(app)]


def path_of(rule: Rule) -> str:
    """Return the path of a route as OpenAPI writes it."""
    return _ARGUMENT.sub(r"{\1}", rule.rule)


def request_of(rule: Rule, method: str, described: Operation, config: Config) -> ExampleRequest:
    """Return the example of an operation as a request."""
    example, path = described.example, path_of(rule)
    query: dict[str, str | list[str]] = {}
    for name, value in example.path.items():
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", quote(value, safe=SAFE_IN_PATH))
        elif name == "article_id":
            query["id"] = value
    query |= example.query
    written = urlencode(query, doseq=True, safe=",/")
    form = _form_of(rule)
    media_types = {described.forms[form]} if form in described.forms else {*_media_types(described)}
    return ExampleRequest(
        method,
        EXAMPLE_HOST + (f"{path}?{written}" if written else path),
        described.body.media_type if described.body else "",
        example.body,
        described.scope is not None and described.scope not in config.anonymous_scopes,
        is_json=all(media_type.endswith("json") for media_type in media_types),
    )


def _form_of(rule: Rule) -> str:
    """Return the form that a route chooses for its view, "" for none."""
    return str((rule.defaults or {}).get("name", ""))


def _media_types(described: Operation) -> Iterable[str]:
    return (media_type for answer in described.answers.values() for media_type in answer)


def _security(scope: Scope | None, config: Config) -> list[dict[str, list[str]]]:
    """Return the requirement of a scope: none where everyone has it, and a token may be sent all the same."""
    if scope is None:
        return []
    return [{"token": [scope.value]}] if scope not in config.anonymous_scopes else [{}, {"token": [scope.value]}]


def _schema_of(kind: Any) -> Mapping[str, Any]:
    """Return the schema of a content: None is text, a mapping itself, a type is named."""
    if kind is None:
        return {"type": "string"}
    return kind if isinstance(kind, Mapping) else {"$ref": f"{_REF}{kind.__name__}"}
