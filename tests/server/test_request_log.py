"""The log as JSON Lines: a line for each request, under an id that the proxy may give."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any

from searchapp.config import Config
from searchapp.server.json_log import json_formatter
from tests.server.load import serving


def logged(indexed: Config) -> list[dict[str, Any]]:
    """Return the records of the server's log, all of which are JSON."""
    return [json.loads(line) for line in indexed.index.with_name("serve.log").read_text("utf-8").splitlines()]


def test_a_request_is_logged_with_its_id_and_its_stages(indexed: Config) -> None:
    with serving(indexed, 1, log_format="json") as server:
        status, headers, _ = server.get("/api/v1/search?q=chevaux")
    (record,) = (record for record in logged(indexed) if record.get("path") == "/api/v1/search")
    assert (record["status"], record["endpoint"], record["method"]) == (status, "api.search", "GET")
    assert record["request_id"] == headers["X-Request-ID"]
    assert {"wait", "parse", "plan", "match", "rank", "fetch", "highlight", "web"} <= set(record["stages_ms"])
    assert abs(sum(record["stages_ms"].values()) - record["ms"]) < 0.1


def test_a_log_has_neither_queries_nor_addresses(indexed: Config) -> None:
    with serving(indexed, 1, log_format="json") as server:
        server.get("/search?q=Gudule", {"User-Agent": "Gudule"})
    text = indexed.index.with_name("serve.log").read_text("utf-8")
    assert "Gudule" not in text
    assert server.host not in text


def test_only_a_trusted_proxy_gives_a_request_its_id(indexed: Config) -> None:
    given = {"X-Request-ID": "abc-1"}
    with serving(indexed, 1, log_format="json", trusted_proxies="127.0.0.1") as server:
        assert server.get("/healthz", given)[1]["X-Request-ID"] == "abc-1"
        assert server.get("/healthz", {"X-Request-ID": 'a b"{'})[1]["X-Request-ID"] not in ("", 'a b"{')
    assert "abc-1" in [record.get("request_id") for record in logged(indexed)]
    with serving(indexed, 1, log_format="json") as server:
        assert server.get("/healthz", given)[1]["X-Request-ID"] != "abc-1"


def test_the_log_of_the_processes_is_json_too(indexed: Config) -> None:
    with serving(indexed, 2, log_format="json") as server:
        killed = server.workers()[0]
        server.kill(killed)
        server.wait_for_workers(but=[killed], count=2)
    assert any(record["logger"] == "gunicorn.error" and str(killed) in record["message"] for record in logged(indexed))


def test_a_log_of_text_has_no_line_for_a_request(indexed: Config) -> None:
    with serving(indexed, 1) as server:
        assert server.get("/search?q=vache")[1]["X-Request-ID"] is None
    assert indexed.index.with_name("serve.log").read_text("utf-8") == ""


def test_a_name_of_a_file_that_is_no_text_loses_no_record() -> None:
    values = {"name": "essai", "msg": "%s\nn’est pas lisible", "args": ("caf\udce9.txt",), "number": 1 << 70}
    line = json_formatter().format(logging.makeLogRecord(values))
    record = json.loads(line)
    assert "\n" not in line
    assert (record["message"], record["number"]) == ("caf?.txt\nn’est pas lisible", 1 << 70)
    assert datetime.fromisoformat(record["time"]).tzinfo
