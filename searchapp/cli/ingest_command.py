"""``ingest``: the articles of files as they would be indexed, or a report of a folder."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
from rich.table import Table
from rich.text import Text

from searchapp import bootstrap
from searchapp.cli.common_options import with_config
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import counted, date_text, echo, known_date_text, number, out, print_out, print_reject
from searchapp.config import Config
from searchapp.ingest.repairs import describe_repair
from searchapp.ingest.report import FACTS, FormatCount, Report
from searchapp.model import NO_RELEASE, Article, DateQuality, Reject
from searchapp.output.answer_json import describe_article
from searchapp.schema import STORED_FIELDS, ArticleField, FieldType

__all__ = ["ingest"]

_MAX_LISTED: Final = 20
_LONGEST_TEXT: Final = 600
_WIDTH: Final = 12
_MOST_LANGUAGES: Final = 2
# The others are in the JSON: the lines of a terminal are short.
_FACTS_SHOWN: Final = FACTS[:3]
# The title is the heading, the quality stands beside the date, and the text comes last.
_SHOWN_ELSEWHERE: Final = ("title", "date_quality", "text")
_NOTHING_READ: Final = 2


@click.command(
    help=_("Show the articles of FILE as they would be indexed, field by field, and what was repaired.")
    + "\n\n"
    + _("FILE may be a folder, an archive or - (standard input). Nothing is indexed.")
    + " "
    + _("The exit code is 2 when nothing could be read."),
)
@click.option(
    "--show",
    "file",
    type=click.Path(path_type=Path),
    metavar=_("FILE"),
    help=_("file, folder, archive or - (standard input)"),
)
@click.option(
    "--report",
    "folder",
    type=click.Path(path_type=Path),
    metavar=_("FOLDER"),
    help=_("count its articles by format, the facts that they have, and what is doubtful"),
)
@click.option("--json", "as_json", is_flag=True, help=_("as JSON: an article a line, or the report as one object"))
@click.option(
    "--limit", type=click.IntRange(1), metavar=_("N"), help=_("articles shown at most (default: 20; JSON: all)")
)
@with_config("corpus")
def ingest(config: Config, file: Path | None, folder: Path | None, as_json: bool, limit: int | None) -> None:
    """Print articles and rejects and their numbers, or a report; exit with 2 when there are rejects only."""
    if (file is None) is (folder is None):
        raise click.UsageError(_("Name what to read: --show FILE or --report FOLDER."))
    if file is not None:
        articles, rejected = _show(config, file, as_json=as_json, limit=limit)
    elif folder is not None:
        report = bootstrap.report_on(config, folder)
        (_print_report_json if as_json else _print_report)(report)
        articles, rejected = report.total().articles, report.total().rejected
    if rejected and not articles:
        click.get_current_context().exit(_NOTHING_READ)


def _show(config: Config, file: Path, *, as_json: bool, limit: int | None) -> tuple[int, int]:
    """Print up to ``limit`` articles and every reject; return how many there were."""
    articles = rejected = repaired = 0
    for entry in bootstrap.show_file(config, file):
        if isinstance(entry, Reject):
            rejected += 1
            _print_reject(entry, as_json=as_json)
            continue
        articles += 1
        repaired += bool(entry.repairs)
        if as_json and (limit is None or articles <= limit):
            _print_json(describe_article(entry, config.timezone))
        elif not as_json and articles <= (limit or _MAX_LISTED):
            _print_article(entry, articles, config)
    counts = (
        counted("{count} article", "{count} articles", articles),
        counted("{count} rejected", "{count} rejected", rejected),
        counted("{count} repaired", "{count} repaired", repaired),
    )
    if not as_json:
        print_out(", ".join(counts))
    return articles, rejected


def _print_json(value: object) -> None:
    echo(json.dumps(value, ensure_ascii=False))


def _print_reject(reject: Reject, *, as_json: bool = False) -> None:
    if as_json:
        reason = reject.reason.render(_)
        _print_json({"rejected": {"file": reject.file, "line": reject.line, "reason": reason}})
    else:
        print_reject(reject)


def _print_article(article: Article, number_: int, config: Config) -> None:
    print_out(Text.assemble((f"{number_}. ", "dim"), (article.title, "bold")))
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
        return _("only the part before the paywall") if value else ""
    if row.name == "repairs":
        return " · ".join(describe_repair(name).render(_) for name in value)
    if row.type is FieldType.LINES:
        return " · ".join(value)
    if row.type is FieldType.MOMENT:
        moment = value.astimezone(config.timezone) if value else None
        if row.name == "date":
            known = known_date_text(moment, article.date_quality) if moment else ""
            return f"{known} ({_quality_text(article.date_quality)})".lstrip()
        if row.name == "embargo" and value:
            return _embargo_text(value, date_text(value.astimezone(config.timezone)))
        return date_text(moment) if moment else ""
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


def _print_report(report: Report) -> None:
    headings = (_("Format"), _("Files"), _("Articles"), _("Rejected"))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in (*headings, _("Date"), _("Author"), _("Source"), _("Language")):
        table.add_column(heading, no_wrap=True)
    for name, count in sorted(report.formats.items()):
        table.add_row(name, *_cells(count))
    if len(report.formats) > 1:
        table.add_row(_("all"), *_cells(report.total()), style="bold")
    out().print(table)
    for reject in report.rejects:
        _print_reject(reject)
    for doubt in report.doubts():
        articles = counted("{count} article", "{count} articles", doubt.articles)
        more = " …" if doubt.articles > len(doubt.examples) else ""
        print_out(f"{articles}: {doubt.remark.render(_)}: {', '.join(doubt.examples)}{more}")


def _cells(count: FormatCount) -> Iterable[str]:
    yield from map(number, (count.files, count.articles, count.rejected))
    for fact in _FACTS_SHOWN:
        yield _share(count.facts[fact], count.articles)
    yield ", ".join(f"{tag} {share}" for tag, share in _languages(count.languages, count.articles))


def _languages(languages: Counter[str], articles: int) -> Iterable[tuple[str, str]]:
    return ((tag, _share(times, articles)) for tag, times in languages.most_common(_MOST_LANGUAGES))


def _share(part: int, whole: int) -> str:
    """Return a share in per cent, never rounded up to all nor down to none."""
    if not whole:
        return ""
    percent = 100 * part / whole
    return f"{min(max(round(percent), int(part > 0)), 100 if part == whole else 99)}\u00a0%"


def _print_report_json(report: Report) -> None:
    def described(count: FormatCount) -> dict[str, Any]:
        counts = {"files": count.files, "articles": count.articles, "rejected": count.rejected}
        return {**counts, **{fact: count.facts[fact] for fact in FACTS}, "languages": dict(count.languages)}

    _print_json(
        {
            "formats": {name: described(count) for name, count in sorted(report.formats.items())},
            "total": described(report.total()),
            "doubts": [
                {"remark": doubt.remark.render(_), "articles": doubt.articles, "examples": list(doubt.examples)}
                for doubt in report.doubts()
            ],
        }
    )
