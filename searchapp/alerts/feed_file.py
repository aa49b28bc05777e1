"""The feed of a saved search, an Atom file: its latest matches, for a feed reader or a web server to take."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from searchapp.alerts.digest import DeliveryError, Masthead
from searchapp.alerts.saved_search import SavedSearch
from searchapp.errors import system_reason
from searchapp.i18n import Message
from searchapp.indexing.durability import make_durably, write_durably
from searchapp.model import Article, SearchRequest
from searchapp.output import feeds
from searchapp.output.answer_json import write_search

__all__ = ["LISTED", "feed_path", "remove_feeds_except", "write_feed"]

LISTED: Final = 100
"""Articles of a feed."""
_FOLDER: Final = "feeds"
_LONGEST_NAME: Final = 200


def feed_path(folder: Path, name: str) -> Path:
    """Return the file of the saved search ``name``; one too long for a file system ends in its digest."""
    if len(name.encode()) > _LONGEST_NAME:
        name = hashlib.blake2b(name.encode(), digest_size=16).hexdigest()
    return folder / _FOLDER / f"{name}.atom"


def write_feed(folder: Path, search: SavedSearch, articles: Sequence[Article], masthead: Masthead) -> None:
    """Replace the feed of a saved search in one step; raises DeliveryError."""
    path = feed_path(folder, search.name)
    description = Message("New articles for “{query}”", query=search.query or search.name)
    parameters = write_search(SearchRequest(search.query, search.filters, match=search.match))
    text = feeds.atom(
        feeds.Feed(
            title=f"{search.name} – {masthead.site}",
            description=description.render(masthead.translate),
            language=masthead.language,
            page=f"{masthead.address}/search?{urlencode(parameters, doseq=True)}",
            address=f"urn:searchapp:alert:{quote(search.name)}",
            updated=datetime.now(UTC),
            timezone=masthead.timezone,
            entries=[feeds.Entry(article, masthead.link(article)) for article in articles],
        )
    )
    try:
        make_durably(path.parent)
        write_durably(path, text)
    except OSError as error:
        reason = Message("the feed {file} cannot be written: {reason}", file=path.name, reason=system_reason(error))
        raise DeliveryError(reason, is_down=True) from error


def remove_feeds_except(folder: Path, names: Iterable[str]) -> None:
    """Remove the feeds of all saved searches but ``names``; one that cannot be removed stays until the next run."""
    kept = {feed_path(folder, name) for name in names}
    with suppress(OSError):
        for path in (folder / _FOLDER).glob("*.atom"):
            if path not in kept:
                path.unlink()
