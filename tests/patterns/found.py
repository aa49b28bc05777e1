"""Every regular expression of searchapp: in modules, classes and functions, and built as it runs."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import BuiltinMethodType, ModuleType
from typing import Any

import searchapp

ROOT = Path(searchapp.__file__).parent
CALLS = frozenset(["compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"])
USES = CALLS - {"compile"}


@dataclass(frozen=True)
class Found:
    """A pattern, where it stands, and the operations that the code uses it with."""

    place: str
    pattern: re.Pattern[Any]
    uses: frozenset[str]


def built_at_run_time() -> dict[str, list[re.Pattern[Any]]]:
    """Patterns whose text is put together inside a function, by the function: examples of the worst that it makes."""
    return {
        "searchapp.ingest.formats.frontmatter.split_front_matter": [re.compile(r"^\-\-\-[ \t]*$", re.MULTILINE)],
        "searchapp.search.literal._pattern": [
            re.compile(r"(?<![\w+#&@])(?:[aàâ][bB][\W_]{1,4}c\+\+)(?![\w+#&@])", re.IGNORECASE)
        ],
        "searchapp.search.corrections.suggestion": [re.compile(r"(?<!\w)aa(?!\w)", re.IGNORECASE)],
    }


def patterns() -> list[Found]:
    """Return each pattern, where it is first seen, with the operations that any module uses it with."""
    found: dict[int, Found] = {}
    for one in _all():
        known = found.get(id(one.pattern), one)
        found[id(one.pattern)] = Found(known.place, one.pattern, known.uses | one.uses)
    return [Found(one.place, one.pattern, one.uses or frozenset(["search"])) for one in found.values()]


def _all() -> Iterator[Found]:
    for module in modules():
        source = ast.parse(Path(module.__file__ or "").read_text("utf-8"))
        for name, pattern in _in_namespace(vars(module), module):
            yield Found(f"{module.__name__}.{name}", pattern, _uses(source, re.split(r"[.\[]", name)[0]))
        for function, call in _calls_in_functions(source):
            if (pattern := _literal(call)) is not None:
                yield Found(f"{module.__name__}.{function}", pattern, frozenset([_operation(call)]) & USES)
    for place, examples in built_at_run_time().items():
        for pattern in examples:
            yield Found(place, pattern, frozenset(["search"]))


def unlisted() -> set[str]:
    """Return the functions that build patterns and are not among those of :func:`built_at_run_time`."""
    return {
        place
        for module in modules()
        for function, call in _calls_in_functions(ast.parse(Path(module.__file__ or "").read_text("utf-8")))
        if _literal(call) is None and (place := f"{module.__name__}.{function}") not in built_at_run_time()
    }


def modules() -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(searchapp.__path__, "searchapp."):
        if info.name != "searchapp.__main__":
            yield importlib.import_module(info.name)


def _in_namespace(names: dict[str, Any], module: ModuleType) -> Iterator[tuple[str, re.Pattern[Any]]]:
    for name, value in list(names.items()):
        if isinstance(value, type) and value.__module__ == module.__name__:
            for inner, pattern in _in_namespace(dict(vars(value)), module):
                yield f"{name}.{inner}", pattern
        else:
            yield from ((f"{name}{index}", pattern) for index, pattern in _inside(value, 0))


def _inside(value: object, depth: int) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Yield the patterns that ``value`` is or holds, with where."""
    if isinstance(value, re.Pattern):
        yield "", value
        return
    if depth > 4:
        return
    parts: list[tuple[str, object]] = []
    if isinstance(value, dict):
        parts = [(f"[{key!r}]", part) for key, item in value.items() for part in (key, item)]
    elif isinstance(value, tuple | list | set | frozenset):
        parts = [(f"[{number}]", part) for number, part in enumerate(value)]
    elif isinstance(value, partial):
        parts = [("()", value.func), ("()", value.args), ("()", value.keywords)]
    elif isinstance(value, BuiltinMethodType):  # _WORD.match
        parts = [(f".{value.__name__}", value.__self__)]
    elif type(value).__module__.startswith("searchapp") and hasattr(value, "__dict__"):
        parts = [(f".{key}", part) for key, part in vars(value).items()]
    for place, part in parts:
        yield from ((f"{place}{index}", pattern) for index, pattern in _inside(part, depth + 1))


def _calls_in_functions(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            yield from ((function.name, node) for node in ast.walk(function) if _operation(node))


def _operation(node: ast.AST) -> str:
    """Return ``sub`` for the call ``re.sub(...)``; nothing for anything else."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in CALLS:
        return ""
    return node.func.attr if isinstance(node.func.value, ast.Name) and node.func.value.id == "re" else ""


def _literal(call: ast.Call) -> re.Pattern[Any] | None:
    try:
        return re.compile(ast.literal_eval(call.args[0]))
    except ValueError:
        return None


def _uses(tree: ast.Module, name: str) -> frozenset[str]:
    """Return the operations that the module uses the pattern ``name`` with."""
    found = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
    }
    return frozenset(found & USES)
