"""``ingest``: the articles of a file as they would be indexed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from rich.text import Text

from searchapp import bootstrap
from searchapp.cli.common_options import with_config
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import counted, date_text, number, print_out, print_reject
from searchapp.config import Config
from searchapp.model import NO_RELEASE, Article, DateQuality, Reject
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
@click.option(
    "--show",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    required=True,
    help=_("file, folder, archive or - (standard input)"),
)
@click.option(
    "--limit", type=click.IntRange(1), default=20, metavar="N", help=_("articles shown at most (default: 20)")
)
@with_config("corpus")
def ingest(config: Config, file: Path, limit: int) -> None:
    """Print up to ``limit`` articles and every reject, then their numbers."""
    articles = rejected = repaired = 0
    for entry in bootstrap.show_file(config, file):
        if isinstance(entry, Reject):
            rejected += 1
            print_reject(entry)
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


def _print_article(article: Article, number_: int, config: Config) -> None:
    print_out(Text.assemble((f"{number_}. ", "dim"), (article.title, "bold")))
    rows = {row.name: _shown(row, article, config) for row in STORED_FIELDS if row.name not in _SHOWN_ELSEWHERE}
    rows["text"] = _shortened(article.text)
    for name, value in rows.items():
        if value:
            print_out(Text.assemble((f"   {name:<{_WIDTH}}", "cyan"), value.replace("\n", "\n" + " " * (_WIDTH + 3))))
    print_out()


def _shown(row: ArticleField, article: Article, config: Config) -> str:
    """Return the value of a field as text, "" for an empty one."""
    value = getattr(article, row.attribute)
    if row.name == "stub":
        return _("only the part before the paywall") if value else ""
    if row.name == "repairs":
        return " · ".join(map(_repair_text, value))
    if row.type is FieldType.LINES:
        return " · ".join(value)
    if row.type is FieldType.MOMENT:
        moment = date_text(value.astimezone(config.timezone)) if value else ""
        if row.name == "embargo" and value:
            return _embargo_text(value, moment)
        return f"{moment} ({_quality_text(article.date_quality)})".lstrip() if row.name == "date" else moment
    return str(value) if value else ""


def _embargo_text(release: datetime, moment: str) -> str:
    if release >= NO_RELEASE:
        return _("held back until its agency releases it")
    return moment if release <= datetime.now(UTC) else _("held back until {moment}").format(moment=moment)


def _quality_text(quality: DateQuality) -> str:
    words = {
        DateQuality.EXACT: _("exact"),
        DateQuality.LOCAL: _("the time zone is assumed"),
        DateQuality.DAY: _("a day without an hour"),
        DateQuality.GUESSED: _("the century is guessed"),
        DateQuality.MISSING: _("no date"),
    }
    return words[quality]


def _repair_text(name: str) -> str:
    if name == "mojibake":
        return _("wrongly decoded characters")
    if name == "boilerplate":
        return _("lines that are no part of the article")
    if name == "modified":
        return _("an invalid date of correction")
    if name == "xml":
        return _("XML that is not well-formed")
    if name == "status":
        return _("a status that is not known: taken as published")
    if name == "embargo":
        return _("an embargo that is no date: held back until another version comes")
    return _("read as {encoding}").format(encoding=name)


def _shortened(text: str) -> str:
    count = len(text)
    if count <= _LONGEST_TEXT:
        return text
    return f"{text[:_LONGEST_TEXT]}… " + _("({count} characters)").format(count=number(count))
