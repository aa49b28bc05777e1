"""Renew the pictures of the documentation, and the card for social networks: ``make screenshots``.

The pages are those of the demonstration corpus and of the corpus that docs/tutoriel.md makes, in French, in the
system's Chromium. Text is drawn with the fonts of the machine, so that pictures of another machine differ a little.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, Final

from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from searchapp import create_app
from searchapp.bootstrap import open_service, reindex
from searchapp.config import load_config

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = ROOT / "docs"
CARD: Final = ROOT / "searchapp/web/static/card.png"
CHROMIUM: Final = "/usr/bin/chromium"
SIZE: Final = (1120, 760)
_WRITTEN: Final = re.compile(r"^\$ cat > (archives/\S+) <<'FIN'\n((?:> .*\n|>\n)*)> FIN$", re.MULTILINE)
CARD_PAGE: Final = """<!doctype html><style>
  body { margin: 0; width: 1200px; height: 630px; background: #fbfaf6; display: grid; place-content: center; }
  svg { width: 1200px; height: 630px; }
</style>
<svg viewBox="0 0 1200 630" fill="none" stroke="#1d1b17">
  <path d="M90 96H1110M90 106H1110M90 530H1110" stroke-width="3"/>
  <path d="M90 168H760" stroke-width="34"/><path d="M90 226H560" stroke-width="34"/>
  <g stroke="#857e70" stroke-width="9">
    <path d="M90 300H400M90 332H400M90 364H400M90 396H400M90 428H380M90 460H300"/>
    <path d="M445 300H755M445 332H755M445 364H755M445 396H720M445 428H755M445 460H640"/>
    <path d="M800 460H1110M800 492H1000"/>
  </g>
  <path d="M445 364H600" stroke="#ffe48a" stroke-width="30"/><path d="M445 364H600" stroke="#1d1b17" stroke-width="9"/>
  <circle cx="925" cy="258" r="104" stroke="#9e1b1b" stroke-width="30"/>
  <path d="M1000 333 1090 423" stroke="#9e1b1b" stroke-width="36" stroke-linecap="round"/>
</svg>"""


def main() -> None:
    if not Path(CHROMIUM).exists():
        sys.exit("There is no Chromium. Install it: apt-get install -y chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with served(ROOT / "corpus", Path(folder, "demonstration")) as address:
            take(browser, f"{address}/search?q=p%C3%AAcheurs+de+la+c%C3%B4te", DOCS / "search-page.png")
        with served(tutorial_corpus(Path(folder)), Path(folder, "tutorial")) as address:
            take(browser, f"{address}/search?q=port", DOCS / "tutoriel-page.png")
        page = browser.new_page(viewport={"width": 1200, "height": 630})
        page.set_content(CARD_PAGE)
        page.screenshot(path=CARD)
        browser.close()


def tutorial_corpus(folder: Path) -> Path:
    """Write the articles that docs/tutoriel.md writes with ``cat``, and return their folder."""
    (folder / "archives").mkdir()
    for name, lines in _WRITTEN.findall((DOCS / "tutoriel.md").read_text("utf-8")):
        (folder / name).write_text(re.sub(r"^> ?", "", lines, flags=re.MULTILINE), "utf-8")
    return folder / "archives"


@contextmanager
def served(corpus: Path, index: Path) -> Iterator[str]:
    """Index ``corpus`` and serve its pages on a free port of this machine."""
    config = load_config({"corpus": corpus, "index": index})
    reindex(config)
    service = open_service(config)
    server = make_server(
        "127.0.0.1", 0, create_app(config, service=service), threaded=True, request_handler=_SilentHandler
    )
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        service.close()


def take(browser: Browser, address: str, picture: Path) -> None:
    """Take a picture of a page as a reader on a desk sees it first."""
    width, height = SIZE
    context = browser.new_context(viewport={"width": width, "height": height}, locale="fr-FR", color_scheme="light")
    page = context.new_page()
    page.goto(address)  # the first search loads what later ones have
    page.goto(address)
    page.screenshot(path=picture)
    context.close()


class _SilentHandler(WSGIRequestHandler):
    def log_request(self, *arguments: Any) -> None:
        """Keep the terminal quiet."""


if __name__ == "__main__":
    main()
