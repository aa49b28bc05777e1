"""Marks, charts and numbers, each by itself."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from searchapp.model import Filters, Fragment, HistogramBucket, Interval
from searchapp.output.highlight_html import marked, paragraphs, snippet
from searchapp.search.timeline import timeline_of
from searchapp.search.trends import Trends, TrendSeries
from searchapp.web.histogram import chart
from searchapp.web.site_language import duration, number
from searchapp.web.trend_chart import trend_chart


def test_marks_count_from_the_start_of_the_field() -> None:
    assert marked(Fragment("la mer monte", 100, ((103, 106),))) == "la <mark>mer</mark> monte"


def test_a_mark_beyond_the_fragment_is_cut() -> None:
    assert marked(Fragment("la mer", 100, ((90, 102), (103, 120)))) == "<mark>la</mark> <mark>mer</mark>"


def test_overlapping_marks_mark_once() -> None:
    assert marked(Fragment("marée haute", 0, ((0, 5), (0, 11)))) == "<mark>marée</mark><mark> haute</mark>"


def test_a_snippet_shows_where_the_text_goes_on_and_keeps_no_break_spaces() -> None:
    fragment = Fragment("11\u202f460\neuros", 5, cut_before=True, cut_after=True)
    assert snippet(fragment) == "… 11\u202f460 euros …"


def test_marks_keep_to_their_paragraph() -> None:
    text = Fragment("Un.\n\nDeux <i>.\n \nTrois", 0, ((0, 2), (5, 9)))
    assert list(paragraphs(text)) == ["<mark>Un</mark>.", "<mark>Deux</mark> &lt;i&gt;.", "Trois"]


def test_few_months_are_bars_of_months_with_the_empty_ones(app: Flask) -> None:
    with app.test_request_context():
        bars = chart(timeline_of([HistogramBucket("2023-11", 4), HistogramBucket("2024-02", 1)]), Filters())
    assert [(bar.label, bar.count) for bar in bars] == [
        ("novembre 2023", 4),
        ("décembre 2023", 0),
        ("janvier 2024", 0),
        ("février 2024", 1),
    ]
    assert [bar.height for bar in bars] == [100, 0, 0, 25]


def test_many_months_are_bars_of_years(app: Flask) -> None:
    with app.test_request_context():
        bars = chart(timeline_of([HistogramBucket("2019-11", 4), HistogramBucket("2022-02", 1)]), Filters())
    assert [(bar.label, bar.count) for bar in bars] == [("2019", 4), ("2020", 0), ("2021", 0), ("2022", 1)]


def test_a_few_days_are_bars_of_days(app: Flask) -> None:
    with app.test_request_context():
        bars = chart(timeline_of([HistogramBucket("2024-02-28", 2), HistogramBucket("2024-03-01", 1)]), Filters())
    assert [(bar.label, bar.count) for bar in bars] == [
        ("28 février 2024", 2),
        ("29 février 2024", 0),
        ("1er mars 2024", 1),
    ]


def test_the_bars_of_the_chosen_days_are_marked(app: Flask) -> None:
    buckets = [HistogramBucket(f"2024-{number:02}", 1) for number in range(1, 6)]
    with app.test_request_context():
        bars = chart(timeline_of(buckets), Filters(date_from=date(2024, 2, 10), date_to=date(2024, 3, 1)))
    assert [bar.chosen for bar in bars] == [False, True, True, False, False]


def test_numbers_are_written_as_in_french(app: Flask) -> None:
    with app.test_request_context():
        assert number(12345) == "12\u202f345"
        assert duration(0.2) == "1\u00a0ms"
        assert duration(1234) == "1,2\u00a0s"


def trends_of(*shares: float | None) -> Trends:
    series = TrendSeries("mer", "mer", (0,) * len(shares), shares, shares, shares)
    return Trends(Interval.YEAR, tuple(map(str, range(2000, 2000 + len(shares)))), (), (series,), "")


def test_a_period_without_articles_breaks_the_line_of_a_trend() -> None:
    assert trend_chart(trends_of(0.1, None, 0.2, 0.2)).lines[0].line.count("M") == 2


def test_a_period_alone_is_a_point_with_a_band() -> None:
    line = trend_chart(trends_of(None, 0.5, None)).lines[0]
    assert line.line.endswith("h0")
    assert line.band.count("L") == 3


def test_the_chart_is_a_little_higher_than_its_highest_share() -> None:
    assert trend_chart(trends_of(0.0021, 0.0)).highest == pytest.approx(0.0025)
    assert trend_chart(trends_of(1.0)).highest == 1.0
    assert trend_chart(trends_of(0.0)).highest > 0
