"""The stems that no rule reaches: a table of inflected forms, made by ``python -m scripts.stems``.

A line holds the forms with the same four first letters, which it begins with: ``=`` and a stem, then its forms, and so
on. A line is taken apart when a word that begins so is first asked for: a search needs a few, and reading all
of them would take longer than the search. The file is not compressed for the same reason.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

__all__ = ["BEGINNING", "STEMS", "digest", "irregular_forms"]

BEGINNING: Final = 4
# Looked at before the rest of the table: words of a stem mostly begin with the same two letters.
_SHARED: Final = 2


class _Stems(dict[str, dict[str, str]]):
    """Stems by folded form, by the form's first letters."""

    def __missing__(self, beginning: str) -> dict[str, str]:
        stems = self[beginning] = {}
        for stem, forms in _groups(_lines().get(beginning, "")):
            stems.update(dict.fromkeys(forms, stem))
        return stems


STEMS: Final = _Stems()


@cache
def irregular_forms() -> dict[str, tuple[str, ...]]:
    """Return, by stem, the forms that do not begin with the stem's first two letters: « yeux » of « oeil »."""
    found: dict[str, list[str]] = {}
    for beginning, line in _lines().items():
        for stem, forms in _groups(line):
            if stem[:_SHARED] != beginning[:_SHARED]:
                found.setdefault(stem, []).extend(forms)
    return {stem: tuple(forms) for stem, forms in found.items()}


@cache
def digest() -> str:
    """Return hexadecimal digits that change with the table: part of the analyzer's fingerprint."""
    return f"{zlib.crc32(_data()):08x}"


def _groups(line: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each stem of a line with its forms."""
    for group in line.split("=")[1:]:
        stem, *forms = group.split()
        yield stem, forms


@cache
def _lines() -> dict[str, str]:
    lines = _data().decode("ascii").splitlines()
    return {line.partition(" ")[0]: line for line in lines if not line.startswith("#")}


def _data() -> bytes:
    return (resources.files("searchapp.analysis") / "data/stems.txt").read_bytes()
