"""Delivering what is pending: each digest by its channel, again after longer and longer pauses until it succeeds."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from searchapp.alerts.alert_state import AlertState, Delivery
from searchapp.alerts.digest import DeliveryError, Digest, Masthead, json_text
from searchapp.alerts.feed_file import LISTED, write_feed
from searchapp.alerts.mailer import compose, send
from searchapp.alerts.saved_search import FEED, MAIL, SavedSearch
from searchapp.alerts.webhook import Webhook, webhook_key
from searchapp.model import Article
from searchapp.search.service import SearchService

__all__ = ["Channels", "deliver", "refresh_feed"]

_log: Final = logging.getLogger(__name__)
_SECONDS: Final = 120.0
"""The time of all deliveries of a run; what is left waits for the next."""


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of a site: the folder of the alerts, the mailer and sender of mail, the masthead of digests."""

    folder: Path
    mailer: str
    sender: str
    masthead: Masthead

    def send(self, search: SavedSearch, channel: str, digest: Digest) -> None:
        """Deliver a digest by mail or webhook; raises DeliveryError."""
        kind, _, recipient = channel.partition(":")
        if kind == MAIL:
            send(compose(digest, self.masthead, self.sender, recipient), self.mailer)
        else:
            Webhook(webhook_key(self.folder)).post(search.webhook, digest.id, json_text(digest, self.masthead))

    def target(self, search: SavedSearch, channel: str) -> str:
        """Return the program or machine that a channel depends on."""
        if channel.startswith(MAIL):
            return self.mailer
        return channel if channel == FEED else urlsplit(search.webhook).netloc


def deliver(
    state: AlertState, searches: Mapping[str, SavedSearch], service: SearchService, channels: Channels
) -> tuple[int, int]:
    """Deliver what is due; return the number of digests that were delivered and of those that were not.

    A target that is down is not tried again in this run.
    """
    end, down = time.monotonic() + _SECONDS, dict[str, tuple[float, str]]()
    delivered = failed = 0
    for name, channel in state.due(time.time()):
        search = searches.get(name)
        if search is None:  # its table is wrong: what is pending waits until it is corrected
            continue
        target = channels.target(search, channel)
        while time.monotonic() < end and (delivery := state.begin_delivery(name, channel)):
            if target in down:
                state.postpone(name, channel, *down[target])
                break
            try:
                articles = _articles(delivery, service)
                if channel == FEED:
                    refresh_feed(state, search, service, channels)
                elif articles:
                    digest = Digest(delivery.digest, name, search.query, articles)
                    channels.send(search, channel, digest)
                state.end_delivery(delivery, len(articles), time.time())
                delivered += 1
            except DeliveryError as error:
                pause = state.fail_delivery(delivery, str(error), time.time())
                if error.is_down:
                    down[target] = time.time() + pause, str(error)
                _log.warning(
                    "A digest of the alert %s was not delivered, tried again in %.0f s: %s", name, pause, error
                )
                failed += 1
                break
    return delivered, failed


def refresh_feed(state: AlertState, search: SavedSearch, service: SearchService, channels: Channels) -> None:
    """Write the feed file of a saved search anew; raises DeliveryError."""
    found = map(service.stored, state.latest_matches(search.name, LISTED))
    articles = [article for article in found if article is not None]
    write_feed(channels.folder, search, articles, channels.masthead)


def _articles(delivery: Delivery, service: SearchService) -> list[Article]:
    """Return the articles of a digest as they are now, without those that were withdrawn since."""
    found = map(service.stored, delivery.articles)
    return [article for article in found if article is not None]
