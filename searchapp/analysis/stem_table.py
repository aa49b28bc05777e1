"""The stems that no rule reaches: a table of inflected forms, made by ``python -m scripts.stems``.

One line holds the forms with the same three first letters, form and stem by turns. A line is taken apart when a word
that begins so is first asked for: a search needs a few, and reading all of them would take longer than the search.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

__all__ = ["digest", "irregular_forms", "table_stem"]

_BEGINNING: Final = 3
# Looked at before the rest of the table: words of a stem mostly begin with the same two letters.
_SHARED: Final = 2


def table_stem(word: str) -> str | None:
    """Return the stem of a folded word that is in the table."""
    return _forms(word[:_BEGINNING]).get(word)


@cache
def irregular_forms() -> dict[str, tuple[str, ...]]:
    """Return, by stem, the forms that do not begin with the stem's first two letters: « yeux » of « oeil »."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in _lines().values():
        for form, stem in _pairs(line):
            if form[:_SHARED] != stem[:_SHARED]:
                found[stem].append(form)
    return {stem: tuple(forms) for stem, forms in found.items()}


def digest() -> str:
    """Return hexadecimal digits that change with the table: part of the analyzer's fingerprint."""
    data = _data()
    return f"{int.from_bytes(data[-8:], 'little'):016x}"  # of a gzip file: CRC-32 and length of what is packed


@cache
def _forms(beginning: str) -> dict[str, str]:
    return dict(_pairs(_lines().get(beginning, "")))


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    words = line.split()
    return zip(words[::2], words[1::2], strict=True)


@cache
def _lines() -> dict[str, str]:
    lines = gzip.decompress(_data()).decode("ascii").splitlines()
    return {line[:_BEGINNING].rstrip(): line for line in lines if not line.startswith("#")}


def _data() -> bytes:
    return (resources.files("searchapp.analysis") / "data/stems.txt.gz").read_bytes()
