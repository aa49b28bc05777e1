"""``reindex``: build and publish a generation; show progress, rejects and changes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from searchapp import bootstrap
from searchapp.bootstrap import ReindexOptions, replaced_corpus
from searchapp.cli.alerts_summary import run_after_publish
from searchapp.cli.common_options import with_config
from searchapp.cli.completed_values import complete_value
from searchapp.cli.localization import gettext as _
from searchapp.cli.repeated_arguments import complete_commands
from searchapp.cli.terminal import counted, date_text, fail, number, print_error, print_out, print_reject, print_remarks
from searchapp.config import Config
from searchapp.errors import SearchappError
from searchapp.indexing.corpus_places import shown_places

if TYPE_CHECKING:
    from searchapp.indexing import Manifest
    from searchapp.indexing.reindex import Progress as ReindexProgress
    from searchapp.indexing.reindex import Summary
    from searchapp.indexing.summary import NamingSummary

__all__ = ["reindex"]

_MAX_LISTED: Final = 20
_YES: Final = frozenset({"y", "yes", "o", "oui"})


def _flag(name: str, text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(name, is_flag=True, help=text)


@click.command(
    help=_("Bring the index up to date with the articles of CORPUS (a folder or a file) and publish it.")
    + "\n\n"
    + _("Without CORPUS, it is the one that is indexed, or else the folder corpus.")
    + " "
    + _("Only files that changed are read, and only articles that differ are analysed.")
    + " "
    + _(
        "Searches use the old index until the new one is complete. You can stop this command at any time without loss."
    ),
)
@click.argument("argument", required=False, metavar=_("[CORPUS]"), shell_complete=complete_value)
@_flag("--full", _("rebuild the index from all articles"))
@_flag("--dry-run", _("show the changes without making them"))
@_flag("--watch", _("then index again whenever files change, until Ctrl-C"))
@_flag("--strict", _("publish nothing if an article, or a detail of it, cannot be read"))
@_flag("--yes", _("publish even if more than half of the articles are gone, or another corpus is indexed"))
@click.option("--verify/--no-verify", default=True, help=_("check the new index before publishing it (default: yes)"))
@with_config("corpus", "index", "engine", "jobs", "lock_wait", argument="corpus")
def reindex(config: Config, watch: bool, **chosen: Any) -> None:
    """Build and publish a generation, with a progress bar on a terminal."""
    options = ReindexOptions(**chosen)
    if not (options.yes or options.dry_run) and sys.stdin.isatty() and (published := replaced_corpus(config)):
        if not _may_replace(published, config):
            print_out(_("Nothing was changed."))
            return
        options = replace(options, yes=True)
    _reindex(config, options)
    if watch:
        _watch(config, replace(options, full=False))


def _may_replace(published: Manifest, config: Config) -> bool:
    """Ask whether the corpus of ``config`` shall take the place of the one that is indexed."""
    question = counted(
        "The index holds {count} article of “{indexed}”. Index “{named}” in its place? [y/N]",
        "The index holds {count} articles of “{indexed}”. Index “{named}” in their place? [y/N]",
        published.articles,
        indexed=shown_places(published.corpus),
        named=_corpus_text(config),
    )
    answer = click.prompt(question, default="", show_default=False, prompt_suffix=" ", err=True)
    return str(answer).strip().lower() in _YES


def _reindex(config: Config, options: ReindexOptions) -> None:
    with _progress_bar() as on_progress:
        summary = bootstrap.reindex(config, on_progress, options, on_wait=print_error)
    _print_summary(summary, config, options)
    if summary.generation and not options.dry_run:
        run_after_publish(config)


def _watch(config: Config, options: ReindexOptions) -> None:
    print_out(_("Watching {corpus} (Ctrl-C stops)").format(corpus=config.corpus))
    with bootstrap.embedding_beside(config):
        for _changed in bootstrap.corpus_changes(config):
            try:
                _reindex(config, options)
            except SearchappError as error:  # the next change may correct it
                fail(error)


@contextmanager
def _progress_bar() -> Iterator[Callable[[ReindexProgress], None]]:
    if not sys.stderr.isatty():
        yield lambda progress: None
        return
    columns = (
        TextColumn(_("Indexing")),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[read]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, read="")

        def show(progress: ReindexProgress) -> None:
            if progress.read % 50 == 1:
                bar.update(
                    task,
                    total=progress.bytes_total,
                    completed=progress.bytes_done,
                    read=counted("{count} article", "{count} articles", progress.read),
                )

        yield show


def _print_summary(summary: Summary, config: Config, options: ReindexOptions) -> None:
    parts = [
        counted("{count} read", "{count} read", summary.read),
        counted("{count} indexed", "{count} indexed", summary.indexed),
        counted("{count} rejected", "{count} rejected", summary.rejected),
    ]
    if summary.withdrawn:
        parts.append(counted("{count} withdrawn", "{count} withdrawn", summary.withdrawn))
    if summary.embargoed:
        parts.append(counted("{count} under embargo", "{count} under embargo", summary.embargoed))
    if summary.duplicates:
        parts.append(counted("{count} duplicate", "{count} duplicates", summary.duplicates))
    parts.append(f"{number(round(summary.seconds, 1))} s")
    print_out(_("Articles:") + " " + ", ".join(parts))
    if summary.names:
        _print_names(summary.names)
    _print_problems(summary, config)
    if summary.next_release:
        moment = date_text(datetime.fromisoformat(summary.next_release).astimezone(config.timezone))
        print_out(_("The next embargo ends: {moment}").format(moment=moment))
    _print_changes(summary, options)
    if summary.corpus_before:
        text = _("The corpus is “{named}”; it replaces “{indexed}”.")
        print_out(text.format(named=_corpus_text(config), indexed=summary.corpus_before))
    if summary.published:
        print_out(_("Published: {generation}").format(generation=summary.generation))
    if summary.corpus_before and summary.published:
        print_out(complete_commands(_("The index before is kept. To go back to it: searchapp rollback")))


def _print_names(names: NamingSummary) -> None:
    """Print the articles whose names were recognized, and the processor time of each."""
    recognized = counted("{count} article", "{count} articles", names.recognized)
    text = _("Names: recognized in {recognized}, {kept} kept from before").format(
        recognized=recognized, kept=number(names.from_cache)
    )
    each = round(names.seconds * 1000 / names.recognized) if names.recognized else 0
    cost = _("{number} ms of processor each").format(number=number(each))
    print_out(f"{text}, {cost}" if each else text)


def _corpus_text(config: Config) -> str:
    return ", ".join(entry.shown for entry in config.entries) or str(config.corpus)


def _print_problems(summary: Summary, config: Config) -> None:
    for reject in summary.rejects[:_MAX_LISTED]:
        print_reject(reject, indent="  ")
    for article_id in summary.duplicate_ids[:_MAX_LISTED]:
        print_error(
            "  "
            + _("duplicate: the id “{id}” occurs more than once; the newest article is indexed").format(id=article_id)
        )
    print_remarks(summary.remarks)
    if summary.rejected > _MAX_LISTED and summary.generation:
        print_error(
            "  " + _("… the full list: {file}").format(file=config.index / summary.generation / "rejects.jsonl")
        )
    if not summary.indexed:
        print_error(
            _("The index is empty. Put articles into {corpus} and run this again.").format(corpus=config.corpus)
        )


def _print_changes(summary: Summary, options: ReindexOptions) -> None:
    if summary.full:
        if summary.resumed:
            print_out(_("An interrupted rebuild was finished."))
        if summary.reason:
            text = _("The reindex would be a full one: {reason}.") if options.dry_run else _("Full reindex: {reason}.")
            print_out(text.format(reason=summary.reason.render(_)))
        elif options.dry_run:
            print_out(_("Nothing is indexed yet; all articles would be indexed."))
        return
    if not (summary.added or summary.changed or summary.removed):
        print_out(_("Nothing has changed.") if not summary.published else _("No article has changed."))
        return
    parts = (
        counted("{count} new", "{count} new", summary.added),
        counted("{count} changed", "{count} changed", summary.changed),
        counted("{count} gone", "{count} gone", summary.removed),
    )
    print_out(_("Changes:") + " " + ", ".join(parts))
    if options.dry_run:
        for sign, ids in (("+", summary.added_ids), ("~", summary.changed_ids), ("-", summary.removed_ids)):
            for article_id in ids[:_MAX_LISTED]:
                print_out(f"  {sign} {article_id}")
            if len(ids) > _MAX_LISTED:
                print_out("  " + _("{sign} … and more").format(sign=sign))
        print_out(_("This was a dry run: nothing was changed."))
