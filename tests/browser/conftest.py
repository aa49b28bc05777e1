"""A real browser before a real server; without Chromium these tests are skipped with what installs it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import make_server

from searchapp.bootstrap import open_service, reindex
from searchapp.config import load_config
from searchapp.web import create_app
from tests.browser.long_words import ARTICLES

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = ["--headless", "--no-sandbox", "--disable-quic", "--disable-background-networking"]
LONG_WORD = "anticonstitutionnellement" * 4
TOKEN = "un-jeton-de-quarante-caracteres-au-moins"  # noqa: S105
# The contrast of the text of an element with its ground (WCAG 2.2, contrast ratio), for scripts in a page.
CONTRAST_OF = """const light = rgb => {
    const [r, g, b] = rgb.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
      .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ground = each => {
    for (; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (!/^rgba.*, 0\\)$/.test(colour)) return colour;
    }
  };
  const contrast = each => {
    const pair = [light(getComputedStyle(each).color), light(ground(each))].sort((a, b) => b - a);
    return (pair[0] + .05) / (pair[1] + .05);
  };"""


def basic(password: str) -> dict[str, str]:
    """Return the header of HTTP Basic with this password."""
    return {"Authorization": "Basic " + b64encode(f"Zoé:{password}".encode()).decode()}


EDITOR = basic(TOKEN)


def article(number: int) -> dict[str, Any]:
    return {
        "id": f"phare/{number}",
        "title": f"Phare à vendre, {number} marches et vue sur la côte" + (f" {LONG_WORD}" if number == 3 else ""),
        "lead": "La cote monte sur la côte." if number % 2 else "",
        "text": f"Le phare compte {number} marches.\n\nLe gardien, lui, compte les mouettes.",
        "date": f"2024-{number % 12 + 1:02}-18T19:05:00+01:00",
        "source": ["Le Phare du Ponant", "La Gazette de Sarmane", "L’Écho de Vallombre"][number % 3],
        "section": ["Économie", "Culture"][number % 2],
        "author": f"Témoin {number}",
        "url": "https://ponant.example/phare",
    }


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site with thirty articles."""
    with site_with([article(number) for number in range(30)], tmp_path_factory.mktemp("browsed")) as root:
        yield root


@pytest.fixture(scope="session")
def address_of_long_words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site whose articles strain the layout."""
    folder = tmp_path_factory.mktemp("strained")
    with site_with(ARTICLES, folder, judgments=folder / "judgments", write_token=TOKEN) as root:
        yield root


@pytest.fixture(scope="session")
def address_without_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site that nothing was indexed for."""
    with served(create_app(load_config({"index": tmp_path_factory.mktemp("bare") / "index"}))) as root:
        yield root


@contextmanager
def site_with(articles: Sequence[dict[str, Any]], folder: Path, **settings: Any) -> Iterator[str]:
    """Index ``articles`` under ``folder`` and serve them with these settings."""
    write_corpus(folder, articles)
    places = {"corpus": folder / "corpus", "index": folder / "index", "synonyms": folder / "synonyms.txt"}
    config = load_config({**places, "site_name": "L’Archive", **settings})
    reindex(config)
    service = open_service(config)
    with served(create_app(config, service=service)) as root:
        yield root
    service.close()


def write_corpus(folder: Path, articles: Sequence[dict[str, Any]]) -> None:
    """Write ``articles`` as the corpus below ``folder``."""
    (folder / "corpus").mkdir()
    lines = (json.dumps(each, ensure_ascii=False) for each in articles)
    (folder / "corpus" / "articles.jsonl").write_text("\n".join(lines), "utf-8")


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serve ``app`` on a free port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium as the system has it."""
    if not CHROMIUM.exists():
        pytest.skip("no browser; install one with: apt-get install -y chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="install it with: pip install playwright")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Any]:
    """Open a page of a given width, in French and without JavaScript."""
    contexts = []

    def open_(width: int = 1280, **options: Any) -> Any:
        settings = {"java_script_enabled": False, "locale": "fr-FR", **options}
        contexts.append(browser.new_context(viewport={"width": width, "height": 800}, **settings))
        return contexts[-1].new_page()

    yield open_
    for context in contexts:
        context.close()
