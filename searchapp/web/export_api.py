"""``/api/v1/export``: all results of a search as JSON Lines or CSV, sent while they are read.

An export is on one generation and takes constant memory. Each record ends with the cursor from which the export goes
on after it, so a client whose connection broke asks again with the last one that it received. A few exports run at
once, and before each batch they let searches go first. When one cannot be completed, the connection is closed in the
middle of the body, so that a part is not taken for the whole.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

from flask import Blueprint, Response, request

from searchapp.errors import OutOfTime
from searchapp.i18n import Message
from searchapp.model import Scope, SearchRequest
from searchapp.output.export_records import EXPORT_FORMS
from searchapp.search.export import ExportedArticle
from searchapp.web.api_operations import SEARCHING, Example, documented
from searchapp.web.conditional import names_tag, unmodified, version_tag
from searchapp.web.params import (
    EXPORT_FIELDS_PARAMETER,
    EXPORT_FORMAT,
    PAGE,
    PER_PAGE,
    SEARCH_PARAMETERS,
    read_fields,
    read_one,
    read_search,
)
from searchapp.web.site import Site, site

__all__ = ["exporting"]

exporting = Blueprint("exporting", __name__, url_prefix="/api/v1")

LONGEST_SECONDS: Final = 3600.0
"""Time after which an export ends; it goes on from its last cursor."""
SEARCH_WAIT_SECONDS: Final = 2.0
"""Longest time that an export waits for a search slot before it begins."""
STANDS_BACK_SECONDS: Final = 0.1
"""Longest time that a batch of articles waits for running searches."""

_log: Final = logging.getLogger(__name__)


@exporting.get("/export", defaults={"suffix": ""})
@exporting.get("/export.<any(jsonl, csv):suffix>")
@documented(
    SEARCHING,
    Message("All results of a search, as JSON Lines or CSV"),
    help=Message("Each record ends with its cursor: when the connection breaks, ask again with the last one received."),
    parameters=(
        *(row for row in SEARCH_PARAMETERS if row not in (PAGE, PER_PAGE)),
        EXPORT_FIELDS_PARAMETER,
        EXPORT_FORMAT,
    ),
    answers={200: {form.media_type: None for form in EXPORT_FORMS.values()}},
    problems=("invalid-request", "not-found"),
    scope=Scope.EXPORT,
    example=Example({"q": "marée", "fields": "id,date,title,cursor"}, path={"suffix": "csv"}),
)
def export(suffix: str) -> Response:
    """Answer with all results of a search, or with those after a cursor."""
    search_request, names = read_search(request.args).strict(), read_fields(request.args, EXPORT_FIELDS_PARAMETER)
    suffix = _requested_form(suffix)
    form = EXPORT_FORMS[suffix]
    version = site().service.version()
    tag = version_tag(version, form.media_type)
    if names_tag(tag):
        return _tagged(unmodified(), tag)
    found = _SlottedExport(site(), search_request, request.remote_addr or "")
    lines = form.write(found.batches(), names or form.usual, site().config.timezone)
    response = Response(lines, content_type=f"{form.media_type}; charset=utf-8")
    response.call_on_close(found.close)
    response.headers["Content-Disposition"] = f"attachment; filename=export.{suffix}"
    response.headers["X-Total-Count"] = str(found.export.total)
    response.headers["X-Robots-Tag"] = "noindex"
    return _tagged(response, tag if found.export.version == version else None)


class _SlottedExport:
    """An export that holds one of the few slots for exports until it is closed."""

    def __init__(self, site_: Site, search_request: SearchRequest, client: str) -> None:
        """Raises TooBusy when no slot is free, and the errors of an export."""
        self._searches = site_.admission
        with ExitStack() as taken:
            site_.exports.enter(client, 0)
            taken.callback(site_.exports.leave, client)
            self._searches.enter(client, SEARCH_WAIT_SECONDS)
            try:
                self.export = taken.enter_context(site_.service.export(search_request))
            finally:
                self._searches.leave(client)
            self._taken = taken.pop_all()

    def batches(self) -> Iterator[list[ExportedArticle]]:
        """Yield the articles, each batch when no search runs or STANDS_BACK_SECONDS have passed."""
        end = time.monotonic() + LONGEST_SECONDS
        try:
            for batch in self.export:
                if time.monotonic() > end:
                    raise OutOfTime
                yield batch
                self._searches.wait_until_idle(STANDS_BACK_SECONDS)
        except Exception as error:
            _log.warning("An export ended before its last article: %s", error)
            raise
        finally:
            self.close()

    def close(self) -> None:
        """Release the generation and the slot; nothing the second time."""
        self._taken.close()


def _requested_form(suffix: str) -> str:
    """Return the form of the suffix, of the parameter ``format`` or of the header Accept; JSON Lines for others."""
    asked = read_one(EXPORT_FORMAT, request.args)
    named = suffix or asked
    types = {form.media_type: name for name, form in EXPORT_FORMS.items()}
    return named or types[request.accept_mimetypes.best_match(types, next(iter(types)))]


def _tagged(response: Response, tag: str | None) -> Response:
    if tag is not None:
        response.set_etag(tag)
    response.headers["Cache-Control"] = "no-store" if tag is None else "no-cache"
    response.vary.update(("Accept", "Accept-Language"))
    return response
