"""Trends: counts and shares equal a count by hand, the band holds for small counts."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.errors import InvalidRequest
from searchapp.model import Filters, HistogramBucket, Interval
from searchapp.search.service import SearchService
from searchapp.search.timeline import bounds_of, periods_between, timeline_of
from searchapp.search.trends import wilson

WORDS = ["phare", "grève", "pont", "lycée", "tomme"]
LENGTHS = {Interval.DAY: 10, Interval.MONTH: 7, Interval.YEAR: 4}


@pytest.fixture(params=["whoosh", "tantivy"])
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def random_articles(seed: int, days: int) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    return [
        {
            "id": f"{seed}/{number}",
            "title": "Nouvelles",
            "text": " ".join(draw.sample(WORDS, draw.randint(1, 3))) + ".",
            "date": (date(2013, 11, 20) + timedelta(draw.randrange(days))).isoformat(),
            "source": draw.choice(["Le Phare", "LE PHARE", "Écho"]),
        }
        for number in range(60)
    ]


def write(config: Config, name: str, articles: Sequence[dict[str, Any]]) -> None:
    lines = (json.dumps(article, ensure_ascii=False) for article in articles)
    (config.corpus / name).write_text("\n".join(lines), "utf-8")


def check(service: SearchService, articles: list[dict[str, Any]], word: str, filters: Filters) -> None:
    """Compare the trend of ``word`` with a count by hand."""
    trends = service.trends([word], filters)
    kept = [article for article in articles if passes(article, filters)]
    length = LENGTHS[trends.interval]
    totals = Counter(article["date"][:length] for article in kept)
    counts = Counter(article["date"][:length] for article in kept if word in article["text"])
    assert trends.periods == (tuple(periods_between(min(totals), max(totals))) if totals else ())
    assert trends.totals == tuple(totals[period] for period in trends.periods)
    series = trends.series[0]
    assert series.counts == tuple(counts[period] for period in trends.periods)
    shares = [counts[period] / totals[period] if totals[period] else None for period in trends.periods]
    assert series.shares == pytest.approx(shares, abs=1e-6)
    for low, share, high in zip(series.low, shares, series.high, strict=True):
        assert (low is None) == (share is None) == (high is None)
        assert share is None or (low or 0.0) <= share <= (high or 0.0)


def passes(article: dict[str, Any], filters: Filters) -> bool:
    day = date.fromisoformat(article["date"])
    is_within = (filters.date_from or date.min) <= day <= (filters.date_to or date.max)
    return is_within and (not filters.values or article["source"].lower() == "le phare")


@pytest.mark.parametrize(("seed", "days"), [(1, 12), (2, 300), (3, 4000)])
def test_trends_equal_a_count_by_hand_before_and_after_a_reindex(config: Config, seed: int, days: int) -> None:
    (config.corpus / "articles.jsonl").unlink()
    articles = random_articles(seed, days)
    write(config, "a.jsonl", articles)
    bootstrap.reindex(config)
    service = bootstrap.open_service(config)
    choices = [
        Filters(),
        Filters({"source": ("le phare",)}),
        Filters(date_from=date(2013, 11, 25), date_to=date(2013, 12, 20)),
    ]
    for filters in choices:
        check(service, articles, "grève", filters)
    articles = [*articles[:40], *random_articles(seed + 10, days)]
    write(config, "a.jsonl", articles)
    bootstrap.reindex(config)
    for filters in choices:
        check(service, articles, "pont", filters)
    service.close()


def test_series_of_several_queries_share_their_periods(service: SearchService) -> None:
    trends = service.trends(["vin", "climat"], Filters(), Interval.YEAR)
    assert trends.periods == ("2019", "2020", "2021", "2022", "2023", "2024")
    assert trends.totals == (1, 1, 0, 1, 0, 1)
    assert [series.counts for series in trends.series] == [(0, 0, 0, 1, 0, 0), (1, 0, 0, 0, 0, 0)]
    assert trends.series[1].shares == (1.0, 0.0, None, 0.0, None, 0.0)


def test_days_are_refused_for_a_long_span(service: SearchService) -> None:
    with pytest.raises(InvalidRequest):
        service.trends(["marché"], Filters(), Interval.DAY)
    year = Filters(date_from=date(2022, 1, 1), date_to=date(2022, 12, 31))
    assert service.trends(["marché"], year, Interval.DAY).periods == ("2022-12-03",)


# Values of the closed form, computed by hand and rounded (Wilson 1927; Brown, Cai and DasGupta 2001, table).
@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (1, 10, 0.0179, 0.4042),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
    ],
)
def test_the_band_is_wilsons(count: int, total: int, low: float, high: float) -> None:
    assert wilson(count, total) == pytest.approx((low, high), abs=1e-4)


def test_no_articles_have_no_band() -> None:
    assert wilson(0, 0) is None


def test_a_long_span_is_counted_by_year() -> None:
    buckets = [HistogramBucket("2001-03", 2), HistogramBucket("2001-04", 1), HistogramBucket("2024-01", 1)]
    timeline = timeline_of(buckets)
    assert timeline.interval is Interval.YEAR
    assert timeline.buckets == (HistogramBucket("2001", 3), HistogramBucket("2024", 1))


@pytest.mark.parametrize(
    ("first", "last", "periods"),
    [
        ("2023-12", "2024-02", ["2023-12", "2024-01", "2024-02"]),
        ("2024-02-28", "2024-03-01", ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ("1999", "2001", ["1999", "2000", "2001"]),
    ],
)
def test_periods_follow_each_other_without_a_gap(first: str, last: str, periods: list[str]) -> None:
    assert list(periods_between(first, last)) == periods


def test_a_period_has_a_first_and_a_last_day() -> None:
    assert bounds_of("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))
    assert bounds_of("2024") == (date(2024, 1, 1), date(2024, 12, 31))
    assert bounds_of("2024-05-06") == (date(2024, 5, 6), date(2024, 5, 6))
