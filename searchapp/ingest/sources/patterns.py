"""Patterns of file names: ``**/*.html`` is every page in any folder, ``2024/*.json`` the files of one folder."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

from searchapp.ingest.file_names import name_on_disk

__all__ = ["NamePattern", "PathPattern", "split_pattern"]

_PARTS: Final = re.compile(r"(\*\*/|\*\*|\*|\?)")
_FOLDERS: Final = "**/"


class NamePattern:
    """A glob over whole names, as an automaton: a regular expression takes exponential time over many stars."""

    def __init__(self, glob: str) -> None:
        self._steps: list[str] = []
        for number, part in enumerate(_PARTS.split(glob)):
            if part == _FOLDERS:
                self._steps += [_FOLDERS, "**", "/"]
            else:
                self._steps += [part] if number % 2 else list(part)

    def matches(self, name: str) -> bool:
        """Return whether the glob matches the whole ``name``."""
        states = self._reached({0})
        for character in name:
            states = self._reached({after for state in states for after in self._after(state, character)})
        return len(self._steps) in states

    def _after(self, state: int, character: str) -> tuple[int, ...]:
        step = self._steps[state] if state < len(self._steps) else ""
        if step == "**" or (step == "*" and character != "/"):
            return (state,)
        return (state + 1,) if step == character or (step == "?" and character != "/") else ()

    def _reached(self, states: set[int]) -> set[int]:
        """Return ``states`` with those that follow without a character."""
        pending, reached = list(states), set(states)
        while pending:
            state = pending.pop()
            step = self._steps[state] if state < len(self._steps) else ""
            free = (state + 1, state + 3) if step == _FOLDERS else (state + 1,) if step in ("*", "**") else ()
            pending += set(free) - reached
            reached.update(free)
        return reached


class PathPattern:
    """The name of ``path``, relative to its corpus, and the names of all that lies in it."""

    def __init__(self, path: PurePath) -> None:
        self._name = name_on_disk(str(path))

    def matches(self, name: str) -> bool:
        """Return whether ``name`` is that of the path, or lies below it."""
        return name == self._name or name.startswith(f"{self._name}/")


def split_pattern(glob: str) -> tuple[str, str]:
    """Return the folder that ``glob`` begins with, and the pattern of the names below it."""
    parts = glob.split("/")
    fixed = next((number for number, part in enumerate(parts) if "*" in part or "?" in part), len(parts) - 1)
    return "/".join(parts[:fixed]) or ("/" if glob.startswith("/") else "."), "/".join(parts[fixed:])
