"""Walks through the rooms: which rooms a piece of work enters, traced while it runs.

A *room* is a package of searchapp; a module belongs to the innermost one that it lies in. ``python -m tests.walks``
prints the walk of a query and that of an article, as ARCHITECTURE.md has them.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

from searchapp import bootstrap, create_app
from searchapp.config import Config

__all__ = ["Walk", "walk_of_a_query", "walk_of_an_article"]

PACKAGE = Path(bootstrap.__file__).parents[1]
# Settings are read, and what bootstrap hands down (the choice of an engine) is called, on any floor.
_NO_STOPS = ("searchapp.bootstrap", "searchapp.config")
ARTICLE = "---\ntitle: Le bac de l’Orle reprend du service\ndate: 2024-11-06\n---\nLe capitaine n’y croyait plus.\n"


@dataclass(frozen=True, slots=True)
class Walk:
    """The rooms that a piece of work entered.

    ``entered`` has for each room the module that was called first from another room, in the order of these calls.
    ``returns`` are the modules that were called in a room which their chain of calls had left: room → other → room.
    ``stages`` has for each calling room ("" for loose modules) the rooms that it called, in order of time; a room that
    it called again after another one is there twice. Constructors, properties of classes and the next item of a
    generator do not count as calls.
    """

    entered: dict[str, str] = field(default_factory=dict)
    returns: set[str] = field(default_factory=set)
    stages: dict[str, list[str]] = field(default_factory=dict)

    @property
    def modules(self) -> list[str]:
        """The modules entered, in order, without the name of the package."""
        return [module.removeprefix("searchapp.") for module in self.entered.values()]


def walk_of_an_article(folder: Path) -> Walk:
    """Return the walk of a reindex over one Markdown file in a new corpus."""
    config = _corpus(folder)
    return _trace(lambda: bootstrap.reindex(config))


def walk_of_a_query(folder: Path) -> Walk:
    """Return the walk of a search through the endpoint, in a server that has answered another one before."""
    config = _corpus(folder)
    bootstrap.reindex(config)
    client = create_app(config).test_client()

    def ask(query: str) -> None:
        if client.get("/api/v1/search", query_string={"q": query}).get_json()["total"] != 1:
            raise AssertionError(query)

    ask("service")
    return _trace(lambda: ask("capitaine"))


def _corpus(folder: Path) -> Config:
    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    (corpus / "bac.md").write_text(ARTICLE, "utf-8")
    return bootstrap.load_config({"corpus": corpus, "index": folder / "index", "engine": "whoosh", "jobs": 1})


def _trace(work: Callable[[], object]) -> Walk:
    walk = Walk()
    stack: list[str] = []

    def profile(frame: FrameType, event: str, _: Any) -> None:
        if event == "return" and stack:
            stack.pop()
        if event != "call":
            return
        module = str(frame.f_globals.get("__name__", ""))
        visited = _is_visit(frame) and not module.startswith(_NO_STOPS)
        room = room_of(module) if visited else ""
        rooms = [name for name in stack if name]
        if room and rooms[-1:] != [room]:
            walk.entered.setdefault(room, module)
            called = walk.stages.setdefault(rooms[-1] if rooms else "", [])
            called += [room] if called[-1:] != [room] else []
            if room in rooms:
                walk.returns.add(module)
        stack.append(room)

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return walk


def _is_visit(frame: FrameType) -> bool:
    code = frame.f_code
    is_function = bool(code.co_flags & inspect.CO_OPTIMIZED) and not code.co_flags & inspect.CO_GENERATOR
    is_value = code.co_name.startswith(("__", "<")) and code.co_name != "__call__"
    return is_function and not is_value


@cache
def room_of(module: str) -> str:
    """Return the innermost package of searchapp that ``module`` lies in; "" for loose and for foreign modules.

    An adapter is one room, whatever packages it is made of.
    """
    if adapter := re.match(r"searchapp\.engines\.\w+_engine(?=\.|$)", module):
        return adapter[0]
    if not module.startswith("searchapp."):
        return ""
    folder = PACKAGE.joinpath(*module.split(".")[1:])
    package = module if folder.is_dir() else module.rpartition(".")[0]
    return package if package != "searchapp" else ""


if __name__ == "__main__":
    for walk_of in (walk_of_a_query, walk_of_an_article):
        with TemporaryDirectory() as temporary:
            walk = walk_of(Path(temporary))
        print(f"{walk_of.__name__.removeprefix('walk_of_')}: {' → '.join(walk.modules)}")  # noqa: T201
        print(f"returns: {sorted(walk.returns)}")  # noqa: T201
        for room, called in walk.stages.items():
            print(f"  {room or 'bootstrap'} calls {' → '.join(called)}".replace("searchapp.", ""))  # noqa: T201
