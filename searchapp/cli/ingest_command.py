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
from searchapp.ingest.repairs import describe_repair
from searchapp.model import Article, DateQuality, Reject
from searchapp.schema import STORED_FIELDS, ArticleField, FieldType

__all__ = ["ingest"]

_LONGEST_TEXT: Final = 600
_WIDTH: Final = 12
# The title is the heading, the quality stands beside the date, and the text comes last.
_SHOWN_ELSEWHERE: Final = ("title", "date_quality", "text")


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
    rows = {row.name: _shown(row, article, config) for row in STORED_FIELDS if row.name not in _SHOWN_ELSEWHERE}
    rows["text"] = _shortened(article.text)
    for name, value in rows.items():
        if value:
            print_out(Text.assemble((f"   {name:<{_WIDTH}}", "cyan"), value.replace("\n", "\n" + " " * (_WIDTH + 3))))
    print_out()


def _shown(row: ArticleField, article: Article, config: Config) -> str:
    """Return the value of a field as it is printed, "" for one that is empty."""
    value = getattr(article, row.attribute)
    if row.name == "stub":
        return _("only what the paywall shows") if value else ""
    if row.name == "repairs":
        return " · ".join(describe_repair(name).render(_) for name in value)
    if row.type is FieldType.LINES:
        return " · ".join(value)
    if row.type is FieldType.MOMENT:
        moment = date_text(value.astimezone(config.timezone)) if value else ""
        return f"{moment} ({_quality(article.date_quality)})".lstrip() if row.name == "date" else moment
    return str(value) if value else ""


def _quality(quality: DateQuality) -> str:
    words = {
        DateQuality.EXACT: _("exact"),
        DateQuality.LOCAL: _("the time zone is assumed"),
        DateQuality.DAY: _("a day without an hour"),
        DateQuality.MONTH: _("a month without a day"),
        DateQuality.YEAR: _("a year without a month"),
        DateQuality.GUESSED: _("the century, or which number is the month, is guessed"),
        DateQuality.MISSING: _("no date"),
        DateQuality.INVALID: _("the date is not understood"),
        DateQuality.FUTURE: _("the date lies in the future"),
    }
    return words[quality]


def _shortened(text: str) -> str:
    count = len(text)
    if count <= _LONGEST_TEXT:
        return text
    return f"{text[:_LONGEST_TEXT]}… " + _("({count} characters)").format(count=number(count))
