"""``status``, ``check`` and ``rollback``: the state of the index folder, its integrity, an earlier generation."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import click
from babel.dates import format_timedelta
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from searchapp import bootstrap
from searchapp.cli.common_options import with_config
from searchapp.cli.localization import gettext as _
from searchapp.cli.localization import language
from searchapp.cli.terminal import counted, date_text, number, print_error, print_out, size_text
from searchapp.config import Config
from searchapp.errors import IndexDamaged, SearchappError
from searchapp.indexing.corpus_places import shown_places
from searchapp.indexing.generation_layout import CURRENT

if TYPE_CHECKING:
    from searchapp.indexing.checking import CheckProgress, CheckReport
    from searchapp.indexing.status import IndexStatus

__all__ = ["check", "rollback", "status"]

_CORRUPT: Final = IndexDamaged.exit_code
_json_option = click.option("--json", "as_json", is_flag=True, help=_("print JSON"))


@click.command(
    help=_(
        "Show the state of the index: number of articles, date, size, engine, and the other generations that are kept."
    ),
)
@_json_option
@with_config("index", "engine")
def status(config: Config, as_json: bool) -> None:
    """Print the state of the index folder and, on standard error, advice."""
    state = bootstrap.index_status(config)
    if as_json:
        print_out(json.dumps(_as_json(state), ensure_ascii=False, indent=2))
        return
    rows = [*_rows_of_generation(state, config), *_rows_of_folder(state, config)]
    width = max(len(name) for name, _value in rows) + 2
    for name, value in rows:
        print_out(f"{name:<{width}}{value}")
    for line in _advice(state):
        print_error(line)


def _rows_of_generation(state: IndexStatus, config: Config) -> Iterator[tuple[str, str]]:
    manifest = state.manifest
    created = date_text(state.created.astimezone(config.timezone))
    yield _("Generation"), manifest.generation
    yield _("Indexed"), _("{date} ({age} ago)").format(date=created, age=_age(state.created))
    yield _("Corpus"), shown_places(manifest.corpus)
    yield _("Articles"), number(manifest.articles)
    if manifest.base:
        changes = (
            counted("{count} added", "{count} added", manifest.added),
            counted("{count} changed", "{count} changed", manifest.changed),
            counted("{count} removed", "{count} removed", manifest.removed),
        )
        yield _("Changes"), ", ".join(changes)
    yield _("Rejected"), number(manifest.rejects)
    if state.withdrawn:
        yield _("Withdrawn"), number(state.withdrawn)
    if manifest.embargoed:
        yield _("Under embargo"), " · ".join(filter(None, (number(manifest.embargoed), _next_release(state, config))))
    yield _("Size"), size_text(state.size)
    yield _("Engine"), manifest.engine_version
    yield _("Analyzer"), manifest.analyzer


def _next_release(state: IndexStatus, config: Config) -> str:
    if not state.manifest.next_release:
        return ""
    moment = datetime.fromisoformat(state.manifest.next_release).astimezone(config.timezone)
    return _("the next until {moment}").format(moment=date_text(moment))


def _rows_of_folder(state: IndexStatus, config: Config) -> Iterator[tuple[str, str]]:
    title = _("Kept")
    for kept in state.generations:
        parts = [kept.name]
        if kept.manifest:
            created = datetime.fromisoformat(kept.manifest.created).astimezone(config.timezone)
            parts += [date_text(created), counted("{count} article", "{count} articles", kept.manifest.articles)]
        parts.append(size_text(kept.size))
        parts += [_("in use")] if kept.name == state.manifest.generation else []
        parts += [_("damaged")] if kept.damages else []
        yield title, " · ".join(parts)
        title = ""
    if state.unfinished:
        yield _("Unfinished"), state.unfinished
    if state.holder:
        yield _("Writing"), state.holder.message().render(_)


def _advice(state: IndexStatus) -> Iterator[str]:
    for kept in state.generations:
        for damage in kept.damages:
            yield _("damaged: {file}: {reason}").format(
                file=f"{kept.name}/{damage.file}", reason=damage.reason.render(_)
            )
    if state.current == CURRENT:
        text = _(
            "The pointer to the current generation is missing or unreadable; searches use {generation}. Run: {commands}"
        )
        commands = _("searchapp rollback to make it the current one, or searchapp reindex")
        yield text.format(generation=state.manifest.generation, commands=commands)
    elif state.degraded:
        text = _(
            "The current generation ({current}) is damaged; searches use the previous one. Run: searchapp "
            "reindex --full"
        )
        yield text.format(current=state.current)
    if state.rebuild:
        reasons = ", ".join(reason.render(_) for reason in state.rebuild)
        yield _("The next reindex will be a full one: {reasons}.").format(reasons=reasons)
    if state.unfinished:
        yield _("A reindex was interrupted. To continue it, run: searchapp reindex")


def _as_json(state: IndexStatus) -> dict[str, Any]:
    manifest = state.manifest
    names = "generation created seconds articles rejects added changed removed engine engine_version schema analyzer"
    return {
        **{name: getattr(manifest, name) for name in (*names.split(), "timezone", "base")},
        "corpus": shown_places(manifest.corpus),
        "size": state.size,
        "current": state.current,
        "degraded": state.degraded,
        "rebuild": [str(reason) for reason in state.rebuild],
        "withdrawn": state.withdrawn,
        "embargoed": manifest.embargoed,
        "next_release": manifest.next_release or None,
        "kept": [
            {
                "generation": kept.name,
                "created": kept.manifest.created if kept.manifest else None,
                "articles": kept.manifest.articles if kept.manifest else None,
                "size": kept.size,
                "damages": [{"file": damage.file, "reason": str(damage.reason)} for damage in kept.damages],
            }
            for kept in state.generations
        ],
        "unfinished": state.unfinished,
        "writing": {
            "pid": state.holder.pid,
            "host": state.holder.host,
            "command": state.holder.command,
            "since": state.holder.since.isoformat(),
        }
        if state.holder
        else None,
    }


def _age(created: datetime) -> str:
    """Return the time since ``created`` in the user's language: 3 heures."""
    age = max(datetime.now(UTC) - created, timedelta())
    return str(format_timedelta(age, locale=language(), threshold=1.2))


