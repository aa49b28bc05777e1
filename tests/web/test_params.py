"""Parameters are read without surprises, and written back the same."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from werkzeug.datastructures import MultiDict

from searchapp.errors import InvalidRequest
from searchapp.model import Filters, SearchRequest, Sort
from searchapp.output.answer_json import write_search
from searchapp.web.params import read_search

TEXT = some.text(max_size=60)
NAMES = some.sampled_from(["q", "page", "per_page", "cursor", "sort", "from", "to", "source", "section", "author"])
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(**parameters: str) -> SearchRequest:
    return read_search(MultiDict(parameters)).strict()


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-02-03", date(2024, 2, 3), date(2024, 2, 3)),
        ("03/02/2024", date(2024, 2, 3), date(2024, 2, 3)),
        (" 3/2/2024 ", date(2024, 2, 3), date(2024, 2, 3)),
    ],
)
def test_a_date_stands_for_its_first_and_its_last_day(written: str, first: date, last: date) -> None:
    filters = read(**{"from": written, "to": written}).filters
    assert (filters.date_from, filters.date_to) == (first, last)


@pytest.mark.parametrize("wrong", ["hier", "2024-13", "31/02/2024", "0000", "2024-1-1-1", "٢٠٢٤"])
def test_a_date_that_is_none_is_a_problem(wrong: str) -> None:
    with pytest.raises(InvalidRequest):
        read(**{"from": wrong})


def test_a_period_that_ends_before_it_begins_is_a_problem() -> None:
    reading = read_search(MultiDict({"from": "2024", "to": "2023"}))
    assert [name for name, _ in reading.problems] == ["to"]
    assert reading.request.filters == Filters(date_from=date(2024, 1, 1))


def test_empty_fields_of_a_form_ask_for_nothing() -> None:
    assert read(q="", source="", **{"from": "", "to": ""}, page="", sort="") == SearchRequest()


def test_control_characters_in_a_query_are_spaces() -> None:
    assert read(q="\x00grande\x1fmarée\x7f").query == "grande marée"


def test_what_is_written_is_read_as_the_same_request() -> None:
    values = {"source": ("Le Phare",), "section": ("Économie", "Mer"), "author": ("L’Hostis",)}
    filters = Filters(values, date(2024, 1, 2), date(2024, 3, 4))
    request = SearchRequest("« grande marée »", filters, Sort.OLDEST, 3, 25)
    assert read_search(MultiDict(write_search(request))).strict() == request


def test_what_is_usual_is_not_written() -> None:
    assert write_search(SearchRequest("mer")) == {"q": "mer"}


@QUIET
@given(query=some.text(max_size=200))
def test_no_query_is_an_error(client: FlaskClient, query: str) -> None:
    for path in ("/search", "/api/v1/search", "/articles/tide"):
        assert client.get(path, query_string={"q": query}).status_code == 200


@QUIET
@given(parameters=some.dictionaries(NAMES, TEXT))
def test_no_parameter_breaks_a_page_or_the_api(client: FlaskClient, parameters: dict[str, str]) -> None:
    assert client.get("/search", query_string=parameters).status_code == 200
    assert client.get("/api/v1/search", query_string=parameters).status_code in {200, 400}


@QUIET
@given(article_id=some.text(min_size=1, max_size=60))
def test_any_article_id_is_found_or_not_found(client: FlaskClient, article_id: str) -> None:
    with client.application.test_request_context():
        path = client.application.url_for("pages.article", article_id=article_id)
    assert client.get(path).status_code in {200, 404}
