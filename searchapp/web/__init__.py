"""Web: pages for people and JSON for programs, over one :class:`~searchapp.search.service.SearchService`.

``params`` reads a SearchRequest from the address, the service answers it, ``pages`` or ``api`` shows the answer. Around
them:

- ``links``: addresses of searches; ``article_ids``: addresses of articles
- ``write_api``: articles written over HTTP, behind ``write_access``
- ``audited_writes``: what is changed over HTTP, in the audit log
- ``access_control``: the identity of a request and the scope that its address needs
- ``judgment_pages``: the grades of editors, behind ``write_access`` too; ``follow``: the command that makes an alert
- ``advanced_pages``: a query written field by field
- ``colour_scheme``: light or dark, as the reader chose
- ``batch_pages``: a list of searches, as a page and as CSV
- ``result_page``, ``histogram``, ``examples``: filters, page numbers, chart of dates, example queries
- ``trend_request``, ``trend_chart``: the parameters and the picture of trends
- ``site_language``, ``templating``: sentences, dates and numbers in the reader's language
- ``rate_limits``, ``rate_limiter``: the limits of requests in a time, over all processes
- ``answer_cache``, ``kept_answers``: whole answers of the active generation
- ``admission``, ``search_slots``: the limit of searches that run at once
- ``error_answers``, ``problems``, ``refusals``: pages and problem documents for errors
- ``proxies``, ``malformed_requests``: proxy headers, malformed requests
- ``conditional``, ``answer_compression``: ETags, compressed answers
- ``routing_answers``, ``cross_origin``: OPTIONS, slashes at the end of addresses; scripts of other sites (CORS)
- ``parameter_kinds``, ``api_operations``: rows of parameters, and what views take and answer
- ``openapi``, ``documentation``, ``code_examples``: the OpenAPI document, its page, requests as programs
- ``json_body``, ``export_api``: searches in the body of a request; all results of a search, streamed
- ``exports``, ``site_files``: a search as a feed, table or references; robots.txt, OpenSearch, web manifest
- ``sitemaps``: every article, for crawlers
- ``nearby_searches``, ``lost_addresses``: near an empty search, near an unknown address; ``titles``: of results
- ``theme``: accent colour and logo of the settings
- ``request_measurement``, ``metrics``: what each request costs, for the log of requests and for Prometheus
- ``assets``, ``probes``, ``site``: style sheet, scripts and icon, health checks, settings and service of this site
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import Final

from flask import Flask, Response, g, request

from searchapp.bootstrap import (
    load_config,
    open_alert_timer,
    open_audit_log,
    open_identities,
    open_query_log,
    open_release_timer,
    open_service,
    open_writing,
)
from searchapp.config import Config
from searchapp.errors import ConfigurationError
from searchapp.i18n import Message
from searchapp.search.service import SearchService
from searchapp.web import (
    access_control,
    admission,
    answer_cache,
    answer_compression,
    assets,
    audited_writes,
    cross_origin,
    hit_view,
    rate_limits,
    request_measurement,
    routing_answers,
    templating,
)
from searchapp.web import error_answers as errors
from searchapp.web import malformed_requests as malformed
from searchapp.web import site_language as language
from searchapp.web.advanced_pages import advanced
from searchapp.web.api import api
from searchapp.web.article_ids import ArticleIdConverter
from searchapp.web.batch_pages import batch
from searchapp.web.colour_scheme import colour_scheme
from searchapp.web.conditional import answer_unmodified, tag_answer
from searchapp.web.documentation import documentation
from searchapp.web.export_api import exporting
from searchapp.web.exports import exports
from searchapp.web.judgment_pages import judging
from searchapp.web.malformed_requests import MalformedRequests
from searchapp.web.multi_search import multi
from searchapp.web.pages import pages
from searchapp.web.probes import probes
from searchapp.web.proxies import TrustedProxies
from searchapp.web.site import install, site
from searchapp.web.site_files import site_files
from searchapp.web.sitemaps import sitemaps
from searchapp.web.write_api import writing

__all__ = ["create_app"]

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}


def create_app(config: Config | None = None, *, service: SearchService | None = None) -> Flask:
    """Return the WSGI application; without ``config``, settings come from the settings file and the environment.

    Raises WritingOff when there is a token for writing and the corpus cannot be written to, TokensUnusable, and
    ConfigurationError for a URL prefix that begins like an address of the site.
    """
    config = config or load_config()
    app = Flask(__name__, static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.url_map.merge_slashes = False
    app.url_map.converters["article_id"] = ArticleIdConverter
    service = service or open_service(config)
    identities = open_identities(config)
    writer = open_writing(config, service) if identities.anyone_writes() else None
    timers = (open_release_timer(config), open_alert_timer(config))
    install(app, config, service, writer, identities, open_audit_log(config), *timers, open_query_log(config))
    assets.init_app(app, config)
    request_measurement.init_app(app)
    cross_origin.init_app(app, config.cors_origins)
    # Access is checked before the routing answers: a redirect would tell which articles there are.
    checks = (
        malformed,
        rate_limits,
        access_control,
        audited_writes,
        routing_answers,
        errors,
        language,
        hit_view,
        templating,
        admission,
    )
    for room in (answer_compression, *checks):
        room.init_app(app)
    people = (pages, advanced, colour_scheme, batch, judging)
    for blueprint in (*people, api, multi, exporting, exports, writing, probes, site_files, sitemaps, documentation):
        app.register_blueprint(blueprint)
    app.before_request(_resume_indexing)
    app.before_request(_pin_generation)
    app.teardown_request(_unpin_generation)
    app.after_request(_finish)
    answer_cache.init_app(app)
    _stand_behind_proxies(app, config)
    return app


def _stand_behind_proxies(app: Flask, config: Config) -> None:
    """Wrap ``app`` in the middleware for proxies and malformed requests; call it last, when all routes exist."""
    own = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    if config.url_prefix and config.url_prefix.split("/")[1] in own:
        raise ConfigurationError(
            Message(
                "url_prefix: “{prefix}” begins like an address of the site. Choose another prefix.",
                prefix=config.url_prefix,
            )
        )
    inner = MalformedRequests(app.wsgi_app)
    app.wsgi_app = TrustedProxies(inner, config, own)  # type: ignore[method-assign]


def _resume_indexing() -> None:
    """At the first request of a process, index what the one before it wrote and did not; start the timers."""
    if writing := site().writing:
        writing.resume()
    if (releases := site().releases) and releases.process != os.getpid():
        releases.start()
    if (alerts := site().alerts) and alerts.process != os.getpid():
        alerts.start()


def _pin_generation() -> None:
    """Answer the whole of a request that only reads from one generation, however many calls it takes."""
    if request.method in {"GET", "HEAD"}:
        g.pin = ExitStack()
        g.pin.enter_context(site().service.one_generation())


def _unpin_generation(_: BaseException | None) -> None:
    if pin := g.pop("pin", None):
        pin.close()


def _finish(response: Response) -> Response:
    """Add the headers of every answer. Pages vary by language, and browsers must revalidate them."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    is_reading = request.method in {"GET", "HEAD"}
    if response.mimetype == "text/html" and is_reading:
        response.vary.update(("Accept-Language", "Cookie"))
        response.headers.setdefault("Cache-Control", "no-cache")
        assets.preload(response)
    if is_reading:
        tag_answer(response)
    return answer_unmodified(response)
