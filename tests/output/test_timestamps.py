"""Moments in JSON are those of RFC 3339, also where clocks went by the sun."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from searchapp.output.timestamps import rfc3339

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(1895, 5, 1, tzinfo=PARIS), "1895-05-01T00:00:00+00:09"),
        (datetime(1911, 3, 10, 23, 59, tzinfo=PARIS), "1911-03-10T23:59:00+00:09"),
        (datetime(2024, 11, 6, 16, 49, tzinfo=PARIS), "2024-11-06T16:49:00+01:00"),
        (datetime(1880, 1, 1, tzinfo=ZoneInfo("America/New_York")), "1880-01-01T00:00:00-04:56"),
    ],
)
def test_offset_has_whole_minutes_and_the_day_stays(moment: datetime, text: str) -> None:
    assert rfc3339(moment) == text
