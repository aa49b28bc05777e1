"""Searches in the body of a request: JSON objects with the names of the parameters of an address."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import ClientDisconnected, HTTPException

from searchapp.errors import InvalidRequest
from searchapp.i18n import Message
from searchapp.web.parameter_kinds import Parameter
from searchapp.web.params import Reading, read_search

__all__ = ["LARGEST_BODY", "arguments_of", "body_schema", "posted_object", "read_members", "read_object"]

LARGEST_BODY: Final = 512 * 1024
"""Bytes of one request."""
_NO_VALUE: Final = Message("Give a text, a number, true, false or a list of such.")


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
    """Read a search whose parameters are the members of an object; an object is the value of none."""
    reading = read_search(arguments_of(search))
    wrong = {name: _NO_VALUE for name, value in _members(search) if isinstance(value, dict | list)}
    others = (problem for problem in reading.problems if problem[0] not in wrong)
    return replace(reading, problems=(*others, *wrong.items()))


def arguments_of(search: Mapping[str, object]) -> MultiDict[str, str]:
    """Return the members of a search as the parameters of an address; a list repeats one, null leaves it out."""
    members = _members(search)
    return MultiDict((name, str(value).lower() if isinstance(value, bool) else str(value)) for name, value in members)


def body_schema(*parameters: Parameter[Any]) -> Mapping[str, Any]:
    """Return the JSON Schema of an object whose members are parameters.

    A value is given as its JSON type, as text, or as a list of which one that is not repeatable counts first.
    """
    return {"type": "object", "properties": {row.name: _member_schema(row) for row in parameters}}


def _member_schema(row: Parameter[Any]) -> Mapping[str, Any]:
    schema = row.kind.schema
    if schema["type"] == "array":
        return {"anyOf": [{"type": ["string", "null"]}, schema]}
    return {**schema, "type": [schema["type"], "null"]} if "enum" not in schema else schema


def _members(search: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in search.items():
        for each in value if isinstance(value, list) else [value]:
            if each is not None:
                yield name, each
