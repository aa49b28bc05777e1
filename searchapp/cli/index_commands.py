"""``reindex``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from searchapp import bootstrap
from searchapp.bootstrap import ReindexProgress, Summary
from searchapp.cli.language import gettext as _
from searchapp.cli.options import with_config
from searchapp.cli.terminal import number, print_error, print_out
from searchapp.config import Config

__all__ = ["reindex"]

_LISTED: Final = 20


@click.command(
    help=_("Index the articles of CORPUS (a folder or a file) and publish the new index.")
    + "\n\n"
    + _("The index that is there answers until the new one is complete; stopping this at any moment loses nothing."),
    short_help=_("Index the corpus and publish the new index."),
)
@click.argument("argument", required=False, metavar="[CORPUS]")
@with_config("corpus", "index", "engine", "jobs", argument="corpus")
def reindex(config: Config) -> None:
    """Build and publish a generation, with a progress bar where somebody watches."""
    with _progress_bar() as on_progress:
        summary = bootstrap.reindex(config, on_progress)
    _print_summary(summary, config)


@contextmanager
def _progress_bar() -> Iterator[Callable[[ReindexProgress], None]]:
    if not sys.stderr.isatty():
        yield lambda progress: None
        return
    columns = (
        TextColumn(_("Indexing")),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn(_("{count} articles").format(count="{task.fields[read]}")),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, read=0)

        def show(progress: ReindexProgress) -> None:
            if progress.read % 50 == 1:
                bar.update(
                    task,
                    total=progress.bytes_total,
                    completed=progress.bytes_done,
                    read=number(progress.read),
                )

        yield show


def _print_summary(summary: Summary, config: Config) -> None:
    parts = [
        _("{count} read").format(count=number(summary.read)),
        _("{count} indexed").format(count=number(summary.indexed)),
        _("{count} rejected").format(count=number(summary.rejected)),
    ]
    if summary.withdrawn:
        parts.append(_("{count} withdrawn").format(count=number(summary.withdrawn)))
    if summary.duplicates:
        parts.append(_("{count} duplicates").format(count=number(summary.duplicates)))
    parts.append(_("{count} seconds").format(count=number(round(summary.seconds, 1))))
    print_out(_("Articles:") + " " + ", ".join(parts))
    for reject in summary.rejects[:_LISTED]:
        place = f"{reject.file}:{reject.line}" if reject.line else reject.file
        print_error("  " + _("rejected: {place}: {reason}").format(place=place, reason=reject.reason.render(_)))
    for article_id in summary.duplicate_ids[:_LISTED]:
        print_error(
            "  " + _("duplicate: the id “{id}” came more than once; the newest article counts").format(id=article_id)
        )
    if summary.rejected > _LISTED:
        print_error("  " + _("… all of them: {file}").format(file=config.index / summary.generation / "rejects.jsonl"))
    if not summary.indexed:
        print_error(
            _("The index is empty. Put articles into {corpus} and run this again.").format(corpus=config.corpus)
        )
    print_out(_("Published: {generation}").format(generation=summary.generation))
