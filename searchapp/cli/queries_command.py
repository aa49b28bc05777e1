"""``queries``: what people searched for, from the log of searches."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click
from rich.table import Table

from searchapp import bootstrap
from searchapp.cli.common_options import with_config
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import number, out, print_error, print_out
from searchapp.config import Config

if TYPE_CHECKING:
    from searchapp.search.query_log import LoggedQuery

__all__ = ["queries"]

_LONGEST_PERIOD: Final = 3_650


@click.command(help=_("Show what people searched for: most often, without an article, slowly, and by day."))
@click.option(
    "--days",
    type=click.IntRange(1, _LONGEST_PERIOD),
    default=30,
    metavar=_("N"),
    help=_("days to look at (default: 30)"),
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1_000),
    default=10,
    metavar=_("N"),
    help=_("queries in each list (default: 10)"),
)
@click.option("--json", "as_json", is_flag=True, help=_("print JSON"))
@with_config("index")
def queries(config: Config, days: int, limit: int, as_json: bool) -> None:
    """Print the lists of the log as tables, or all of them as one JSON object."""
    report = bootstrap.logged_queries(config, days, limit)
    if as_json:
        print_out(json.dumps(asdict(report), ensure_ascii=False))
        return
    if not report.days:
        print_error(_("No search is logged. To log searches, set query_log to a number of days, then restart serve."))
        return
    _print_queries(_("Most frequent"), report.frequent)
    _print_queries(_("Without an article"), report.without_hit)
    _print_queries(_("Slowest"), report.slow)
    table = _table(_("Day"), _("Searches"), _("without an article"), _("ms on average"))
    for day in report.days:
        table.add_row(day.day, number(day.searches), number(day.without_hit), number(round(day.ms)))
    out().print(table)


def _print_queries(title: str, logged: Sequence[LoggedQuery]) -> None:
    table = _table(title, _("Searches"), _("Articles"), _("ms on average"), _("ms at most"))
    for each in logged:
        cells = (each.searches, each.articles, round(each.ms), round(each.slowest))
        table.add_row(each.query, *map(number, cells))
    if logged:
        out().print(table)
        print_out()


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first)
    for heading in others:
        table.add_column(heading, justify="right")
    return table
