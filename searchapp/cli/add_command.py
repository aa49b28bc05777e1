"""``add``: articles of any file into the corpus's journal, then into the index; or out of both."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

import click

from searchapp import bootstrap
from searchapp.cli.common_options import with_config
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import counted, print_error, print_out, print_remarks
from searchapp.config import Config
from searchapp.indexing.write_service import Batch, Outcome, Word, Writing
from searchapp.ingest import Remarks
from searchapp.model import Article, Reject

__all__ = ["add"]

_LISTED: Final = 20
_PATIENCE: Final = 600.0
"""Seconds that it waits for another reindex to end; what was added is safe meanwhile."""


@click.command(
    help=_("Write the articles of each FILE into the corpus, then index them.")
    + "\n\n"
    + _("FILE may be in any format that is read, a folder, an archive or - (standard input).")
    + " "
    + _("Of an id that is there already, what is added is the new version."),
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option("--withdraw", "ids", multiple=True, metavar="ID", help=_("withdraw the article of this id (repeatable)"))
@click.option("--strict", is_flag=True, help=_("write nothing of a file that holds a reject"))
@with_config("corpus", "index", "engine", "jobs")
def add(config: Config, files: tuple[Path, ...], ids: tuple[str, ...], strict: bool) -> None:
    """Write, say what became of each article, and bring the index up to date, whatever is wrong with a later file."""
    if not files and not ids:
        raise click.UsageError(_("Name a FILE to add, or an article with --withdraw ID."))
    service = bootstrap.open_service(config)
    writing = bootstrap.open_writing(config, service)
    report = _Report()
    try:
        for file in files:
            report.pending |= not writing.holding(_put(writing, config, file, report, strict=strict).extent)
        for article_id in ids:
            written = writing.withdraw(article_id)
            report.told(written.word, written.outcome)
            report.pending |= not writing.holding(written.extent)
    finally:
        writing.close()
        service.close()
        report.print(config)
        if report.pending:
            options = bootstrap.ReindexOptions(wait=_PATIENCE)
            summary = bootstrap.reindex(config, options=options, received_only=True)
            print_out(_("Published: {generation}").format(generation=summary.generation))


class _Report:
    """What became of articles: the first by name, all of them in numbers."""

    def __init__(self) -> None:
        self.counts: Counter[Outcome] = Counter()
        self.rejected = 0
        self.pending = False
        """Whether something of it, written now or before, is not indexed yet."""
        self.remarks = Remarks()

    def told(self, word: Word | None, outcome: Outcome) -> None:
        self.counts[outcome] += 1
        if word is not None and outcome is not Outcome.UNCHANGED and self.counts.total() <= _LISTED:
            print_out("  " + _words()[outcome].format(id=word.id))

    def seen(self, entry: Article | Reject, file: Path) -> Article | Reject:
        if isinstance(entry, Reject):
            self.rejected += 1
            if self.rejected <= _LISTED:
                place = f"{entry.file}:{entry.line}" if entry.line else entry.file
                reason = entry.reason.render(_)
                print_error("  " + _("rejected: {place}: {reason}").format(place=place, reason=reason))
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
    return writing.put_articles(entries, strict=strict, on_word=report.told)


def _words() -> dict[Outcome, str]:
    return {
        Outcome.CREATED: _("added: {id}"),
        Outcome.REPLACED: _("replaced: {id}"),
        Outcome.WITHDRAWN: _("withdrawn: {id}"),
    }
