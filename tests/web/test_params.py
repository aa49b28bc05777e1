"""Parameters are read without surprises, and written back the same."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from itertools import product

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from werkzeug.datastructures import MultiDict

from searchapp.errors import InvalidRequest
from searchapp.i18n import Message
from searchapp.model import Filters, Match, SearchRequest, Sort
from searchapp.output.answer_json import write_search
from searchapp.web.parameter_kinds import Parameter, Problems, days
from searchapp.web.params import clean_query, read_search

TEXT = some.text(max_size=60)
FROM = Parameter("from", days, None, Message("First day."))
NAMES = some.sampled_from(
    ["q", "page", "per_page", "cursor", "sort", "match", "recency", "explain", "from", "to", "source", "section"]
)
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


def is_day(year: int, month: int, day: int) -> bool:
    with suppress(ValueError):
        return bool(date(year, month, day))
    return False


@pytest.mark.parametrize("form", ["{year}-{month}-{day}", "{year}-{month:02}-{day:02}", "{day}/{month}/{year}"])
@pytest.mark.parametrize("year", [999, 1000, 1900, 2000, 2023, 2024])
def test_days_are_those_of_the_calendar_and_so_says_the_document(form: str, year: int) -> None:
    pattern = re.compile(days.schema["pattern"])
    for month, day in product(range(14), range(33)):
        text = form.format(year=year, month=month, day=day)
        problems: Problems = []
        FROM.read(MultiDict({"from": text}), problems)
        expected = year >= 1000 and is_day(year, month, day)
        assert (not problems, bool(pattern.match(text))) == (expected, expected), text


@pytest.mark.parametrize("name", ["match", "sort", "page", "from", "recency"])
def test_a_control_character_is_no_empty_value(client: FlaskClient, name: str) -> None:
    assert client.get("/api/v1/search", query_string={name: " "}).status_code == 200
    assert client.get("/api/v1/search", query_string={name: "\x1f"}).status_code == 400


def test_a_list_of_names_has_no_empty_ones(client: FlaskClient) -> None:
    assert client.get("/api/v1/search?fields=title,date").status_code == 200
    assert client.get("/api/v1/search?fields=").status_code == 200  # left out
    for names in (",", "title,", "title,,date"):
        assert client.get("/api/v1/search", query_string={"fields": names}).status_code == 400


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


@pytest.mark.parametrize(("number", "kept", "told"), [(49, 49, False), (50, 50, False), (51, 50, True)])
@pytest.mark.parametrize("name", ["source", "section", "author"])
def test_fifty_values_of_a_field_narrow_a_search(name: str, number: int, kept: int, told: bool) -> None:
    reading = read_search(MultiDict([(name, f"valeur {place}") for place in range(number)]))
    assert len(reading.request.filters.values[name]) == kept
    assert [problem for problem, _ in reading.problems] == ([name] if told else [])


def test_a_value_given_twice_is_one_and_an_empty_one_is_none() -> None:
    values = [*["Écho"] * 60, "", "\x00", " Phare "]
    assert read_search(MultiDict([("source", value) for value in values])).strict().filters.values == {
        "source": ("Écho", "Phare")
    }


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("page", "1", 1),
        ("page", " 2 ", 2),
        ("page", "999999999", 999_999_999),
        ("page", "1000000000", None),
        ("page", "0", None),
        ("page", "-1", None),
        ("page", "1.5", None),
        ("page", "٣", None),
        ("per_page", "1", 1),
        ("per_page", "99", 99),
        ("per_page", "100", 100),
        ("per_page", "101", None),
        ("per_page", "0", None),
    ],
)
def test_a_page_counts_from_one_and_has_a_hundred_results_at_most(name: str, text: str, value: int | None) -> None:
    reading = read_search(MultiDict({name: text}))
    usual = {"page": 1, "per_page": 10}[name]
    assert getattr(reading.request, name) == (usual if value is None else value)
    assert [problem for problem, _ in reading.problems] == ([name] if value is None else [])


@pytest.mark.parametrize(("cursor", "taken"), [("x" * 256, True), ("x" * 257, False), ("é", False)])
def test_a_cursor_is_short_and_plain(cursor: str, taken: bool) -> None:
    reading = read_search(MultiDict({"cursor": cursor}))
    assert (reading.request.cursor, len(reading.problems)) == ((cursor, 0) if taken else (None, 1))


@pytest.mark.parametrize(("length", "cut"), [(1023, False), (1024, False), (1025, True)])
def test_a_query_of_more_than_1024_characters_is_cut_and_that_is_told(length: int, cut: bool) -> None:
    query, remarks = clean_query("a" * length)
    assert (len(query), bool(remarks)) == (min(length, 1024), cut)


def test_a_query_is_cut_without_a_space_at_its_end() -> None:
    assert clean_query("a" * 1023 + " b")[0] == "a" * 1023


def test_a_period_of_one_day_is_one() -> None:
    assert read(**{"from": "2024-02-03", "to": "2024-02-03"}).filters.date_from == date(2024, 2, 3)
    assert read_search(MultiDict({"from": "2024-02-03", "to": "2024-02-02"})).request.filters.date_to is None


def test_match_recency_and_explain_are_read_and_written_as_they_are() -> None:
    request = read(q="phare", match="all", recency="30", explain="true")
    assert (request.match, request.recency, request.explain) == (Match.ALL, 30, True)
    assert read(**write_search(request)) == request
    assert (read(recency="0").recency, read().recency) == (0, None)


@pytest.mark.parametrize(("name", "text"), [("match", "any"), ("recency", "-1"), ("recency", "x"), ("explain", "oui")])
def test_a_wrong_match_recency_or_explain_is_a_problem(name: str, text: str) -> None:
    assert [wrong for wrong, _ in read_search(MultiDict({name: text})).problems] == [name]


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
def test_an_order_is_known_by_its_name(sort: str) -> None:
    assert read(sort=sort).sort == Sort(sort)
    assert [name for name, _ in read_search(MultiDict({"sort": sort.upper()})).problems] == ["sort"]


def test_of_two_values_the_first_counts_and_the_second_is_a_problem() -> None:
    reading = read_search(MultiDict([("q", "marée"), ("q", ""), ("from", "2024"), ("from", "2023")]))
    assert (reading.request.query, reading.request.filters.date_from) == ("marée", date(2024, 1, 1))
    assert [name for name, _ in reading.problems] == ["q", "from"]


@pytest.mark.parametrize("path", ["/search", "/facets/source", "/advanced", "/trends"])
def test_a_page_says_that_a_parameter_was_given_several_times(client: FlaskClient, path: str) -> None:
    page = client.get(f"{path}?from=2024&from=2023", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "The parameter “from” was given several times; only the first one counts." in page


def test_several_queries_of_trends_are_no_repetition(client: FlaskClient) -> None:
    assert client.get("/api/v1/trends?q=mar%C3%A9e&q=tomme").status_code == 200


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