@click.command(
    help=_("Compare the index with its records: every file and every article, and some searches.")
    + "\n\n"
    + _(
        "Without GENERATION, the current one is checked. Nothing is repaired: damaged files are "
        "listed, with the command that repairs the index."
    ),
)
@click.argument("generation", required=False, metavar=_("[GENERATION]"))
@click.option("--all", "every", is_flag=True, help=_("check every generation that is kept"))
@_json_option
@with_config("index")
def check(config: Config, generation: str | None, every: bool, as_json: bool) -> None:
    """Print a line for each generation and each damaged file; the exit code is 5 when something is damaged."""
    with _progress_bar(_("Checking")) as on_progress:
        reports = list(bootstrap.check_index(config, generation, every=every, on_progress=on_progress))
    if as_json:
        print_out(json.dumps([_report_as_json(report) for report in reports], ensure_ascii=False, indent=2))
    else:
        for report in reports:
            _print_report(report, config)
    if any(report.damages for report in reports):
        if not as_json:
            _print_repair(config)
        raise click.exceptions.Exit(_CORRUPT)


def _report_as_json(report: CheckReport) -> dict[str, Any]:
    return {
        "generation": report.generation,
        "whole": not report.damages,
        "damages": [{"file": damage.file, "reason": str(damage.reason)} for damage in report.damages],
        "files": report.files,
        "size": report.size,
        "articles": report.articles,
    }


def _print_report(report: CheckReport, config: Config) -> None:
    if not report.damages:
        print_out(
            _("{generation} is intact: {files} ({size}), {articles}").format(
                generation=report.generation,
                files=counted("{count} file", "{count} files", report.files),
                size=size_text(report.size),
                articles=counted("{count} article", "{count} articles", report.articles),
            )
        )
        return
    print_error(_("{generation} is damaged:").format(generation=report.generation or config.index))
    for damage in report.damages:
        path = f"{report.generation}/{damage.file}".lstrip("/")
        print_error("  " + _("damaged: {file}: {reason}").format(file=path, reason=damage.reason.render(_)))


def _print_repair(config: Config) -> None:
    """Print the generation that searches use meanwhile, and the command that rebuilds the index."""
    try:
        state = bootstrap.index_status(config)
    except SearchappError:
        print_error(_("Every kept generation is damaged, so searches are not possible. The corpus is unchanged."))
    else:
        if state.degraded:
            answers = _("Meanwhile searches use {generation}. To make it the current one, run: searchapp rollback")
            print_error(answers.format(generation=state.manifest.generation))
    print_error(_("To rebuild the index, run: searchapp reindex --full"))


@click.command(
    help=_("Publish an earlier generation again: the one before the current one, or GENERATION.")
    + "\n\n"
    + _(
        "The generation is checked first. Articles withdrawn since then stay excluded. The next "
        "reindex publishes a new generation."
    ),
)
@click.argument("generation", required=False, metavar=_("[GENERATION]"))
@with_config("index", "lock_wait")
def rollback(config: Config, generation: str | None) -> None:
    """Check a generation, make it the current one, and print its name."""
    audited = bootstrap.open_audit_log(config).recorded("rollback", asked=generation)
    with audited as told, _progress_bar(_("Checking")) as on_progress:
        manifest, before = bootstrap.rollback(config, generation, on_progress, print_error)
        told |= {"generation": manifest.generation, "before": before}
    created = datetime.fromisoformat(manifest.created).astimezone(config.timezone)
    print_out(
        counted(
            "The current generation is now {generation}: {count} article, indexed on {date}",
            "The current generation is now {generation}: {count} articles, indexed on {date}",
            manifest.articles,
            generation=manifest.generation,
            date=date_text(created),
        )
    )
    if before != manifest.generation:
        print_out(
            _("Before, it was {generation}. The next reindex publishes a new generation.").format(generation=before)
        )


@contextmanager
def _progress_bar(title: str) -> Iterator[Callable[[CheckProgress], None]]:
    if not sys.stderr.isatty():
        yield lambda progress: None
        return
    columns = (TextColumn(title), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=2.0)

        def show(progress: CheckProgress) -> None:
            files = progress.bytes_done / max(progress.bytes_total, 1)
            bar.update(task, completed=files + progress.articles_done / max(progress.articles_total, 1))

        yield show
