"""``evaluate``: the ranking measured on judged queries."""

from __future__ import annotations

from collections.abc import Mapping
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
from searchapp.errors import FileMissing, system_reason
from searchapp.search.evaluation import (
    MEASURES,
    Comparison,
    ExplainedQuery,
    Report,
    compare,
    explain_queries,
    read_run,
    write_run,
)
from searchapp.search.evaluation import evaluate as measure

__all__ = ["evaluate"]

# A smaller share would be shown as 0.00.
_LEAST_SHARE = 0.005
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
@click.option("--explain", is_flag=True, help=_("print for each query how many ranks each feature moved each article"))
@with_config("index", "engine", "jobs", "semantic")
def evaluate(
    config: Config,
    docs: Path | None,
    queries: Path,
    qrels: Path,
    run: Path | None,
    earlier: Path | None,
    *,
    explain: bool,
) -> None:
    """Print the measures and, with an earlier run, the differences from it and how sure they are."""
    with ExitStack() as stack:
        if docs:
            _check(docs)
            config = replace(config, corpus=docs, index=Path(stack.enter_context(TemporaryDirectory())))
            summary = bootstrap.reindex(config)
            if summary.rejected:
                print_error(counted("{count} rejected", "{count} rejected", summary.rejected))
        if docs and config.semantic != "off":
            bootstrap.embed(config)
        service = bootstrap.open_service(config)
        stack.callback(service.close)
        report = measure(service, queries, qrels)
        for explained in explain_queries(service, queries, qrels) if explain else ():
            _print_explained(explained)
    if run:
        write_run(report.run, run)
    _print(report, compare(report, read_run(earlier), qrels) if earlier else {})


def _check(docs: Path) -> None:
    """Raise FileMissing for articles that are not there; a reindex would tell of a missing corpus."""
    try:
        docs.stat()
    except OSError as error:
        raise FileMissing(docs, system_reason(error)) from error


def _print(report: Report, comparisons: Mapping[str, Comparison]) -> None:
    print_out(
        counted(
            "{count} query, {without} without a hit, {milliseconds} ms a query",
            "{count} queries, {without} without a hit, {milliseconds} ms a query",
            report.queries,
            without=number(report.without_hit),
            milliseconds=number(round(report.milliseconds, 1)),
        )
    )
    table = Table(box=None, pad_edge=False, show_header=bool(comparisons), header_style="bold")
    for heading in ("", _("now"), _("before"), _("difference"), "95 %", "p") if comparisons else ("", ""):
        table.add_column(heading)
    for name in MEASURES:
        row = [name, f"{report.means[name]:.4f}"]
        if comparisons:
            other = comparisons[name]
            interval = f"{other.low:+.4f} … {other.high:+.4f}"
            row += [f"{other.before:.4f}", f"{other.difference:+.4f}", interval, f"{other.p_value:.4f}"]
        table.add_row(*row)
    out().print(table)


def _print_explained(query: ExplainedQuery) -> None:
    """Print a query and, a line each, its hits.

    Rank, rank by the engine in parentheses, grade, article, score, and the features with their shares of it, the
    largest first; in parentheses the ranks that the article gains (+) or loses by a feature.
    """
    print_out(f"{query.name}  {query.text}")
    for grade, hit in query.hits:
        parts = []
        for feature, share in sorted(hit.shares.items(), key=lambda one: -one[1]):
            moved = f" ({hit.moves[feature]:+d})" if feature in hit.moves else ""
            if moved or share > _LEAST_SHARE:
                parts.append(f"{feature} {share:.2f}{moved}")
        if "coverage" in hit.moves:
            parts.append(f"coverage ({hit.moves['coverage']:+d})")
        print_out(f"  {hit.rank:>3} ({hit.engine_rank})  {grade}  {hit.article}  {hit.score:.2f} = {', '.join(parts)}")
    print_out()
