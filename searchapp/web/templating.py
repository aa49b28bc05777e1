"""The functions and values that templates and macros may use: links, highlights, languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from flask import Flask, request, url_for
from markupsafe import Markup

from searchapp.errors import SearchappError
from searchapp.i18n import Message
from searchapp.model import Article, DateQuality, Hit, SearchRequest
from searchapp.output.article_metadata import citation_tags, news_article, open_graph
from searchapp.output.citations import bibtex, csl_json, reference, ris, sentence
from searchapp.output.directions import exact, without_directions
from searchapp.output.highlight_html import brief, marked, paragraphs, snippet
from searchapp.output.web_addresses import host_of
from searchapp.web import links, why
from searchapp.web.colour_scheme import THEMES, current_theme
from searchapp.web.exports import FEED_FORMS, TABLE_FORMS
from searchapp.web.follow import alert_command
from searchapp.web.hit_view import HitView, requested_view
from searchapp.web.site import site
from searchapp.web.site_language import column_names, current_language, known_moment, say
from searchapp.web.theme import DARK_PAPER, LIGHT_PAPER
from searchapp.web.trend_request import trends_path

__all__ = ["init_app"]

MOST_EXCERPTS: Final = 2
LANGUAGE_NAMES: Final = {"fr": "Français", "en": "English"}


@dataclass(frozen=True, slots=True)
class Metadata:
    """The head of an article's page: its absolute address, JSON-LD values, and pairs for ``<meta>``."""

    permalink: str
    news_article: dict[str, Any]
    properties: tuple[tuple[str, str], ...]
    names: tuple[tuple[str, str], ...]


def init_app(app: Flask) -> None:
    """Add the functions and values to the templates of ``app``."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.finalize = without_directions
    app.jinja_env.filters["exact"] = exact
    app.jinja_env.globals.update(
        absolute=links.absolute,
        advanced_path=links.advanced_path,
        article_path=links.article_path,
        citations=citations,
        column_names=column_names,
        current_language=current_language,
        current_theme=current_theme,
        own_path=own_path,
        themes=THEMES,
        excerpts=excerpts,
        form_kind=why.form_kind,
        export_path=links.export_path,
        feed_forms=FEED_FORMS,
        help_path=help_path,
        hidden_fields=links.hidden_fields,
        hit_view=requested_view,
        host_of=host_of,
        marked=marked,
        empty_search=SearchRequest(),
        excluding=links.excluding,
        facet_path=links.facet_path,
        older_edition=older_edition,
        other_languages=other_languages,
        alert_command=alert_command,
        metadata=metadata,
        paragraphs=paragraphs,
        part_name=why.part_name,
        points=why.points,
        score_part=why.score_part,
        search_for=SearchRequest,
        period_path=links.period_path,
        search_path=links.search_path,
        trends_path=trends_path,
        table_forms=TABLE_FORMS,
        versions_path=links.versions_path,
        with_page=links.with_page,
        with_query=links.with_query,
        with_period=links.with_period,
        with_value=links.with_value,
        without_exclusion=links.without_exclusion,
        without_filters=links.without_filters,
        without_value=links.without_value,
    )
    app.jinja_env.globals.update(accessibility_path=accessibility_path, light_paper=LIGHT_PAPER, dark_paper=DARK_PAPER)
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    """Return the values that every page may show; ``printed_address`` stands on paper only."""
    config, path = site().config, request.full_path.rstrip("?")
    return {
        "language": current_language(),
        "site_name": config.site_name,
        "judges": config.judgments is not None,
        "today": datetime.now(config.timezone).date(),
        "printed_address": links.absolute(f"{request.root_path}{path}"),
    }


def excerpts(hit: Hit, view: HitView = HitView.COMPACT) -> list[Markup]:
    """Return the fragments to show under a title: those with highlights or, without any, the opening.

    The compact view shows the first one, cut so that its first mark is in sight.
    """
    fragments = [hit.lead, *hit.fragments] if hit.lead else list(hit.fragments)
    highlighted = [fragment for fragment in fragments if fragment.spans]
    shown = highlighted[:MOST_EXCERPTS] or fragments[:1]
    return [snippet(fragment) for fragment in (shown if view is HitView.FULL else map(brief, shown[:1]))]


def metadata(article: Article) -> Metadata:
    """Return the part of an article's page that programs read."""
    address, config = links.absolute(links.article_path(article.id)), site().config
    return Metadata(
        permalink=address,
        news_article=news_article(article, address, config.timezone),
        properties=tuple(open_graph(article, address, config.site_name, config.timezone)),
        names=tuple(citation_tags(article, address, config.timezone)),
    )


def citations(article: Article) -> Iterator[tuple[str, str, str]]:
    """Yield name, text and address of a file ("" for none) of each form of a reference to ``article``."""
    of = reference(article, links.absolute(links.article_path(article.id)), site().config.timezone)
    # A reference names the day, not the hour.
    known = article.date_quality if article.date_quality in (DateQuality.YEAR, DateQuality.MONTH) else DateQuality.DAY
    date = known_moment(article.date, known) if article.date else ""
    yield say(Message("Text")), sentence(of, date, say(Message("“{title}”", title=of.title))), ""
    yield "BibTeX", bibtex([of]), url_for("exports.citation_bib", id=article.id)
    yield "RIS", ris([of]).replace("\r\n", "\n"), url_for("exports.citation_ris", id=article.id)
    csl = json.dumps(csl_json([of]), ensure_ascii=False, indent=2)
    yield "CSL-JSON", csl, url_for("exports.citation_json", id=article.id)


def help_path() -> str:
    """Return the address of the help page: /aide in French, else /help."""
    return url_for("pages.guide" if current_language() == "fr" else "pages.help_in_english")


def own_path(**changed: str) -> str:
    """Return the path and parameters of this page, some of them changed."""
    # Exactly one slash: an address that begins with two names another host.
    path = f"{request.root_path}/{quote(request.path.lstrip('/'))}"
    written = urlencode({**request.args.to_dict(flat=False), **changed}, doseq=True)
    return f"{path}?{written}" if written else path


def accessibility_path() -> str:
    """Return the address of the accessibility statement: /accessibilite in French, else /accessibility."""
    return url_for("pages.accessibility" if current_language() == "fr" else "pages.accessibility_in_english")


def older_edition() -> datetime | None:
    """Return when the generation that answers was made, if it answers in place of a newer one that is damaged."""
    if request.blueprint == "pages":
        with suppress(SearchappError):  # the page itself says so, if it needs the index
            service = site().service
            return datetime.fromisoformat(service.manifest().created) if service.served().degraded else None
    return None


def other_languages() -> list[tuple[str, str, str]]:
    """Return code, own name and address of this page in each language but the current one."""
    return [(code, name, own_path(lang=code)) for code, name in LANGUAGE_NAMES.items() if code != current_language()]
