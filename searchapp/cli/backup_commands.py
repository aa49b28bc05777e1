"""``backup`` and ``restore``: index, journal and settings as one file or folder."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from searchapp.alerts import ALERT_FILE
from searchapp.bootstrap import open_tokens
from searchapp.cli.common_options import with_config
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import counted, print_error, print_out, size_text
from searchapp.config import CONFIG_FILE, Config
from searchapp.indexing import Generations
from searchapp.operations.backup import BackupSummary, back_up
from searchapp.operations.restore import restore as restore_backup
from searchapp.search.judgments import Judgments

__all__ = ["backup", "restore"]

_FILE: Final = click.Path(path_type=Path)
_TOKENS: Final = "tokens.sqlite"


@click.command(
    help=_("Copy the published index, the journal and the settings into FILE (.tar, .tar.gz) or a new folder DIR.")
    + "\n\n"
    + _(
        "Searches, writes and reindexes go on meanwhile. The copy is read again and compared. The other files of the "
        "corpus are not in it: they are yours, and the program never changes them."
    ),
)
@click.argument("target", type=_FILE, metavar=_("FILE|DIR"))
@with_config("corpus", "index")
def backup(config: Config, target: Path) -> None:
    """Write a backup and print its size."""
    corpus = config.corpus if config.corpus.is_dir() else None
    settings = _settings(config)
    with TemporaryDirectory() as folder:
        # A server records the use of tokens meanwhile.
        settings[_TOKENS] = Path(folder) / _TOKENS
        open_tokens(config).copy(settings[_TOKENS])
        _print_summary(_("Backed up: {generation}"), back_up(Generations(config.index), corpus, settings, target))


@click.command(
    help=_("Restore the backup FILE or DIR into an index and a corpus that are still empty.")
    + "\n\n"
    + _(
        "Every file is compared with its digest first. Settings, synonyms, alerts, tokens and judgments are restored "
        "where there are none. What was withdrawn stays withdrawn."
    ),
)
@click.argument("source", type=_FILE, metavar=_("FILE|DIR"))
@click.option("--without-journal", is_flag=True, help=_("restore no journal: for a machine that only searches"))
@with_config("corpus", "index")
def restore(config: Config, source: Path, without_journal: bool) -> None:
    """Restore a backup, and print what is restored and what comes next."""
    corpus = None if without_journal or str(config.corpus) == "-" else config.corpus
    summary = restore_backup(source, Generations(config.index), corpus, _settings(config))
    _print_summary(_("Restored: {generation}"), summary)
    if corpus:
        text = _("The corpus is {corpus}. Put its files back before the next reindex, and name it: --corpus DIR")
        print_error(text.format(corpus=corpus))


def _settings(config: Config) -> dict[str, Path]:
    """Return the files that people made, by their names in a backup: settings, synonyms, alerts, tokens, judgments."""
    named: Path | None = click.get_current_context().params.get("config_file")
    files = {
        "searchapp.toml": named or Path(CONFIG_FILE),
        "synonyms.txt": config.synonyms,
        ALERT_FILE: config.alerts / ALERT_FILE,
        _TOKENS: config.tokens,
    }
    if config.judgments:
        judgments = Judgments(config.judgments)
        # The grades first, as a grade without its query would be lost.
        files |= {"qrels.txt": judgments.qrels, "queries.tsv": judgments.queries}
    return files


def _print_summary(text: str, summary: BackupSummary) -> None:
    parts = (
        counted("{count} article", "{count} articles", summary.articles),
        counted("{count} file", "{count} files", summary.files),
        size_text(summary.size),
    )
    print_out(text.format(generation=summary.generation) + " · " + " · ".join(parts))
