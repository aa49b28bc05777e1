"""Patterns of file names: ``**/*.html`` is every page, in any folder; ``2024/*.json`` those of one folder."""

from __future__ import annotations

import re
from pathlib import PurePath

from searchapp.ingest.names import name_on_disk

__all__ = ["pattern_of", "pattern_of_path", "split_pattern"]

_PARTS = re.compile(r"(\*\*/|\*\*|\*|\?)")
_MEANT = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def pattern_of(glob: str) -> re.Pattern[str]:
    """Return what matches the whole names that ``glob`` means."""
    return re.compile("".join(_MEANT.get(part, re.escape(part)) for part in _PARTS.split(glob)), re.DOTALL)


def pattern_of_path(path: PurePath) -> re.Pattern[str]:
    """Return what matches the name of ``path``, relative to its corpus, and of all that lies in it."""
    return re.compile(re.escape(name_on_disk(str(path))) + "(?:/.*)?", re.DOTALL)


def split_pattern(glob: str) -> tuple[str, str]:
    """Return the folder that ``glob`` begins with, and the pattern of the names below it."""
    parts = glob.split("/")
    fixed = next((number for number, part in enumerate(parts) if "*" in part or "?" in part), len(parts) - 1)
    return "/".join(parts[:fixed]) or ("/" if glob.startswith("/") else "."), "/".join(parts[fixed:])
