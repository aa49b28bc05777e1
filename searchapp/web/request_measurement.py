"""The measurement of each request: for the metrics, the log of requests, and the header Server-Timing.

A line of the log has neither the query nor the address of the client, as the query log has not: the proxy's log has
addresses, and the request id joins the two.
"""

from __future__ import annotations

import logging
import secrets
from functools import partial
from typing import Final, NamedTuple

from flask import Flask, Response, g, request

from searchapp import measuring
from searchapp.measuring import Measurement
from searchapp.web.metrics import Metrics
from searchapp.web.proxies import REQUEST_ID
from searchapp.web.site import site

__all__ = ["UNMEASURED", "init_app"]

UNMEASURED: Final = "searchapp.unmeasured"
"""Key of a WSGI environment: a request that no client sent."""
ID_BYTES: Final = 8

_log: Final = logging.getLogger("searchapp.requests")


class Answered(NamedTuple):
    """A request and the status of its answer, as the log has it."""

    endpoint: str
    method: str
    path: str
    status: int


def init_app(app: Flask) -> None:
    """Measure the requests of ``app``; to be called before other hooks are added, so that they are measured too."""
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(_end)


def _begin() -> None:
    if UNMEASURED not in request.environ:
        g.measurement = Measurement(request.environ.get(REQUEST_ID, "") or secrets.token_hex(ID_BYTES))
        measuring.use(g.measurement)


def _finish(response: Response) -> Response:
    """Record the request when its answer is known, a streamed one when all of it was sent."""
    measurement: Measurement | None = g.get("measurement")
    if measurement is None:
        return response
    answered = Answered(request.endpoint or "none", request.method, request.path, response.status_code)
    if site().config.server_timing:
        response.headers["Server-Timing"] = _server_timing(measurement)
    if site().config.log_format == "json" or request.environ.get(REQUEST_ID):
        response.headers["X-Request-ID"] = measurement.request_id
    if response.is_streamed:
        measurement.switch("stream")
        response.call_on_close(partial(_record, site().metrics, answered, measurement))
    else:
        _record(site().metrics, answered, measurement)
    return response


def _end(_: BaseException | None) -> None:
    measuring.use(None)


def _server_timing(measurement: Measurement) -> str:
    """Return the value of Server-Timing (W3C): milliseconds of each stage and of all."""
    total = measurement.total()
    stages = (*measurement.seconds.items(), ("total", total))
    return ", ".join(f"{stage};dur={1000 * seconds:.2f}" for stage, seconds in stages)


def _record(metrics: Metrics, answered: Answered, measurement: Measurement) -> None:
    seconds = measurement.total()
    metrics.add_request(answered.endpoint, answered.method, answered.status, measurement, seconds)
    if _log.isEnabledFor(logging.INFO):
        stages = {stage: round(1000 * each, 2) for stage, each in measurement.seconds.items()}
        fields = {"stages_ms": stages, "ms": round(1000 * seconds, 2), "request_id": measurement.request_id}
        _log.info("request", extra=answered._asdict() | fields)
