"""Write docs/api.md, the reference of the API, from the OpenAPI document: ``python -m scripts.api_page``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from searchapp.config import load_config
from searchapp.web import create_app
from searchapp.web.documentation import operations_in, resolve, type_of
from searchapp.web.openapi import make_document
from searchapp.web.problems import PROBLEMS

PAGE = Path(__file__).parents[1] / "docs/api.md"
HEAD = """# The API

<!-- Made by `python -m scripts.api_page` from the OpenAPI document. Change the code, not this page. -->

{description}

[api-guide.md](api-guide.md) explains how searches are answered, [writing.md](writing.md) how articles are
written, [tokens.md](tokens.md) who may do what. A running site has this page at `/docs`, in French and English, and the
document at `/openapi.json`. Any request may also be answered {common}.
"""
COMMON = ("408", "414", "429", "431")


def api_page() -> str:
    """Return the page as Markdown."""
    # The page must not depend on settings of this machine.
    config = load_config({}, environ={}, file=Path(os.devnull))
    document = make_document(create_app(config), config, "en")
    parts = [HEAD.format(description=document["info"]["description"], common=", ".join(COMMON))]
    for tag in document["tags"]:
        parts.append(f"## {tag['description']}\n")
        parts += [
            "\n".join(_operation(document, method, path, operation))
            for method, path, operation in operations_in(document)
            if operation["tags"] == [tag["name"]]
        ]
    parts.append("\n".join(_parameters(document)))
    parts.append("\n".join(_types(document)))
    parts.append("\n".join(_problems()))
    return "\n".join(parts)


def _operation(document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {operation['summary']}: `{method} {path}`\n"
    if "description" in operation:
        yield f"{operation['description']}\n"
    if operation["security"] and {} not in operation["security"]:
        yield f"It needs a token with the scope `{operation['security'][0]['token'][0]}`.\n"
    if operation["parameters"]:
        names = ", ".join(f"`{row['name']}`" for row in _rows(document, operation))
        yield f"Parameters: {names}.\n"
    if "requestBody" in operation:
        body = operation["requestBody"]
        yield f"Body: {', '.join(f'`{name}`' for name in body['content'])}. {body['description']}\n"
    statuses = ((status, resolve(document, answer)) for status, answer in operation["responses"].items())
    yield "| status | |\n|---|---|"
    for status, answer in statuses:
        if status in COMMON:
            continue
        contents = answer.get("content", {}).items() if status < "300" else ()
        named = "; ".join(f"`{name}` {_type(content['schema'])}" for name, content in contents)
        yield f"| {status} | {answer['description']}{f': {named}' if named else ''} |"
    for sample in operation["x-codeSamples"]:
        language = {"Shell": "sh", "Python": "python", "JavaScript": "js"}[sample["lang"]]
        code = f"```{language}\n{sample['source']}\n```"
        yield (
            f"\n{code}"
            if language == "sh"
            else f"\n<details><summary>{sample['label']}</summary>\n\n{code}\n</details>"
        )
    yield ""


def _rows(document: Mapping[str, Any], operation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [resolve(document, row) for row in operation["parameters"]]


def _parameters(document: Mapping[str, Any]) -> Iterator[str]:
    yield "## Parameters\n\n| name | values | |\n|---|---|---|"
    seen = set()
    for _, _, operation in operations_in(document):
        for row in _rows(document, operation):
            schema = row["schema"]
            default = f" (default `{schema['default']}`)" if "default" in schema else ""
            line = f"| `{row['name']}` | {_type(schema)}{default} | {row['description']} |"
            if line not in seen:
                seen.add(line)
                yield line
    yield ""


def _types(document: Mapping[str, Any]) -> Iterator[str]:
    yield "## Types of answers\n"
    for name, schema in document["components"]["schemas"].items():
        yield f"### {name}\n"
        if "enum" in schema:
            yield f"{_type(schema)}\n"
            continue
        yield "| member | type | |\n|---|---|---|"
        for member, part in schema["properties"].items():
            yield f"| `{member}` | {_type(part)} | {part.get('description', '')} |"
        yield ""


def _type(schema: Mapping[str, Any]) -> str:
    name = type_of(schema)
    return ", ".join(f"`{part}`" for part in name.split(" | "))


def _problems() -> Iterator[str]:
    yield "## Kinds of problems\n\nEach has a page, `/problems/<slug>`, which `type` of a problem document leads to.\n"
    yield "| status | slug | |\n|---|---|---|"
    for problem in sorted(PROBLEMS.values(), key=lambda problem: (problem.status, problem.slug)):
        yield f"| {problem.status} | `{problem.slug}` | {problem.title}. {problem.explanation} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(api_page(), "utf-8")
