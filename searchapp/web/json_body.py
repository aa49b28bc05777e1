"""Searches in the body of a request: JSON objects with the names of the parameters of an address."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import ClientDisconnected, HTTPException

from searchapp.errors import InvalidRequest
from searchapp.i18n import Message

__all__ = ["LARGEST_BODY", "arguments_of", "posted_search", "read_object"]

LARGEST_BODY: Final = 512 * 1024
"""Bytes of one request."""


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


def posted_search() -> MultiDict[str, str]:
    """Return the parameters of a search in the body; raises InvalidRequest."""
    expected = Message("Send a JSON object with the parameters of a search, such as “q”.")
    return arguments_of(read_object("body", expected))


def arguments_of(search: Mapping[str, object]) -> MultiDict[str, str]:
    """Return the members of a search as the parameters of an address; a list repeats one, null leaves it out."""
    return MultiDict(_pairs(search))


def _pairs(search: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in search.items():
        for each in value if isinstance(value, list) else [value]:
            if each is not None:
                yield name, str(each).lower() if isinstance(each, bool) else str(each)
