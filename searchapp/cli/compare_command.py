"""``compare``: the answers of two indexes to the same queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import quantiles

import click

from searchapp import bootstrap
from searchapp.cli.common_options import with_config
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import counted, number, print_out
from searchapp.config import Config
from searchapp.errors import FileMissing, system_reason
from searchapp.search.index_comparison import IndexComparison, compare_indexes

__all__ = ["compare"]

_LOGGED_QUERIES = 1000
_File = click.Path(path_type=Path)


@click.command(
    help=_("Compare the answers of two indexes to the same queries: totals, facets, the first ten articles.")
    + "\n\n"
    + _("ONE and OTHER are index folders, each of any engine. A difference is shown with its reason where it is known.")
)
@click.argument("one", metavar=_("ONE"), type=_File)
@click.argument("other", metavar=_("OTHER"), type=_File)
@click.option(
    "--queries", type=_File, metavar=_("FILE"), help=_("one query a line (default: the log of searches of ONE)")
)
@click.option(
    "--limit", type=click.IntRange(0), default=20, metavar=_("N"), show_default=True, help=_("differences to show")
)
@with_config()
def compare(config: Config, one: Path, other: Path, queries: Path | None, limit: int) -> None:
    """Print how many answers are equal, the times, and the first differences."""
    services = [bootstrap.open_service(replace(config, index=index)) for index in (one, other)]
    try:
        report = compare_indexes(services[0], services[1], _queries(replace(config, index=one), queries))
    finally:
        for service in services:
            service.close()
    _print(report, limit)


def _queries(config: Config, file: Path | None) -> list[str]:
    """Return the lines of ``file``, or the most frequent queries of the log; raises FileMissing."""
    if file is None:
        return [query.query for query in bootstrap.logged_queries(config, 3650, _LOGGED_QUERIES).frequent]
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise FileMissing(file, system_reason(error)) from error
    return [line.strip() for line in lines if line.strip()]


def _print(report: IndexComparison, limit: int) -> None:
    print_out(counted("{count} query", "{count} queries", report.queries))
    for label, same in (
        (_("Equal totals:"), report.same_totals),
        (_("Equal facets:"), report.same_facets),
        (_("Equal first ten articles:"), report.same_hits),
    ):
        print_out(f"{label} {number(same)} ({number(round(100 * same / max(report.queries, 1), 2))} %)")
    for label, times in zip((_("First index:"), _("Second index:")), report.milliseconds, strict=True):
        median, high = _median_and_high(times)
        print_out(_("{label} {median} ms a query, 95 % within {high} ms").format(label=label, median=median, high=high))
    for difference in report.differences[:limit]:
        print_out(f"\n{difference.query}")
        for detail in difference.details:
            print_out(f"  {detail.render(_)}")


def _median_and_high(milliseconds: Sequence[float]) -> tuple[str, str]:
    if len(milliseconds) < 2:
        return number(round(sum(milliseconds), 1)), number(round(sum(milliseconds), 1))
    parts = quantiles(milliseconds, n=20)
    return number(round(parts[9], 1)), number(round(parts[18], 1))
