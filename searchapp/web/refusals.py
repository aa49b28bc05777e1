"""Answers to requests that the server refuses before the application sees them, in the application's form."""

from __future__ import annotations

from flask import Flask
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from searchapp.i18n import LANGUAGES
from searchapp.web.error_answers import is_for_program, refusal
from searchapp.web.metrics import Metrics
from searchapp.web.problems import BY_STATUS, INTERNAL_ERROR

__all__ = ["Refusals"]

_Answer = tuple[str, list[tuple[str, str]], bytes]


class Refusals:
    """Renders each refusal once and keeps it, so that a flood of bad requests costs little."""

    def __init__(self, app: Flask, url_prefix: str, metrics: Metrics) -> None:
        self._app = app
        self._url_prefix = url_prefix
        self._metrics = metrics
        self._answers: dict[tuple[int, bool, str], _Answer] = {}

    def __call__(self, status: int, path: str, accept_language: str) -> _Answer:
        """Return status line, header fields and body for a request to ``path`` ("" when the path is unknown)."""
        self._metrics.add_refusal(status, BY_STATUS.get(status, INTERNAL_ERROR).slug)
        language = parse_accept_header(accept_language, LanguageAccept).best_match(LANGUAGES) or ""
        key = (status, is_for_program(path), language)
        if key not in self._answers:
            self._answers[key] = self._render(*key)
        line, fields, body = self._answers[key]
        return line, list(fields), body

    def _render(self, status: int, for_program: bool, language: str) -> _Answer:
        path = "/api/" if for_program else "/"
        base_url = f"http://localhost{self._url_prefix}"
        headers = {"Accept-Language": language} if language else {}
        with self._app.test_request_context(path, base_url, headers=headers):
            response = self._app.process_response(refusal(status))
            return response.status, list(response.headers), response.get_data()
