"""ARCHITECTURE.md agrees with the code: rooms, ``__all__``, import rules, walks, and every path that a page names."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from benchmarks.house import duplicate_names
from tests.conftest import SLOW
from tests.walks import Walk, room_of, walk_of_a_query, walk_of_an_article

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "searchapp"
LOOSE = {"__init__", "__main__", "i18n", "measuring", "model", "schema"}
# One room an engine: the same names in each are the same things behind another library.
ADAPTERS = re.compile(r"engines/\w+_engine/")
PAGES = sorted(
    page for pattern in ("*.md", "docs/*.md", "benchmarks/*.md", "corpus/README.md") for page in ROOT.glob(pattern)
)
MAP = (ROOT / "ARCHITECTURE.md").read_text("utf-8")


def modules() -> list[str]:
    files = (path.relative_to(ROOT).with_suffix("") for path in sorted(PACKAGE.rglob("*.py")))
    return [".".join(file.parts).removesuffix(".__init__") for file in files]


ROOMS = sorted({room for module in modules() if (room := room_of(module))})


def children(package: str) -> set[str]:
    """Return the modules and rooms directly in ``package``."""
    return {module for module in modules() if module.rpartition(".")[0] == package}


def section(title: str) -> str:
    return MAP.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_only_the_allowed_modules_lie_loose_at_the_top() -> None:
    assert {file.stem for file in PACKAGE.glob("*.py")} == LOOSE


def test_a_module_name_occurs_once_unless_its_rooms_are_adapters() -> None:
    repeated = {
        name: paths
        for name, paths in duplicate_names(PACKAGE).items()
        # The schema of the articles, which each engine has in its own words.
        if sum(not ADAPTERS.match(path) and path != "schema.py" for path in paths)
    }
    assert repeated == {}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_opens_with_the_words_that_one_needs_in_it(room: str) -> None:
    docstring = importlib.import_module(room).__doc__ or ""
    assert len(re.findall(r"[.:](?=\s|$)", docstring)) >= 2, f"{room} needs a docstring of at least two sentences"
    for name in re.findall(r":mod:`~?([\w.]+)`", docstring):
        assert importlib.util.find_spec(name, package=room), f"{room} tells of {name}, which does not exist"


@pytest.mark.parametrize("room", ROOMS)
def test_the_docstring_of_a_room_names_modules_that_it_has(room: str) -> None:
    docstring = importlib.import_module(room).__doc__ or ""
    entries = re.findall(r"^- ((?:``\w+``(?:, |; )?)+)", docstring, re.MULTILINE)
    listed = re.findall(r"``(\w+)``", " ".join(entries))
    assert [name for name in listed if f"{room}.{name}" not in modules()] == []


@pytest.mark.parametrize("room", [room for room in ROOMS if hasattr(importlib.import_module(room), "__all__")])
def test_a_door_offers_what_it_says_and_no_more_is_taken_through_it(room: str) -> None:
    module: ModuleType = importlib.import_module(room)
    offered = module.__all__
    assert len(set(offered)) == len(offered)
    assert [name for name in offered if not hasattr(module, name)] == []
    inside = {child.rpartition(".")[2] for child in children(room)}
    assert taken_through(room) - inside - set(offered) == set()


def taken_through(room: str) -> set[str]:
    """Return the names that modules outside ``room`` import from it."""
    return {
        name for module, other, name in imported_names() if other == room and not f"{module}.".startswith(f"{room}.")
    }


@cache
def imported_names() -> list[tuple[str, str, str]]:
    """Return (module, module that it imports from, name), imports inside functions included."""
    return [
        (module, node.module or "", alias.name)
        for module in modules()
        for node in ast.walk(ast.parse(source_of(module)))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]


def source_of(module: str) -> str:
    path = ROOT.joinpath(*module.split("."))
    return (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text("utf-8")


def contracts() -> Iterator[tuple[str, list[str]]]:
    """Yield the package and the names of each import-linter contract about layers."""
    settings: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for contract in settings["tool"]["importlinter"]["contracts"]:
        if contract["type"] == "layers":
            named = [name.strip() for layer in contract["layers"] for name in layer.split("|")]
            yield named[0].rpartition(".")[0], named


def test_the_import_rules_name_every_room_and_module_of_the_packages_that_they_order() -> None:
    ordered = dict(contracts())
    assert [child for package, named in ordered.items() for child in sorted(children(package) - set(named))] == []
    assert [name for name in chain(*ordered.values()) if name not in modules()] == []
    inner = {room.rpartition(".")[0] for room in ROOMS}
    assert inner <= set(ordered), "a package with rooms in it needs a contract about their order"


def test_the_map_lists_the_rooms_that_there_are() -> None:
    listed, folders = set[str](), ["searchapp"]
    for line in section("The rooms").partition("```")[2].partition("```")[0].splitlines():
        if entry := re.match(r"( *)([\w.]+)(/?)(?:\s|$)", line):
            depth = len(entry[1]) // 2
            folders[depth:] = [entry[2]]
            assert ROOT.joinpath(*folders).exists(), f"ARCHITECTURE.md lists {'/'.join(folders)}"
            listed.add(".".join(folders).removesuffix(".py"))
    expected = {*ROOMS, *(f"searchapp.{name}" for name in LOOSE)}
    assert listed & set(modules()) - {"searchapp"} == expected - {"searchapp.__init__"}


@pytest.mark.parametrize(
    ("title", "walk_of"), [("A query", walk_of_a_query), ("An article", walk_of_an_article)], ids=["query", "article"]
)
def test_a_walk_enters_each_room_once_as_the_map_says(title: str, walk_of: Any, tmp_path: Path) -> None:
    walk: Walk = walk_of(tmp_path)
    assert walk.returns == set()
    documented = re.search(rf"^{title}: ((?:[\w.`]+(?:\s→\s)?)+)", section("The rooms"), re.MULTILINE)
    assert documented
    assert documented[1].replace("`", "").split() == " → ".join(walk.modules).split(), "run: python -m tests.walks"


def test_the_endpoint_and_bootstrap_call_each_room_once(tmp_path: Path) -> None:
    # The rooms that coordinate, search and indexing, call an engine once for each of their stages.
    query, article = walk_of_a_query(tmp_path / "query"), walk_of_an_article(tmp_path / "article")
    # At its end the request lets go of the generation that it kept to.
    assert query.stages["searchapp.web"] == ["searchapp.search", "searchapp.output", "searchapp.search"]
    assert article.stages[""] == ["searchapp.ingest.sources", "searchapp.analysis", "searchapp.indexing"]


def named_paths(page: Path) -> Iterator[str]:
    """Yield the paths of the tree that a page names: in links, in code spans, and as modules that one runs."""
    text = page.read_text("utf-8")
    yield from (link for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in link)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    for span in re.findall(r"`([^`\n]+)`", prose):
        if re.fullmatch(r"[\w.-]+(?:/[\w.-]+)*/?", span) and not span.startswith("../") and is_ours(span):
            yield span
    yield from (
        f"{module.replace('.', '/')}" for module in re.findall(r"python -m ((?:tests|benchmarks)[\w.]*\w)", text)
    )


def is_ours(path: str) -> bool:
    """Return whether ``path`` names a part of the tree, rather than a file of a user or an address."""
    first = path.partition("/")[0]
    is_room = "/" in path and (PACKAGE / first).is_dir() and not path.startswith(("corpus/", "index/"))
    return path.endswith(".py") or is_room or first in ("searchapp", "tests", "benchmarks", "docs", ".ci", ".github")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    assert [path for path in named_paths(page) if not exists(path, page)] == []


def exists(path: str, page: Path) -> bool:
    """Return whether a path exists, seen from the page or from above; folders that commands make count as well."""
    if f"/{path.rstrip('/')}/" in (ROOT / ".gitignore").read_text("utf-8").splitlines():
        return True
    if any(base.exists() for base in (page.parent / path, ROOT / path, PACKAGE / path, ROOT / f"{path}.py")):
        return True
    return "/" not in path and any(next(folder.rglob(path), None) for folder in (PACKAGE, ROOT / "tests"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_page_names_a_folder_outside_the_tree_but_that_of_optional_data(page: Path) -> None:
    assert re.findall(r"\.\./(?!shared\b)\w[\w/]*|(?<![\w.:/])/(?:home|root|work|tmp|Users)/\w+", outside(page)) == []


def outside(page: Path) -> str:
    """Return the text of a page without links to other pages, code spans about addresses, and its examples."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"\]\([^)]*\)|`x/[^`]*`", "", text)


@pytest.mark.parametrize("name", SLOW)
def test_what_is_marked_slow_exists(name: str) -> None:
    path, _, test = name.partition("::")
    assert (ROOT / "tests" / path).exists()
    assert f"def {test}" in ((ROOT / "tests" / path).read_text("utf-8") if test else "def ")
