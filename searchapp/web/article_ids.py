"""An article's id in an address: in the path, or as ``?id=`` where clients rewrite the path.

``answers.article_path`` makes the address. Both forms are understood for any id.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import request
from werkzeug.routing import BaseConverter

from searchapp.errors import InvalidRequest
from searchapp.i18n import Message
from searchapp.output.answer_json import SAFE_IN_PATH

__all__ = ["ArticleIdConverter", "requested_id"]


class ArticleIdConverter(BaseConverter):
    """An article's id in a path: anything at all, slashes included."""

    regex = ".+"
    part_isolating = False

    def to_url(self, value: Any) -> str:
        """Return the id percent-encoded as in ``answers.article_path``."""
        return quote(value, safe=SAFE_IN_PATH)


def requested_id(in_path: str) -> str:
    """Return the id that the current request asks for; raises InvalidRequest when it names none."""
    article_id = in_path or request.args.get("id", "")
    if not article_id:
        reason = Message("Give the id of an article, in the path or here.")
        raise InvalidRequest(Message("Some parameters are wrong."), [("id", reason)])
    return article_id
