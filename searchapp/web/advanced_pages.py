"""The advanced form: a query written field by field, for readers who do not learn the language of the search box."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields, replace
from typing import Final

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from searchapp.errors import IndexDamaged, IndexMissing
from searchapp.i18n import Message
from searchapp.query import DEFAULT_SLOP, GREATEST_SLOP
from searchapp.query.query_form import QueryForm, form_of, query_text
from searchapp.web.links import search_path, with_page
from searchapp.web.pages import everything
from searchapp.web.params import clean_query, ignored, read_search
from searchapp.web.result_page import active_chips
from searchapp.web.site import site

__all__ = ["advanced"]

advanced = Blueprint("advanced", __name__)

# Field -> parameter, where another parameter of a search has the name of the field.
PARAMETERS: Final = {each.name: each.name for each in fields(QueryForm)} | {"source": "paper", "author": "writer"}
_DAYS: Final = {"first": "from", "last": "to"}


@advanced.get("/advanced")
def page() -> ResponseReturnValue:
    """Show the form, filled in from a query or as it was sent; its button leads to the results."""
    reading = read_search(request.args)
    search_request = with_page(reading.request, 1)
    form, remarks = read_form(request.args)
    if form is None:
        parsed = site().service.parsed(search_request.query)
        form = form_of(parsed.tree)
        remarks = (*(remark.message for remark in parsed.remarks), *_told(form.rest))
    else:
        search_request = replace(search_request, query=clean_query(query_text(form))[0])
        remarks += tuple(remark.message for remark in site().service.parsed(search_request.query).remarks)
    if "go" in request.args:
        return redirect(search_path(search_request), 303)
    return render_template(
        "advanced.html",
        search_request=search_request,
        form=form,
        parameters=PARAMETERS,
        greatest_distance=GREATEST_SLOP,
        remarks=[*(ignored(parameter, reason) for parameter, reason in reading.problems), *remarks],
        values=_known_values(),
        chips=list(active_chips(search_request)),
    )


def read_form(arguments: MultiDict[str, str]) -> tuple[QueryForm | None, tuple[Message, ...]]:
    """Return the fields of the form, with remarks on wrong ones; None without any of their parameters."""
    if not any(parameter in arguments for parameter in PARAMETERS.values()):
        return None, ()
    texts = {
        name: clean_query(arguments.get(parameter, ""))[0]
        for name, parameter in PARAMETERS.items()
        if name not in (*_DAYS, "distance")
    }
    days = read_search(MultiDict({_DAYS[name]: arguments.get(name, "") for name in _DAYS}))
    remarks = tuple(reason for _, reason in days.problems)
    first, last = days.request.filters.date_from, days.request.filters.date_to
    return QueryForm(**texts, distance=_distance(arguments.get("distance", "")), first=first, last=last), remarks


def _told(rest: str) -> tuple[Message, ...]:
    kept = Message("No field holds “{rest}”: this part of your search is kept under “Other conditions”.", rest=rest)
    return (kept,) if rest else ()


def _distance(text: str) -> int:
    return min(max(int(text), 1), GREATEST_SLOP) if text.isdecimal() and len(text) < 4 else DEFAULT_SLOP


def _known_values() -> dict[str, list[str]]:
    """Return the most frequent sources and authors, to choose from; none without an index, which the form needs not."""
    with suppress(IndexMissing, IndexDamaged):
        facets = everything().facets
        return {name: [bucket.value for bucket in facets.get(name, ())] for name in ("source", "author")}
    return {}
