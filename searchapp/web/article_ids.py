"""An article's id in an address: in the path, or as ``?id=`` for ids that clients would rewrite in a path.

:func:`~searchapp.output.answer_json.article_path` makes the address. Both forms are read for any id.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import request
from werkzeug.routing import BaseConverter

from searchapp.errors import InvalidRequest
from searchapp.i18n import Message
from searchapp.output.answer_json import SAFE_IN_PATH
from searchapp.web.parameter_kinds import Problems, first_text

__all__ = ["ArticleIdConverter", "requested_id"]


class ArticleIdConverter(BaseConverter):
    """An article's id in a path: any text, slashes included."""

    regex = ".+"
    part_isolating = False

    def to_url(self, value: Any) -> str:
        """Return the id percent-encoded as ``article_path`` does it."""
        return quote(value, safe=SAFE_IN_PATH)


def requested_id(in_path: str) -> str:
    """Return the article id of the current request; raises InvalidRequest without one, and for a second one."""
    problems: Problems = []
    article_id = in_path or first_text("id", request.args, problems)
    if not article_id:
        problems.append(("id", Message("Give the id of an article, in the path or as the parameter id.")))
    if problems:
        raise InvalidRequest(Message("Some parameters are wrong."), problems)
    return article_id
