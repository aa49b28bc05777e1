"""Metrics and timings of requests: who may read them, and what they say."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from flask.testing import FlaskClient

from searchapp.config import Config
from searchapp.web import create_app

FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


@pytest.fixture
def client(config: Config) -> FlaskClient:
    """A client of a site of its own, whose counts are those of one test."""
    return create_app(config).test_client()


def counts(client: FlaskClient) -> dict[str, float]:
    """Samples of a site by name and labels."""
    lines = (line for line in client.get("/metrics").text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_metrics_are_for_programs_of_this_machine(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 200
    for local in ("::1", "::ffff:127.0.0.1"):
        assert client.get("/metrics", environ_base={"REMOTE_ADDR": local}).status_code == 200
    stranger = client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert (stranger.status_code, stranger.mimetype) == (401, "application/problem+json")


@pytest.mark.parametrize("field", FORWARDED)
def test_who_comes_through_an_unknown_proxy_is_a_stranger(client: FlaskClient, field: str) -> None:
    assert client.get("/metrics", headers={field: "127.0.0.1"}).status_code == 401


def test_a_trusted_proxy_says_who_wants_the_metrics(config: Config) -> None:
    networks = {"trusted_proxies": (ip_network("127.0.0.1"),), "metrics_clients": (ip_network("10.1.0.0/16"),)}
    client = create_app(replace(config, **networks)).test_client()
    for forwarded, status in (("10.1.2.3", 200), ("10.1.2.3, 192.0.2.7", 401), ("unknown", 401), ("127.0.0.1", 401)):
        assert client.get("/metrics", headers={"X-Forwarded-For": forwarded}).status_code == status, forwarded


def test_a_client_that_a_trusted_proxy_does_not_name_is_a_stranger(config: Config) -> None:
    client = create_app(replace(config, trusted_proxies=(ip_network("127.0.0.1"),))).test_client()
    assert client.get("/metrics", headers={"X-Forwarded-For": "unknown"}).status_code == 401
    assert client.get("/metrics", headers={"X-Forwarded-Proto": "https"}).status_code == 401


@pytest.mark.parametrize(
    "accept", ["application/openmetrics-text;version=neuf", "text/plain; version=1.x; escaping=", ";=,;version", "é"]
)
def test_metrics_are_sent_whatever_a_client_accepts(client: FlaskClient, accept: str) -> None:
    answer = client.get("/metrics", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")


def test_no_label_has_a_value_that_a_client_invented(client: FlaskClient) -> None:
    client.get("/invente-7?q=invente-8", headers={"User-Agent": "invente-9"})
    client.open("/search", method="INVENTE")
    text = client.get("/metrics").text
    assert "nvente" not in text.lower()
    assert 'code="404",endpoint="none",method="GET"' in text
    assert 'method="other"' in text


def test_a_problem_is_counted_by_its_type(client: FlaskClient) -> None:
    client.get("/api/v1/articles/inconnu")
    assert counts(client)['searchapp_problems_total{problem="article-not-found"}'] == 1


def test_a_streamed_answer_is_counted_when_all_of_it_was_sent(client: FlaskClient) -> None:
    response = client.get("/api/v1/export")
    sample = 'searchapp_http_request_seconds_count{endpoint="exporting.export"}'
    assert sample not in counts(client)
    assert response.data
    response.close()
    assert counts(client)[sample] == 1


def test_stages_add_up_to_the_time_of_the_request(config: Config) -> None:
    client = create_app(replace(config, server_timing=True)).test_client()
    timing = client.get("/api/v1/search?q=marée").headers["Server-Timing"]
    stages = dict(entry.split(";dur=") for entry in timing.split(", "))
    total = float(stages.pop("total"))
    assert {"parse", "plan", "match", "rank", "fetch", "highlight"} <= set(stages)
    assert sum(map(float, stages.values())) == pytest.approx(total, abs=0.1)


def test_timings_are_told_only_where_the_setting_says_so(client: FlaskClient) -> None:
    assert "Server-Timing" not in client.get("/search?q=marée").headers


def test_metrics_come_in_the_form_that_is_asked_for(client: FlaskClient) -> None:
    assert client.get("/metrics").mimetype == "text/plain"
    openmetrics = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert openmetrics.mimetype == "application/openmetrics-text"
    assert openmetrics.text.endswith("# EOF\n")
