"""``search``: one page of results."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, TextIO

import click
from rich.text import Text

from searchapp.bootstrap import open_service
from searchapp.cli.common_options import with_config
from searchapp.cli.exclusions import QueryCommand
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import counted, echo, known_date_text, number, print_error, print_out
from searchapp.config import Config
from searchapp.i18n import Message
from searchapp.model import Explanation, Filters, Fragment, Hit, Match, SearchRequest, SearchResult, Sort
from searchapp.output.answer_json import describe_result, needs_explanation
from searchapp.output.batch_csv import batch_csv
from searchapp.output.tables import csv_table
from searchapp.query.date_words import CalendarWords, today_in
from searchapp.query.dates import Period, read_period
from searchapp.schema import FACETS
from searchapp.search.batch import search_batch

__all__ = ["print_result", "search"]


def _filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add an option for each facet and for the first and last day."""
    for facet in reversed(FACETS):
        text = Message("{label}: only articles with this value (repeatable)", label=facet.label).render(_)
        command = click.option(f"--{facet.field}", facet.field, multiple=True, metavar=_("VALUE"), help=text)(command)
    days = (("to", "date_to", _("last day: 2024-11-06, 2024-11, 2024, hier")), ("from", "date_from", _("first day")))
    for name, parameter, text in days:
        command = click.option(f"--{name}", parameter, metavar=_("DATE"), help=text)(command)
    return command


@click.command(
    cls=QueryCommand,
    help=_("Search the index and show the best articles.")
    + "\n\n"
    + _('Words in any order; “…” or "…" for a phrase; -word to exclude. Accents do not matter.')
    + "\n\n"
    + _("Also march* élction~ =marché, (a OR b) AND NOT c, a NEAR/5 b, title:… source:… author:… date:2022 since:2023.")
    + " "
    + _("The whole language: docs/recherche.md, or /help on the search page."),
)
@click.argument("query", nargs=-1, metavar=_("QUERY..."))
@click.option(
    "--batch",
    type=click.File(encoding="utf-8-sig"),
    metavar=_("FILE"),
    help=_("search each line of FILE (-: standard input), such as a list of names, and tell its hits"),
)
@click.option(
    "--phrases/--no-phrases",
    default=True,
    help=_("with --batch, look for lines of plain words as they are written (default), or for their words"),
)
@click.option("--json", "as_json", is_flag=True, help=_("print the answer of the JSON endpoint"))
@click.option("--csv", "as_csv", is_flag=True, help=_("print the articles of the page as a table (CSV)"))
@click.option("--page", type=click.IntRange(1), default=1, metavar=_("N"), help=_("page of the results (default: 1)"))
@click.option(
    "--per-page", type=click.IntRange(1, 100), default=10, metavar=_("N"), help=_("results a page (default: 10)")
)
@click.option(
    "--sort",
    type=click.Choice([str(sort) for sort in Sort]),
    default="relevance",
    help=_("order of the results"),
)
@click.option("--explain", is_flag=True, help=_("say what each score is made of"))
@_filter_options
@with_config("index", "engine", "match", "recency_half_life", "semantic")
def search(
    config: Config,
    query: tuple[str, ...],
    batch: TextIO | None,
    phrases: bool,
    as_json: bool,
    as_csv: bool,
    page: int,
    per_page: int,
    sort: str,
    explain: bool,
    **given: Any,
) -> None:
    """Print one page of results."""
    filters = _filters(config, **given)
    if batch and query:
        raise click.UsageError(_("Give a query, or a file with one a line: --batch FILE"))
    if batch:
        print_batch(config, batch, SearchRequest(filters=filters), phrases=phrases, as_csv=as_csv)
        return
    if not query and not filters:
        raise click.MissingParameter(param_hint=f"'{_('QUERY...')}'", param_type="argument")
    if as_json and as_csv:
        raise click.UsageError(_("Give --json or --csv, not both."))
    request = SearchRequest(" ".join(query), filters, Sort(sort), page, per_page, explain=explain)
    service = open_service(config)
    try:
        service.generation()  # opened before the clock of the search starts
        result = service.search(request)
    finally:
        service.close()
    if as_json:
        answer = describe_result(result, request, config.timezone, _, config.url_prefix)
        echo(json.dumps(answer, ensure_ascii=False, indent=2))
    elif as_csv:
        echo(csv_table((hit.article for hit in result.hits), config.timezone), newline=False)
    else:
        print_result(result, config)


