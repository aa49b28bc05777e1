"""Marks, charts and numbers, each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from flask import Flask

from searchapp.model import Filters, Fragment, HistogramBucket, Interval
from searchapp.output.highlight_html import brief, marked, paragraphs, snippet
from searchapp.search.timeline import CALENDAR_MONTHS, timeline_of
from searchapp.search.trends import Trends, TrendSeries
from searchapp.web.histogram import BarRow, chart
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


@pytest.mark.parametrize(
    "end", ["", " de la vallée, où tout le monde se connaît et où personne ne se salue le dimanche matin."]
)
def test_the_first_mark_of_an_excerpt_stands_within_two_lines_of_a_phone(end: str) -> None:
    text = f"Le président sortant l’a emporté dimanche, de peu, mais pas dans la commune{end}"
    start = text.index("commune")
    shown = brief(Fragment(text, 9, ((9 + start, 9 + start + 7),)))
    assert 20 <= shown.text.index("commune") <= 55
    assert str(marked(shown)).count("<mark>commune</mark>") == 1
    assert shown.cut_before


def test_marks_keep_to_their_paragraph() -> None:
    text = Fragment("Un.\n\nDeux <i>.\n \nTrois", 0, ((0, 2), (5, 9)))
    assert list(paragraphs(text)) == ["<mark>Un</mark>.", "<mark>Deux</mark> &lt;i&gt;.", "Trois"]


def columns_of(rows: Sequence[BarRow]) -> list[tuple[str, list[int]]]:
    return [(row.label, [bar.column for bar in row.bars]) for row in rows]


def test_months_stand_in_rows_of_a_year_the_newest_first(app: Flask) -> None:
    buckets = [HistogramBucket("2023-11", 4), HistogramBucket("2024-02", 1)]
    with app.test_request_context():
        rows = chart(timeline_of(buckets, CALENDAR_MONTHS), Filters())
    assert columns_of(rows) == [("2024", [1]), ("2023", [10])]
    assert [bar.height for row in rows for bar in row.bars] == [25, 100]
    assert [bar.label for row in rows for bar in row.bars] == ["février 2024", "novembre 2023"]


def test_years_stand_in_rows_of_a_decade(app: Flask) -> None:
    buckets = [HistogramBucket("1998-11", 4), HistogramBucket("2003-02", 1), HistogramBucket("2009-12", 1)]
    with app.test_request_context():
        rows = chart(timeline_of(buckets, CALENDAR_MONTHS), Filters())
    assert columns_of(rows) == [("2000–2009", [3, 9]), ("1990–1999", [8])]


def test_days_stand_in_rows_of_a_week(app: Flask) -> None:
    buckets = [HistogramBucket("2024-02-28", 2), HistogramBucket("2024-03-01", 1), HistogramBucket("2024-03-04", 1)]
    with app.test_request_context():
        rows = chart(timeline_of(buckets), Filters())
    assert [columns for _, columns in columns_of(rows)] == [[0], [2, 4]]
    assert rows[1].label == "du 26 février 2024 au 3 mars 2024"


@pytest.mark.parametrize("years", [("0001", "0002"), ("9998", "9999")])
def test_the_ends_of_the_calendar_are_rows_too(app: Flask, years: tuple[str, str]) -> None:
    with app.test_request_context():
        for part in ("-01-01", "-12-31"):
            assert chart(timeline_of([HistogramBucket(year + part, 1) for year in years]), Filters())
        months = [HistogramBucket(f"{year}-01", 1) for year in years]
        assert chart(timeline_of(months, 1), Filters())


def test_the_bars_of_the_chosen_days_are_marked(app: Flask) -> None:
    buckets = [HistogramBucket(f"2024-{number:02}", 1) for number in range(1, 6)]
    with app.test_request_context():
        rows = chart(timeline_of(buckets), Filters(date_from=date(2024, 2, 10), date_to=date(2024, 3, 1)))
    assert [bar.chosen for bar in rows[0].bars] == [False, True, True, False, False]


def test_a_period_open_at_one_end_stays_open_when_it_is_extended(app: Flask) -> None:
    buckets = [HistogramBucket(f"2024-{number:02}", 1) for number in range(1, 6)]
    with app.test_request_context():
        rows = chart(timeline_of(buckets), Filters(date_from=date(2024, 4, 1)))
    assert rows[0].bars[1].target == (date(2024, 2, 1), None)
    assert rows[0].bars[4].target == (date(2024, 5, 1), date(2024, 5, 31))


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
