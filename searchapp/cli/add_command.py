"""``add``: write articles of any file into the corpus's journal and index them, or withdraw them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

import click

from searchapp import bootstrap
from searchapp.cli.alerts_summary import run_after_publish
from searchapp.cli.common_options import with_config
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import counted, print_out, print_reject, print_remarks
from searchapp.config import Config
from searchapp.indexing.write_service import Batch, JournalEntry, Outcome, Writing
from searchapp.ingest import Remarks
from searchapp.model import Article, Reject

__all__ = ["add"]

_MAX_LISTED: Final = 20
_LOCK_WAIT_SECONDS: Final = 600.0
"""Time for another reindex to end. The new articles are already in the corpus, so waiting risks nothing."""


@click.command(
    help=_("Write the articles of each FILE into the corpus, then index them.")
    + "\n\n"
    + _("FILE is a file of any supported format, a folder, an archive or - (standard input).")
    + " "
    + _("An article whose id exists already becomes its new version."),
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar=_("[FILE]..."))
@click.option(
    "--withdraw", "ids", multiple=True, metavar=_("ID"), help=_("withdraw the article of this id (repeatable)")
)
@click.option("--strict", is_flag=True, help=_("write nothing from a file with a rejected article"))
@with_config("corpus", "index", "engine", "jobs")
def add(config: Config, files: tuple[Path, ...], ids: tuple[str, ...], strict: bool) -> None:
    """Write and index the articles; print the outcome of each. An error in one file does not undo those before it."""
    if not files and not ids:
        raise click.UsageError(_("Name a FILE to add, or an article with --withdraw ID."))
    service = bootstrap.open_service(config)
    writing = bootstrap.open_writing(config, service)
    report, audit_log = _Report(), bootstrap.open_audit_log(config)
    try:
        for file in files:
            with audit_log.recorded("put-many", file=str(file)) as told:
                batch = _put(writing, config, file, report, strict=strict)
                told |= {outcome.value: batch.counts[outcome] for outcome in Outcome}
                told |= {"rejected": batch.rejected, "journal": batch.file, "first_articles": [*batch.extent.withdrawn]}
            report.pending |= not writing.generation_covering(batch.extent)
        for article_id in ids:
            with audit_log.recorded("withdraw", article=article_id) as told:
                written = writing.withdraw(article_id)
                told["outcome"] = written.outcome.value
            report.told(written.entry, written.outcome)
            report.pending |= not writing.generation_covering(written.extent)
    finally:
        writing.close()
        service.close()
        report.print(config)
        if report.pending:
            options = bootstrap.ReindexOptions(wait=_LOCK_WAIT_SECONDS)
            summary = bootstrap.reindex(config, options=options, received_only=True)
            print_out(_("Published: {generation}").format(generation=summary.generation))
            run_after_publish(config)


class _Report:
    """The outcomes of writing: the first articles by id, all of them by number.

    ``pending``: an article is in the corpus and not yet in the index.
    """

    def __init__(self) -> None:
        self.counts: Counter[Outcome] = Counter()
        self.rejected = 0
        self.pending = False
        self.remarks = Remarks()

    def told(self, entry: JournalEntry | None, outcome: Outcome) -> None:
        self.counts[outcome] += 1
        texts = {
            Outcome.CREATED: _("added: {id}"),
            Outcome.REPLACED: _("replaced: {id}"),
            Outcome.WITHDRAWN: _("withdrawn: {id}"),
        }
        if entry is not None and outcome in texts and self.counts.total() <= _MAX_LISTED:
            print_out("  " + texts[outcome].format(id=entry.id))

    def seen(self, entry: Article | Reject, file: Path) -> Article | Reject:
        if isinstance(entry, Reject):
            self.rejected += 1
            if self.rejected <= _MAX_LISTED:
                print_reject(entry, indent="  ")
        else:
            self.remarks.note(entry, str(file))
        return entry

    def print(self, config: Config) -> None:
        parts = [
            counted("{count} added", "{count} added", self.counts[Outcome.CREATED]),
            counted("{count} replaced", "{count} replaced", self.counts[Outcome.REPLACED]),
            counted("{count} withdrawn", "{count} withdrawn", self.counts[Outcome.WITHDRAWN]),
            counted("{count} as before", "{count} as before", self.counts[Outcome.UNCHANGED]),
            counted("{count} rejected", "{count} rejected", self.rejected),
        ]
        print_out(_("Articles:") + " " + ", ".join(parts))
        print_remarks(self.remarks.counted())


def _put(writing: Writing, config: Config, file: Path, report: _Report, *, strict: bool) -> Batch:
    entries = (report.seen(entry, file) for entry in bootstrap.show_file(config, file, strict=True, lenient=not strict))
    return writing.put_articles(entries, strict=strict, on_entry=report.told)
