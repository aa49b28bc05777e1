"""Hooks of schemathesis, loaded in its own environment: JSON Lines, and rules between parameters that no schema states.

A cursor is signed, so a drawn one is left out of requests that shall be accepted; so are periods that end before they
begin, pages beyond result 10,000, days as the interval of a span longer than 24 months, and trends of blank queries
only. Requests that shall be refused because of null, an object or an empty list in the query are not sent: an address
has no way to write one, so nothing wrong would be in it.
"""

from __future__ import annotations

import json
from typing import Any

import schemathesis

DROPPED = ("cursor", "to", "page")


@schemathesis.serializer("application/jsonl")
def json_lines(context: Any, value: Any) -> bytes:
    """Return a body of JSON Lines: a text as it is."""
    return value.encode("utf-8", "replace") if isinstance(value, str) else json.dumps(value).encode()


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Return whether what is wrong with a request can be seen in its address."""
    is_positive = case.meta is None or case.meta.generation.mode.is_positive
    return is_positive or not any(
        value in (None, []) or isinstance(value, dict) for value in (case.query or {}).values()
    )


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Return whether a failure is one: a client of many wrong tokens is told to wait, which the check does not know."""
    return getattr(failure, "code", "") != "ST401" or "got `429 " not in failure.message


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Leave out what is refused because of another parameter."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    objects = [case.query] if isinstance(case.query, dict) else []
    if isinstance(case.body, dict):
        objects.append(case.body)
        if isinstance(searches := case.body.get("searches"), list):
            case.body["searches"] = searches[:5]
            objects += [one for one in searches if isinstance(one, dict)]
    for parameters in objects:
        for name in DROPPED:
            parameters.pop(name, None)
        if parameters.get("interval") == "day":
            parameters.pop("interval")
        if isinstance(parameters.get("q"), list) and not any(_has_words(query) for query in parameters["q"]):
            parameters["q"] = ["grève"]


def _has_words(query: object) -> bool:
    return any(sign.isalnum() for sign in str(query))
