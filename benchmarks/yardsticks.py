"""The yardsticks of the load table: other applications on the server of searchapp, two processes of eight threads.

``python -m benchmarks.yardsticks NAME FOLDER PORT``: a bare Flask route; SQLite FTS5 or tantivy-py behind Flask, each
with ten titles as JSON and nothing else: no snippets, no facets, no second stage of ranking.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path
from threading import local
from typing import Any

from flask import Flask, jsonify, request

from searchapp.server import Options, run, shared_metrics
from searchapp.server.lanes import Lane
from searchapp.server.loop import Application
from searchapp.web.metrics import Metrics

Titles = Callable[[str], list[str]]


def bare(folder: Path) -> Titles:
    return lambda text: [text] * 10


def fts5(folder: Path) -> Titles:
    import sqlite3

    own = local()  # a connection for each thread

    def search(text: str) -> list[str]:
        if not hasattr(own, "database"):
            own.database = sqlite3.connect(folder / "fts5.db")
        words = " OR ".join(f'"{word}"' for word in text.replace('"', " ").split())
        rows = own.database.execute("select title from article where article match ? order by rank limit 10", (words,))
        return [title for (title,) in rows]

    return search


def tantivy(folder: Path) -> Titles:
    import tantivy as library

    index = library.Index.open(str(folder))

    def search(text: str) -> list[str]:
        searcher = index.searcher()
        query, _ = index.parse_query_lenient(text, ["title", "text"])
        return [searcher.doc(address)["title"][0] for _, address in searcher.search(query, 10).hits]

    return search


YARDSTICKS: dict[str, Callable[[Path], Titles]] = {"bare": bare, "fts5": fts5, "tantivy": tantivy}


def application(titles: Titles) -> Flask:
    app = Flask(__name__)

    @app.get("/api/v1/search")
    def search() -> Any:
        return jsonify({"results": titles(request.args["q"])})

    return app


def main() -> None:
    name, folder, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    listener = socket.create_server(("127.0.0.1", port), backlog=512)

    def refuse(status: int, path: str, language: str) -> tuple[str, list[tuple[str, str]], bytes]:
        return f"{status} Refused", [], b""

    with shared_metrics():
        wsgi = application(YARDSTICKS[name](folder))
        app = Application(wsgi, refuse, lambda *_: 0, lambda *_: Lane.SEARCHING, Metrics(), lambda: None)
        run(app, Options(2, 8, lambda replaces: None), listener)


if __name__ == "__main__":
    main()
