"""The log as JSON Lines on standard error, with a line for each request (``web/request_measurement.py``)."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any

from pythonjsonlogger.orjson import OrjsonFormatter

from searchapp import measuring

__all__ = ["json_formatter", "log_as_json"]


class _Formatter(OrjsonFormatter):
    def jsonify_log_record(self, log_data: dict[str, Any]) -> str:
        """Return a record as JSON. orjson refuses a few values, and the record would be lost.

        These are names of files that are not UTF-8 (a question mark for each byte) and numbers above 64 bits.
        """
        try:
            return super().jsonify_log_record(log_data)
        except TypeError:
            return json.dumps(log_data, default=_as_text, ensure_ascii=False).encode("utf-8", "replace").decode()


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def log_as_json() -> None:
    """Write every record of this process and of those that it forks as one line of JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(json_formatter())
    handler.addFilter(_add_request_id)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("searchapp.requests").setLevel(logging.INFO)
    logging.captureWarnings(True)


def json_formatter() -> logging.Formatter:
    """Return a formatter: ``time`` (UTC, ISO 8601), ``level``, ``logger``, ``process``, ``message``, further fields."""
    names = {"levelname": "level", "name": "logger", "exc_info": "traceback"}
    return _Formatter(["levelname", "name", "process", "message"], rename_fields=names, timestamp="time")


def _add_request_id(record: logging.LogRecord) -> bool:
    """Add the id of the request in which something is logged."""
    measurement = measuring.current()
    if measurement and not hasattr(record, "request_id"):
        record.request_id = measurement.request_id
    return True
