"""Every kind of page and every state of one, as a browser meets them on sites that are in that state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from searchapp.bootstrap import ReindexOptions, open_service, reindex
from searchapp.config import Config, load_config
from searchapp.indexing.generation_layout import ENGINE
from searchapp.search.judgments import Judgments
from searchapp.web import create_app
from searchapp.web.site import site
from tests.browser.conftest import EDITOR, TOKEN, article, served, write_corpus

MOST_TRIES: Final = 5
REPORT: Final = " ".join(
    f"La tempête a emporté le toit numéro {number} de la halle aux poissons." for number in range(40)
)
ARTICLES: Final = [
    *map(article, range(30)),
    *(
        {"id": f"halle/{number}", "title": "La halle a perdu son toit", "source": f"Journal {number}", "text": text}
        for number, text in enumerate([REPORT, f"{REPORT} Nul n’est blessé.", REPORT, f"Hier encore. {REPORT}"])
    ),
    {**article(31), "id": "phare/corrige", "status": "corrected", "modified": "2024-12-01T09:30:00+01:00"},
    {**article(32), "id": "phare/tide", "title": "The tide waits for no man", "language": "en", "stub": True},
    {"id": "phare/retire", "status": "withdrawn"},
]


SEND: Final = {
    "button": "document.querySelector('main form[method=post] button').click()",
    "post": "document.body.append(Object.assign(document.createElement('form'), {method: 'post'})); "
    "document.body.lastChild.submit()",
}


@dataclass(frozen=True, slots=True)
class State:
    """A page in a state: on which of the sites, its address, and the status of its answer."""

    path: str
    status: int = 200
    site: str = "usual"
    by: str = "link"
    """The way there: its address, or from there a key of SEND."""
    headers: Mapping[str, str] = field(default_factory=dict)


STATES: Final = {
    "home": State("/"),
    "everything": State("/search"),
    "results": State("/search?q=phare&source=Le+Phare+du+Ponant&from=2024-01-01&to=2024-12-31"),
    "full results": State("/search?q=phare&view=full&page=2"),
    "excluded": State("/search?q=phare&-source=Le+Phare+du+Ponant&sort=newest"),
    "explained": State("/search?q=phare+mouettes&explain=true"),
    "copies": State("/search?q=halle"),
    "misspelt": State("/search?q=gardein"),
    "nothing": State("/search?q=xyzzyx"),
    "other period": State("/search?q=phare&to=2019-12-31"),
    "too deep": State("/search?q=phare&page=99"),
    "wrong parameters": State("/search?q=phare&from=x&page=0"),
    "a part": State("/search?q=pha*", site="cut short"),
    "an older edition": State("/search?q=phare", site="damaged"),
    "values": State("/facets/source?q=phare"),
    "excluded values": State("/facets/source?q=phare&-source=Le+Phare+du+Ponant&order=name"),
    "no values": State("/facets/source?find=xyzzyx"),
    "advanced": State("/advanced"),
    "advanced, filled in": State("/advanced?q=phare+-port+titre:vue+%22sur+la%22&source=Journal+1"),
    "advanced, wrong": State("/advanced?all=phare&first=x&rest=((("),
    "trends": State("/trends?q=phare&q=mouettes"),
    "trends, empty": State("/trends"),
    "trends, wrong": State("/trends?q=phare&from=x&interval=x"),
    "batch": State("/batch"),
    "batch, searched": State("/batch?lines=phare%0Amouettes%0Axyzzyx"),
    "article": State("/articles/phare/3?q=phare&at=3"),
    "article, corrected": State("/articles/phare/corrige"),
    "article, foreign": State("/articles/phare/tide"),
    "article, copied": State("/articles/halle/0?q=halle&at=1"),
    "versions": State("/versions?id=halle/0&with=halle/1"),
    "versions, incomplete": State("/versions", 400),
    "help": State("/aide"),
    "statement": State("/accessibilite"),
    "problem": State("/problems/too-busy"),
    "API": State("/docs"),
    "judgments": State("/judgments", headers=EDITOR),
    "judgments, a search": State("/judgments?q=phare&saved=1", headers=EDITOR),
    "judgments, nothing": State("/judgments?q=xyzzyx", headers=EDITOR),
    "measures": State("/judgments/measures", headers=EDITOR),
    "measures, compared": State("/judgments/measures", by="button", headers=EDITOR),
    "not known": State("/judgments", 401),
    "not public": State("/search?q=phare", 401, site="closed"),
    "lost": State("/2019/phare-a-vendre.html", 404),
    "lost, without words": State("/articles/4f2a", 404),
    "only read": State("/search", 405, by="post"),
    "withdrawn": State("/articles/phare/retire", 410),
    "too often": State("/search?q=phare", 429, site="limited"),
    "too busy": State("/search?q=phare", 503, site="busy"),
    "no index": State("/", 503, site="bare"),
}


@contextmanager
def sites(folder: Path) -> Iterator[dict[str, str]]:
    """Serve a site for each state that a whole site is in; yield their addresses by the names that STATES has."""
    places = {name: folder / name for name in ("corpus", "index", "judgments")}
    settings = {"synonyms": folder / "synonyms.txt", "write_token": TOKEN, "site_name": "L’Archive"}
    config = load_config({**places, **settings})
    write_corpus(folder, ARTICLES)
    reindex(config)
    Judgments(config.judgments).grade("phare", {"phare/1": 3, "phare/2": 0}, "Zoé")  # type: ignore[arg-type]
    damaged = _damaged(config, folder)
    with ExitStack() as stack:
        yield {
            "usual": stack.enter_context(_open_site(config)),
            "closed": stack.enter_context(_open_site(replace(config, anonymous_scopes=()))),
            "limited": stack.enter_context(_open_site(replace(config, search_rate=1))),
            "cut short": stack.enter_context(_open_site(replace(config, query_seconds=-1.0))),
            "damaged": stack.enter_context(_open_site(damaged)),
            "busy": stack.enter_context(_open_site(config, is_busy=True)),
            "bare": stack.enter_context(_open_site(replace(config, index=folder / "bare"))),
        }


def show(page: Any, root: str, state: State) -> None:
    """Lead ``page`` to ``state``, with all its folds open."""
    page.set_extra_http_headers(dict(state.headers))
    if state.status == 401:
        page.route(f"{root}/**", _answer_without_dialog)
    answer = page.goto(root + state.path)
    if state.by != "link":
        with page.expect_navigation() as navigation:
            page.evaluate(SEND[state.by])
        answer = navigation.value
    for _ in range(MOST_TRIES):
        answer = answer if answer.status == state.status else page.reload()
    page.unroute_all()
    assert answer.status == state.status, (answer.status, state)
    page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")


def _answer_without_dialog(route: Any) -> None:
    """Answer without the field that makes a browser ask for a password, as if its dialog had been closed."""
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name != "www-authenticate"}
    route.fulfill(response=answer, headers=headers)


def _damaged(config: Config, folder: Path) -> Config:
    """Return the settings of a site whose newest generation cannot be read, so that the one before answers."""
    damaged = replace(config, index=folder / "damaged")
    for options in (ReindexOptions(), ReindexOptions(full=True)):
        published = reindex(damaged, options=options).generation
    for file in (damaged.index / published / ENGINE).iterdir():
        file.write_bytes(b"")
    return damaged


@contextmanager
def _open_site(config: Config, *, is_busy: bool = False) -> Iterator[str]:
    """Serve a site; a busy one has no room for one more search."""
    service = open_service(config)
    app = create_app(config, service=service)
    with app.app_context():
        for number in range(site().admission.at_once if is_busy else 0):
            site().admission.enter(f"10.0.0.{number}", 0)
    with served(app) as root:
        yield root
    service.close()
