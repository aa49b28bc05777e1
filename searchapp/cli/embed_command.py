"""``embed``: compute the vectors of the articles that have none, with rate and time left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from searchapp import bootstrap
from searchapp.cli.common_options import with_config
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import counted, number, print_error, print_out
from searchapp.config import Config

if TYPE_CHECKING:
    from searchapp.indexing.embedding import EmbeddingProgress

__all__ = ["embed"]


@click.command(
    help=_("Compute what ordering by meaning needs: the vectors of the articles that have none.")
    + "\n\n"
    + _("It takes a tenth to a third of a second an article. You can stop it at any time; it goes on where it was."),
)
@with_config("index", "semantic", "jobs", "lock_wait")
def embed(config: Config) -> None:
    """Compute what the setting needs of the published generation; print what was done."""
    with _progress() as on_progress:
        fitted, summary = bootstrap.embed(config, on_progress, print_error)
    if fitted:
        print_out(
            counted(
                "Neighbouring words were learned from {count} article.",
                "Neighbouring words were learned from {count} articles.",
                fitted.sample,
            )
        )
    elif config.learns_neighbours:
        print_out(_("Neighbouring words are as they were: the corpus has changed little, or has too few articles."))
    if summary is None:
        return
    print_out(
        counted(
            "{computed} computed in {seconds} s; {count} article has a vector.",
            "{computed} computed in {seconds} s; {count} articles have a vector.",
            summary.articles,
            computed=counted("{count} vector", "{count} vectors", summary.computed),
            seconds=number(round(summary.seconds, 1)),
        )
    )


@contextmanager
def _progress() -> Iterator[Callable[[EmbeddingProgress], None]]:
    if not sys.stderr.isatty():
        yield lambda progress: None
        return
    columns = (TextColumn(_("Embedding")), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rate="")

        def show(progress: EmbeddingProgress) -> None:
            bar.update(task, total=progress.total, completed=progress.done)
            if speed := bar.tasks[0].speed:
                bar.update(task, rate=_("{rate} articles/s").format(rate=number(round(speed, 1))))

        yield show
