"""``evaluate``: the ranking measured on judged queries."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.table import Table

from searchapp import bootstrap
from searchapp.cli.common_options import with_config
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import counted, number, out, print_error, print_out
from searchapp.config import Config
from searchapp.search.evaluation import MEASURES, Report, compare, read_run, write_run
from searchapp.search.evaluation import evaluate as measure

__all__ = ["evaluate"]

_File = click.Path(path_type=Path)


@click.command(
    help=_("Measure the ranking on judged queries, through the same service as the web.")
    + "\n\n"
    + _("With --docs the articles are indexed into a temporary index; without it, the index of --index is searched."),
)
@click.option("--docs", type=_File, metavar=_("FILE"), help=_("articles to index, in any format that reindex reads"))
@click.option("--queries", type=_File, required=True, metavar=_("FILE"), help=_("one query a line: id, tab, text"))
@click.option("--qrels", type=_File, required=True, metavar=_("FILE"), help=_("judgments in TREC format"))
@click.option("--run", type=_File, metavar=_("FILE"), help=_("write the answers into this file, in TREC format"))
@click.option("--compare", "earlier", type=_File, metavar=_("RUN"), help=_("an earlier run to compare with"))
@with_config("index", "engine")
def evaluate(
    config: Config, docs: Path | None, queries: Path, qrels: Path, run: Path | None, earlier: Path | None
) -> None:
    """Print the measures and, with an earlier run, the significance of the differences."""
    with ExitStack() as stack:
        if docs:
            config = replace(config, corpus=docs, index=Path(stack.enter_context(TemporaryDirectory())))
            summary = bootstrap.reindex(config)
            if summary.rejected:
                print_error(counted("{count} rejected", "{count} rejected", summary.rejected))
        service = bootstrap.open_service(config)
        stack.callback(service.close)
        report = measure(service, queries, qrels)
    if run:
        write_run(report.run, run)
    _print(report, compare(report, read_run(earlier), qrels) if earlier else {})


def _print(report: Report, earlier: dict[str, tuple[float, float]]) -> None:
    print_out(
        counted(
            "{count} query, {without} without a hit, {milliseconds} ms a query",
            "{count} queries, {without} without a hit, {milliseconds} ms a query",
            report.queries,
            without=number(report.without_hit),
            milliseconds=number(round(report.milliseconds, 1)),
        )
    )
    table = Table(box=None, pad_edge=False, show_header=bool(earlier), header_style="bold")
    for heading in ("", _("now"), _("before"), "p") if earlier else ("", ""):
        table.add_column(heading)
    for name in MEASURES:
        row = [name, f"{report.means[name]:.4f}"]
        if earlier:
            before, p_value = earlier[name]
            row += [f"{before:.4f}", f"{p_value:.4f}"]
        table.add_row(*row)
    out().print(table)
