"""The figures of the package: modules, loose modules, functions and their lines, module names that occur twice.

``python -m benchmarks.house [PACKAGE]`` prints them as JSON for the folder PACKAGE, by default ``searchapp`` of this
tree. It reads source text only, so it can be pointed at another commit's checkout.
"""

from __future__ import annotations

import ast
import json
import sys
from collections import Counter
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any

__all__ = ["duplicate_names", "figures", "function_lines"]

PACKAGE = Path(__file__).parents[1] / "searchapp"


def main() -> None:
    print(json.dumps(figures(Path(sys.argv[1]) if sys.argv[1:] else PACKAGE), indent=2, ensure_ascii=False))


def figures(package: Path) -> dict[str, Any]:
    """Return the counts, the spread of sizes in lines, and the names of modules that occur more than once."""
    modules = sorted(package.rglob("*.py"))
    lines = sorted(count for module in modules for count in function_lines(module))
    sizes = sorted(len(module.read_text("utf-8").splitlines()) for module in modules)
    return {
        "modules": len(modules),
        "loose_modules": len(list(package.glob("*.py"))),
        "rooms": sum(1 for _ in package.rglob("__init__.py")) - 1,
        "module_lines": _spread(sizes),
        "functions": len(lines),
        "function_lines": _spread(lines),
        "duplicate_names": duplicate_names(package),
    }


def function_lines(module: Path) -> Iterator[int]:
    """Yield the lines of each function and method, from ``def`` to the last line, docstring included."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or 0) - node.lineno + 1


def duplicate_names(package: Path) -> dict[str, list[str]]:
    """Return the module names that occur more than once, with the modules' paths."""
    modules = [module for module in sorted(package.rglob("*.py")) if module.stem != "__init__"]
    counts = Counter(module.stem for module in modules)
    return {
        name: [module.relative_to(package).as_posix() for module in modules if module.stem == name]
        for name, count in sorted(counts.items())
        if count > 1
    }


def _spread(sizes: list[int]) -> dict[str, int]:
    return {name: sizes[ceil(part * len(sizes)) - 1] for name, part in (("median", 0.5), ("p90", 0.9), ("max", 1.0))}


if __name__ == "__main__":
    main()
