"""``search``: one page of results."""

from __future__ import annotations

import json
from collections.abc import Iterable

import click
from rich.text import Text

from searchapp.bootstrap import open_service
from searchapp.cli.common_options import with_config
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import counted, date_text, number, print_error, print_out
from searchapp.config import Config
from searchapp.i18n import Message
from searchapp.model import Explanation, Fragment, Hit, Match, SearchRequest, SearchResult, Sort
from searchapp.output.answer_json import describe_result, needs_explanation

__all__ = ["print_result", "search"]


@click.command(
    help=_("Search the index and show the best articles.")
    + "\n\n"
    + _('Words in any order; “…” or "…" for a phrase; -word to exclude. Accents do not matter.')
    + "\n\n"
    + _("Also march* élction~ =marché, (a OR b) AND NOT c, a NEAR/5 b, title:… source:… author:… date:2022 since:2023.")
    + " "
    + _("The whole language: docs/recherche.md, or /help on the search page."),
)
@click.argument("query", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help=_("print the answer of the JSON endpoint"))
@click.option("--page", type=click.IntRange(1), default=1, metavar="N", help=_("page of the results (default: 1)"))
@click.option(
    "--per-page", type=click.IntRange(1, 100), default=10, metavar="N", help=_("results a page (default: 10)")
)
@click.option(
    "--sort",
    type=click.Choice([str(sort) for sort in Sort]),
    default="relevance",
    help=_("order of the results"),
)
@click.option("--explain", is_flag=True, help=_("say what each score is made of"))
@with_config("index", "engine", "match", "recency_half_life")
def search(
    config: Config, query: tuple[str, ...], as_json: bool, page: int, per_page: int, sort: str, explain: bool
) -> None:
    """Print one page of results."""
    request = SearchRequest(query=" ".join(query), page=page, per_page=per_page, sort=Sort(sort), explain=explain)
    service = open_service(config)
    try:
        result = service.search(request)
    finally:
        service.close()
    if as_json:
        answer = describe_result(result, request, config.timezone, _, config.url_prefix)
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        print_result(result, config)


def print_result(result: SearchResult, config: Config) -> None:
    if needs_explanation(result):
        print_error(Message("Understood: {query}", query=result.understood))
    for remark in result.remarks:
        print_error(remark.message)
    if result.suggestions and not result.replacements:
        print_error(Message("Did you mean {suggestion}?", suggestion=" / ".join(result.suggestions)))
    if not result.hits:
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
        date_text(article.date.astimezone(config.timezone)) if article.date else "",
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
