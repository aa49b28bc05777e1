"""The functions and values that templates and macros may use: links, highlights, languages."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

from flask import Flask, request, url_for
from markupsafe import Markup

from searchapp.model import Hit, SearchRequest
from searchapp.output.highlight_html import marked, paragraphs, snippet
from searchapp.web import links, why
from searchapp.web.site import site
from searchapp.web.site_language import current_language
from searchapp.web.trend_request import trends_path

__all__ = ["init_app"]

MOST_EXCERPTS: Final = 2
LANGUAGE_NAMES: Final = {"fr": "Français", "en": "English"}


def init_app(app: Flask) -> None:
    """Add the functions and values to the templates of ``app``."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        article_path=links.article_path,
        current_language=current_language,
        excerpts=excerpts,
        form_kind=why.form_kind,
        help_path=help_path,
        hidden_fields=links.hidden_fields,
        marked=marked,
        empty_search=SearchRequest(),
        excluding=links.excluding,
        facet_path=links.facet_path,
        other_languages=other_languages,
        paragraphs=paragraphs,
        part_name=why.part_name,
        points=why.points,
        score_part=why.score_part,
        search_for=SearchRequest,
        period_path=links.period_path,
        search_path=links.search_path,
        trends_path=trends_path,
        with_page=links.with_page,
        with_period=links.with_period,
        with_value=links.with_value,
        without_exclusion=links.without_exclusion,
        without_filters=links.without_filters,
        without_value=links.without_value,
    )
    app.context_processor(lambda: {"language": current_language(), "site_name": site().config.site_name})


def excerpts(hit: Hit) -> list[Markup]:
    """Return the fragments to show under a title: those with highlights or, without any, the opening."""
    fragments = [hit.lead, *hit.fragments] if hit.lead else list(hit.fragments)
    highlighted = [fragment for fragment in fragments if fragment.spans]
    return [snippet(fragment) for fragment in highlighted[:MOST_EXCERPTS] or fragments[:1]]


def help_path() -> str:
    """Return the address of the help page: /aide in French, else /help."""
    return url_for("pages.guide" if current_language() == "fr" else "pages.help_in_english")


def other_languages() -> list[tuple[str, str, str]]:
    """Return code, own name and address of this page in each language but the current one."""
    arguments = request.args.to_dict(flat=False)
    # Exactly one slash: an address that begins with two names another host.
    path = f"{request.root_path}/{quote(request.path.lstrip('/'))}"
    return [
        (code, name, f"{path}?{urlencode({**arguments, 'lang': code}, doseq=True)}")
        for code, name in LANGUAGE_NAMES.items()
        if code != current_language()
    ]
