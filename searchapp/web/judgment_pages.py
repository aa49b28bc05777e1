"""The pages where editors grade the answers of queries, see how well they are answered, and try other settings.

They are on with the setting ``judgments``, and ask for the write token as a password. Grades are files
(:mod:`searchapp.search.judgments`), which ``searchapp evaluate`` reads too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import unquote

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for

from searchapp.bootstrap import open_service
from searchapp.config import load_config
from searchapp.errors import ConfigurationError, EngineUnavailable, InvalidRequest
from searchapp.i18n import Message
from searchapp.model import Article, Grouping, SearchRequest
from searchapp.search.evaluation import MEASURES, Comparison, Report, compare, evaluate, trec_id
from searchapp.search.judgments import GRADES, JudgedQuery, Judgments
from searchapp.search.rerank_score import read_weights
from searchapp.web.params import clean_query
from searchapp.web.site import site
from searchapp.web.write_access import form_token, require_editor

__all__ = ["judging"]

judging = Blueprint("judging", __name__, url_prefix="/judgments")

SHOWN: Final = 20
MOST_MEASURED: Final = 500
"""Queries that a page measures: each takes some tens of milliseconds, twice for a comparison."""
GRADE_NAMES: Final = (Message("off topic"), Message("touches it"), Message("good"), Message("exactly this"))
PREFIX: Final = "grade:"


@dataclass(frozen=True, slots=True)
class GradedArticle:
    """An article of the form: its rank, None for one that is not among the first, and its grade, None without one."""

    article: Article
    rank: int | None
    grade: int | None


@judging.before_request
def enter() -> None:
    """Let editors in; without the setting there is no such page."""
    if site().config.judgments is None:
        abort(404)
    require_editor()


@judging.after_request
def finish(response: Response) -> Response:
    """Keep the pages out of caches."""
    response.headers["Cache-Control"] = "no-store"
    return response


@judging.get("")
def page() -> str:
    """Show the judged queries and, of the one that is asked for, the articles to grade."""
    judged = _judgments().read()
    query, _ = clean_query(request.args.get("q", ""))
    articles = list(_articles(query, judged.get(query))) if query else []
    return render_template(
        "judgments.html",
        query=query,
        articles=articles,
        judged=judged.values(),
        grades=list(zip(GRADES, GRADE_NAMES, strict=True)),
        prefix=PREFIX,
        saved="saved" in request.args,
        editor=g.editor,
        token=form_token(),
        search_request=SearchRequest(),
    )


@judging.post("")
def save() -> Response:
    """Save the grades of a form; then the page is shown again, so that loading it anew saves nothing twice."""
    query, _ = clean_query(request.form.get("q", ""))
    if not query:
        raise InvalidRequest(Message("Some parameters are wrong."), [("q", Message("Give a query."))])
    sent = {name.removeprefix(PREFIX): value for name, value in request.form.items() if name.startswith(PREFIX)}
    grades = {article: _grade(value) for article, value in sent.items()}
    _judgments().grade(query, grades, g.editor)
    return redirect(url_for("judging.page", q=query, saved=1), 303)  # type: ignore[return-value]


@judging.get("/measures")
def measures() -> tuple[str, int]:
    """Show how well the judged queries are answered now."""
    config = site().config
    synonyms = config.synonyms.read_text("utf-8") if config.synonyms.is_file() else ""
    weights = ", ".join(f"{name}={value:g}" for name, value in asdict(read_weights(config.weights)).items())
    return _measures_page(synonyms, weights)


@judging.post("/measures")
def try_settings() -> tuple[str, int]:
    """Show the measures with other synonyms and weights beside those of now; nothing is changed."""
    return _measures_page(request.form.get("synonyms", ""), request.form.get("weights", ""), tries=True)


def _measures_page(synonyms: str, weights: str, *, tries: bool = False) -> tuple[str, int]:
    """Return the page and its status: 400 for settings that cannot be tried, beside the form that has them."""
    judgments, status = _judgments(), 200
    problems: list[Message] = []
    judged = judgments.read()
    measured = [one for one in judged.values() if one.grades]
    report: Report | None = None
    trial: Report | None = None
    comparisons: Mapping[str, Comparison] = {}
    try:
        if 0 < len(measured) <= MOST_MEASURED:
            report = evaluate(site().service, judgments.queries, judgments.qrels)
            if tries:
                trial = _trial(synonyms, weights, judgments)
                comparisons = compare(trial, report.run, judgments.qrels)
    except EngineUnavailable as error:
        problems = [error.message]
    except ConfigurationError as error:
        problems, status = [error.message, *error.details], 400
    page = render_template(
        "judgment_measures.html",
        report=report,
        trial=trial,
        comparisons=comparisons,
        measures=MEASURES,
        judged=measured,
        most=MOST_MEASURED,
        problems=problems,
        synonyms=synonyms,
        weights=weights,
        token=form_token(),
        search_request=SearchRequest(),
    )
    return page, status


def _trial(synonyms: str, weights: str, judgments: Judgments) -> Report:
    """Return the report of a service with these synonyms and weights; raises ConfigurationError for wrong ones."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        path = folder / site().config.synonyms.name
        path.write_text(synonyms.replace("\r\n", "\n"), "utf-8", errors="replace")
        settings = folder / "searchapp.toml"
        settings.touch()
        changed = load_config({"weights": weights}, file=settings).weights
        service = open_service(replace(site().config, synonyms=path, weights=changed))
        stack.callback(service.close)
        return evaluate(service, judgments.queries, judgments.qrels)


def _articles(query: str, judged: JudgedQuery | None) -> Iterator[GradedArticle]:
    """Yield the best articles of a query, then those that were graded and are not among them."""
    grades = judged.grades if judged else {}
    found = site().service.search(SearchRequest(query, per_page=SHOWN, group=Grouping.NONE)).hits
    for hit in found:
        yield GradedArticle(hit.article, hit.rank, grades.get(trec_id(hit.article.id)))
    shown = {trec_id(hit.article.id) for hit in found}
    for name, grade in grades.items():
        stored = site().service.stored
        if name not in shown and (article := stored(name) or stored(unquote(name))):
            yield GradedArticle(article, None, grade)


def _grade(text: str) -> int | None:
    if text in {"", *map(str, GRADES)}:
        return int(text) if text else None
    reason = Message("Give one of {choices}.", choices=", ".join(map(str, GRADES)))
    raise InvalidRequest(Message("Some parameters are wrong."), [("grade", reason)])


def _judgments() -> Judgments:
    folder = site().config.judgments
    assert folder is not None  # noqa: S101 - enter() has refused before
    return Judgments(folder)
