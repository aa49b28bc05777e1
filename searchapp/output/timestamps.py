"""Moments as RFC 3339 writes them, with an offset of whole minutes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

__all__ = ["rfc3339"]


def rfc3339(moment: datetime) -> str:
    """Return ``moment``, which has a zone, as clients read it.

    Before 1911 clocks in Paris were 9 min 21 s ahead of Greenwich. RFC 3339 has no seconds in offsets: the hour on the
    clock and the day stay, and the offset is rounded.
    """
    offset = moment.utcoffset() or timedelta()
    minutes = timedelta(minutes=round(offset / timedelta(minutes=1)))
    return moment.replace(tzinfo=timezone(minutes)).isoformat()
