"""Requests that change something, in the audit log: the attempt before it, the result with its answer."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, g, request

from searchapp.web.access_control import current_identity
from searchapp.web.article_ids import requested_id
from searchapp.web.site import site

__all__ = ["init_app", "record_attempt", "tell_result"]

ACTIONS: Final = {
    "writing.put": "put",
    "writing.put_by_id": "put",
    "writing.delete": "withdraw",
    "writing.delete_by_id": "withdraw",
    "writing.post": "put-many",
    "judging.save": "grade",
}
"""Endpoint -> what it does; others change nothing."""
LONGEST_QUERY: Final = 1024
OF_ARTICLE: Final = frozenset({"put", "withdraw"})


def init_app(app: Flask) -> None:
    """Record the results of the attempts that requests to ``app`` make."""
    app.after_request(_record_result)


def record_attempt() -> None:
    """Record what the current request is about to change, by whom; raises AuditUnwritable, InvalidRequest."""
    action = ACTIONS.get(request.endpoint or "")
    if action is None:
        return
    what = {"via": "http", "client": request.remote_addr}
    if action in OF_ARTICLE:
        what["article"] = requested_id((request.view_args or {}).get("article_id", ""))
    elif action == "grade":
        what |= {"editor": g.editor, "query": request.form.get("q", "")[:LONGEST_QUERY]}
    g.audited = site().audit_log.attempt(action, current_identity().name, **what)


def tell_result(**members: object) -> None:
    """Add members to the record of the result of the current request."""
    g.audited_result = members


def _record_result(response: Response) -> Response:
    if number := g.get("audited"):
        site().audit_log.result(number, status=response.status_code, **g.get("audited_result", {}))
    return response
