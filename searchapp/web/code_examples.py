"""An example request as curl, Python and JavaScript."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["ExampleRequest", "as_curl", "as_javascript", "as_python", "code_samples"]

LONGEST_LINE: Final = 120
"""Characters of a line of an example in Python."""


@dataclass(frozen=True, slots=True)
class ExampleRequest:
    """A whole request; ``has_token`` says that it needs one, which the examples take from the environment."""

    method: str
    address: str
    media_type: str = ""
    body: Any = None
    has_token: bool = False
    is_json: bool = True

    @property
    def text(self) -> str:
        """The body as it is sent."""
        is_text = isinstance(self.body, str) and self.media_type != "application/json"
        return self.body if is_text else json.dumps(self.body, ensure_ascii=False)


def code_samples(request: ExampleRequest) -> list[Mapping[str, str]]:
    """Return the samples of a request as the extension ``x-codeSamples`` has them."""
    return [
        {"lang": "Shell", "label": "curl", "source": as_curl(request)},
        {"lang": "Python", "label": "Python", "source": as_python(request)},
        {"lang": "JavaScript", "label": "JavaScript", "source": as_javascript(request)},
    ]


def as_curl(request: ExampleRequest) -> str:
    """Return a command line; the token is the variable TOKEN."""
    parts = ["curl -sS"]
    if request.method != "GET":
        parts.append(f"-X {request.method}")
    if request.has_token:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    if request.media_type:
        parts.append(f"-H {shlex.quote(f'Content-Type: {request.media_type}')}")
        parts.append(f"--data-binary {shlex.quote(request.text)}")
    parts.append(shlex.quote(request.address))
    return " \\\n  ".join(parts) if len(parts) > 3 else " ".join(parts)


def as_python(request: ExampleRequest) -> str:
    """Return a program for Python's standard library."""
    shown = "json.load(response)" if request.is_json else 'response.read().decode("utf-8")'
    imports = [name for name, is_used in _python_imports(request) if is_used]
    arguments = [f"    {json.dumps(request.address, ensure_ascii=False)},"]
    if request.media_type:
        arguments.append(_python_data(request.body))
    if headers := _headers(request, "f\"Bearer {os.environ['TOKEN']}\""):
        arguments.append(f"    headers={{{headers}}},")
    if request.method != "GET":
        arguments.append(f'    method="{request.method}",')
    called = ["request = Request(", *arguments, ")"]
    return "\n".join([*imports, "", *called, "with urlopen(request) as response:", f"    print({shown})"])


def _python_data(body: object) -> str:
    """Return the argument ``data``, broken into lines as formatters of Python do."""
    if isinstance(body, str):
        return f"    data={body!r}.encode(),"
    line = f"    data=json.dumps({_python_literal(body)}).encode(),"
    if len(line) <= LONGEST_LINE:
        return line
    literal = f"        {_python_literal(body)}"
    if isinstance(body, dict) and len(literal) > LONGEST_LINE:
        members = (f"            {_python_literal(name)}: {_python_literal(value)}," for name, value in body.items())
        literal = "\n".join(("        {", *members, "        }"))
    return f"    data=json.dumps(\n{literal}\n    ).encode(),"


def _python_literal(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_python_literal(name)}: {_python_literal(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_python_literal, value)) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _python_imports(request: ExampleRequest) -> list[tuple[str, bool]]:
    sends_json = bool(request.media_type) and not isinstance(request.body, str)
    return [
        ("import json", request.is_json or sends_json),
        ("import os", request.has_token),
        ("from urllib.request import Request, urlopen", True),
    ]


def as_javascript(request: ExampleRequest) -> str:
    """Return a module for browsers and Node.js."""
    options = []
    if request.method != "GET":
        options.append(f'  method: "{request.method}",')
    if headers := _headers(request, "`Bearer ${process.env.TOKEN}`"):
        options.append(f"  headers: {{ {headers} }},")
    if request.media_type:
        is_text = isinstance(request.body, str)
        body = json.dumps(request.body, ensure_ascii=False)
        options.append(f"  body: {body}," if is_text else f"  body: JSON.stringify({body}),")
    address = json.dumps(request.address, ensure_ascii=False)
    called = f"fetch({address}, {{\n" + "\n".join(options) + "\n})" if options else f"fetch({address})"
    read = "json" if request.is_json else "text"
    return f"const response = await {called};\nconsole.log(await response.{read}());"


def _headers(request: ExampleRequest, bearer: str) -> str:
    fields = [f'"Authorization": {bearer}'] if request.has_token else []
    if request.media_type:
        fields.append(f'"Content-Type": "{request.media_type}"')
    return ", ".join(fields)
