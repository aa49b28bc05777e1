"""``ingest``: what indexing would make of a file, before anything is indexed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click
from rich.text import Text

from searchapp import bootstrap
from searchapp.cli.common_options import with_config
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import counted, date_text, number, print_error, print_out
from searchapp.config import Config
from searchapp.model import Article, DateQuality, Reject

__all__ = ["ingest"]

_LONGEST_TEXT: Final = 600
_WIDTH: Final = 12


@click.command(
    help=_("Show the articles of FILE as they would be indexed, field by field, and what was repaired.")
    + "\n\n"
    + _("FILE may be a folder, an archive or - (standard input). Nothing is indexed."),
)
@click.option("--show", "file", type=click.Path(path_type=Path), metavar="FILE", required=True, help=_("what to show"))
@click.option(
    "--limit", type=click.IntRange(1), default=20, metavar="N", help=_("articles shown at most (default: 20)")
)
@with_config("corpus")
def ingest(config: Config, file: Path, limit: int) -> None:
    """Print up to ``limit`` articles and every reject, then how many there were."""
    articles = rejected = repaired = 0
    for entry in bootstrap.show_file(config, file):
        if isinstance(entry, Reject):
            rejected += 1
            _print_reject(entry)
            continue
        articles += 1
        repaired += bool(entry.repairs)
        if articles <= limit:
            _print_article(entry, articles, config)
    counts = (
        counted("{count} article", "{count} articles", articles),
        counted("{count} rejected", "{count} rejected", rejected),
        counted("{count} repaired", "{count} repaired", repaired),
    )
    print_out(", ".join(counts))


def _print_reject(reject: Reject) -> None:
    place = f"{reject.file}:{reject.line}" if reject.line else reject.file
    print_error(_("rejected: {place}: {reason}").format(place=place, reason=reject.reason.render(_)))


def _print_article(article: Article, place: int, config: Config) -> None:
    print_out(Text.assemble((f"{place}. ", "dim"), (article.title, "bold")))
    date, modified = (
        date_text(moment.astimezone(config.timezone)) if moment else "" for moment in (article.date, article.modified)
    )
    rows = {
        "id": article.id,
        "lead": article.lead,
        "date": f"{date} ({_quality(article.date_quality)})".lstrip(),
        "modified": modified,
        "source": article.source,
        "section": article.section,
        "author": " · ".join(article.authors),
        "url": article.url,
        "language": article.language,
        "tags": " · ".join(article.tags),
        "status": str(article.status),
        "stub": _("only what the paywall shows") if article.stub else "",
        "repairs": " · ".join(map(_repair, article.repairs)),
        "text": _shortened(article.text),
    }
    for name, value in rows.items():
        if value:
            print_out(Text.assemble((f"   {name:<{_WIDTH}}", "cyan"), value.replace("\n", "\n" + " " * (_WIDTH + 3))))
    print_out()


def _quality(quality: DateQuality) -> str:
    words = {
        DateQuality.EXACT: _("exact"),
        DateQuality.LOCAL: _("the time zone is assumed"),
        DateQuality.DAY: _("a day without an hour"),
        DateQuality.GUESSED: _("the century is guessed"),
        DateQuality.MISSING: _("no date"),
    }
    return words[quality]


def _repair(name: str) -> str:
    if name == "mojibake":
        return _("letters that were decoded wrongly")
    if name == "boilerplate":
        return _("lines that are no part of the article")
    if name == "modified":
        return _("a date of correction that is no date")
    return _("read as {encoding}").format(encoding=name)


def _shortened(text: str) -> str:
    count = len(text)
    if count <= _LONGEST_TEXT:
        return text
    return f"{text[:_LONGEST_TEXT]}… " + _("({count} characters)").format(count=number(count))