def _filters(config: Config, date_from: str | None, date_to: str | None, **values: tuple[str, ...]) -> Filters:
    first, last = (_period(text, config) for text in (date_from, date_to))
    if first and last and last[1] < first[0]:
        raise click.UsageError(_("The last day is before the first one."))
    return Filters(values, first[0] if first else None, last[1] if last else None)


def _period(text: str | None, config: Config) -> Period | None:
    """Return the first and last day of a date, also in words (« le mois dernier »); None when none is given."""
    if text is None:
        return None
    if period := read_period(text, CalendarWords(today_in(config.timezone))):
        return period
    reason = Message("“{text}” is not a date. Give one such as 2024-11-06, 06/11/2024, 2024-11 or 2024.", text=text)
    raise click.UsageError(reason.render(_))


def print_batch(config: Config, lines: Iterable[str], request: SearchRequest, *, phrases: bool, as_csv: bool) -> None:
    """Print the number of articles of each line, or a table with the best one; lines are read as they come."""
    service = open_service(config)
    try:
        rows = search_batch(service, lines, request, as_phrases=phrases)
        if as_csv:
            for line in batch_csv(rows, config.timezone, config.url_prefix):
                echo(line, newline=False)
            return
        for row in rows:
            if row.result:
                more = "≥ " if row.result.total_relation == "gte" else ""
                print_out(f"{more + number(row.result.total):>9}  {row.line}")
    finally:
        service.close()


def print_result(result: SearchResult, config: Config) -> None:
    if needs_explanation(result):
        print_error(Message("Understood: {query}", query=result.understood))
    for remark in result.remarks:
        print_error(remark.message)
    if result.suggestions and not result.replacements:
        print_error(Message("Did you mean {suggestion}?", suggestion=" / ".join(result.suggestions)))
    if not result.hits and result.total:
        pages = -(-result.total // result.per_page)
        print_out(_("There are not that many pages") + ". " + _("The last one: --page {page}").format(page=pages))
        return
    if not result.hits:
        if result.total_relation == "eq":  # else a remark says that the search was cut short
            print_out(_("No article matches. Try fewer or other words."))
        return
    print_out(Text(f"{_tally(result)} · {number(round(result.took_ms, 1))} ms", "dim"))
    for hit in result.hits:
        print_out()
        _print_hit(hit, config)


def _tally(result: SearchResult) -> str:
    """Return the number of articles found and, unless it is the same, of those with all words."""
    if result.total_relation == "gte":
        return counted("at least {count} article", "at least {count} articles", result.total)
    articles = counted("{count} article", "{count} articles", result.total)
    if result.match is Match.ALL or result.total_all is None or result.total_all == result.total:
        return articles
    if not result.total_all:
        return Message("{articles}, none with all words", articles=articles).render(_)
    all_words = counted("{count} with all words", "{count} with all words", result.total_all)
    return Message("{articles}, of which {all_words}", articles=articles, all_words=all_words).render(_)


def _print_hit(hit: Hit, config: Config) -> None:
    article = hit.article
    print_out(Text.assemble((f"{hit.rank:>3}. ", "dim"), _marked(hit.title, "bold")))
    facts = [
        article.source,
        article.section,
        known_date_text(article.date.astimezone(config.timezone), article.date_quality) if article.date else "",
    ]
    print_out(Text("     " + " · ".join(filter(None, facts)), "cyan"))
    if hit.missing:
        print_out(Text("     " + Message("without: {words}", words=", ".join(hit.missing)).render(_), "dim"))
    if hit.explanation:
        print_out(Text("     " + _explanation(hit.explanation), "dim"))
    for fragment in _shown(hit):
        print_out(Text.assemble("     ", _marked(fragment)))
    print_out(Text("     " + article.id, "dim"))


def _explanation(explanation: Explanation) -> str:
    """Return one line: the contributions of the words, and the parts of the score."""
    words = (f"{word.word} {number(round(word.contribution or 0.0, 2))}" for word in explanation.words)
    parts = (f"{part.name} {number(round(part.contribution, 2))}" for part in explanation.parts if part.contribution)
    return f"{' + '.join(words)} = {' + '.join(parts)}"


def _shown(hit: Hit) -> Iterable[Fragment]:
    """Return the fragments to print: those with highlights, else the opening of the article."""
    fragments = [fragment for fragment in (hit.lead, *hit.fragments) if fragment is not None]
    return [fragment for fragment in fragments if fragment.spans] or fragments[:1]


def _marked(fragment: Fragment, style: str = "") -> Text:
    text = Text(fragment.text, style)
    for start, end in fragment.spans:
        text.stylize("bold yellow", start - fragment.start, end - fragment.start)
    return Text.assemble("… " if fragment.cut_before else "", text, " …" if fragment.cut_after else "")
