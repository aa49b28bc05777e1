"""Searches in the body of a request: JSON objects with the names of the parameters of an address."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import ClientDisconnected, HTTPException

from searchapp.errors import InvalidRequest
from searchapp.i18n import Message
from searchapp.web.parameter_kinds import Parameter
from searchapp.web.params import RESULT_FIELDS_PARAMETER, SEARCH_PARAMETERS, Reading, read_search

__all__ = ["LARGEST_BODY", "arguments_of", "body_schema", "posted_object", "read_members", "read_object"]

LARGEST_BODY: Final = 512 * 1024
"""Bytes of one request."""
_NOT_OF_TYPE: Final = {
    "array": Message("Give a text or a list of texts."),
    "boolean": Message("Give true or false."),
    "integer": Message("Give a whole number."),
    "string": Message("Give a text."),
}


def read_object(parameter: str, expected: Message) -> Mapping[str, Any]:
    """Return the JSON object of the body; raises InvalidRequest, which names ``parameter`` and what is expected."""
    request.max_content_length = LARGEST_BODY
    try:
        body = json.loads(_read_body())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise InvalidRequest(Message("Some parameters are wrong."), [(parameter, expected)])
    return body


def _read_body() -> bytes:
    try:
        return request.get_data()
    except HTTPException:
        raise
    except OSError as error:
        raise ClientDisconnected from error
    except Exception as error:  # each server has errors of its own for a body with wrong framing
        raise InvalidRequest(
            Message(
                "The length of the body does not agree with its headers. Send it with the right "
                "Content-Length, or chunked."
            )
        ) from error


def posted_object() -> Mapping[str, Any]:
    """Return the object in the body whose members are the parameters of a search; raises InvalidRequest."""
    return read_object("body", Message("Send a JSON object with the parameters of a search, such as “q”."))


def read_members(search: Mapping[str, object]) -> Reading:
    """Read a search whose parameters are the members of an object, each of the type that its row names."""
    reading = read_search(arguments_of(search))
    rows = (row for row in (*SEARCH_PARAMETERS, RESULT_FIELDS_PARAMETER) if search.get(row.name) is not None)
    wrong = {row.name: _NOT_OF_TYPE[_type_of(row)] for row in rows if not _is_of_type(search[row.name], _type_of(row))}
    others = (problem for problem in reading.problems if problem[0] not in wrong)
    return replace(reading, problems=(*others, *wrong.items()))


def arguments_of(search: Mapping[str, object]) -> MultiDict[str, str]:
    """Return the members of a search as the parameters of an address; a list repeats one, null leaves it out."""
    members = ((name, value if isinstance(value, list) else [value]) for name, value in search.items())
    return MultiDict((name, _written(each)) for name, values in members for each in values if each is not None)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    # JSON has one type of number: 3.0 is a whole one.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def body_schema(*parameters: Parameter[Any]) -> Mapping[str, Any]:
    """Return the JSON Schema of an object whose members are parameters; null or an empty text leaves one out."""
    return {"type": "object", "properties": {row.name: _member_schema(row) for row in parameters}}


def _member_schema(row: Parameter[Any]) -> Mapping[str, Any]:
    schema = row.kind.schema
    if _type_of(row) == "array":
        text = {"type": ["string", "null"], **({"pattern": _listed(schema["items"]["enum"])} if row.listed else {})}
        return {"anyOf": [text, schema]}
    return {"anyOf": [schema, {"enum": [None, ""]} if _type_of(row) == "string" else {"type": "null"}]}


def _listed(names: Sequence[str]) -> str:
    """Return the pattern of ``names`` in one text, separated by commas; an empty text has none."""
    name = f"({'|'.join(names)})"
    return f"^({name}(,{name})*)?$"


def _type_of(row: Parameter[Any]) -> str:
    return str(row.kind.schema["type"])


def _is_of_type(value: object, name: str) -> bool:
    if name == "array":
        return all(isinstance(each, str) for each in (value if isinstance(value, list) else [value]))
    if name == "integer":
        return not isinstance(value, bool) and (
            isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        )
    return isinstance(value, bool if name == "boolean" else str)
