"""Lines that are no part of an article: « Abonnez-vous », « Lire aussi … ». A list of phrases, which users may replace.

A file ``boilerplate.txt`` at the root of a corpus takes the place of the list that comes with searchapp. One phrase a
line; a line of an article that is the phrase is dropped. A phrase that ends with ``*`` also drops what goes on after
it, up to a short paragraph. A phrase that begins with ``!`` marks an article as the stub that a paywall shows.
Capitals, accents and the kind of apostrophe do not matter; lines that begin with ``#`` are remarks. There are no
patterns to write, so none that could take forever.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from searchapp.ingest.cleaning.normalize import unaccented

__all__ = ["BOILERPLATE_FILE", "Boilerplate", "parse_boilerplate", "shipped_boilerplate"]

BOILERPLATE_FILE: Final = "boilerplate.txt"
_LONGEST: Final = 220
_OPENING: Final = 4
_STUB_TAIL: Final = 600


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """The phrases, folded: whole lines, beginnings of lines, notices of paywalls; the first four letters of lines."""

    lines: frozenset[str] = frozenset()
    openings: tuple[str, ...] = ()
    stubs: tuple[str, ...] = ()
    initials: frozenset[str] = frozenset()

    @property
    def phrases(self) -> tuple[str, ...]:
        """All phrases, in an order that is the same every time."""
        return (*sorted(self.lines), *self.openings, *self.stubs)

    def without(self, text: str) -> str:
        """Return ``text`` without the lines that the list names; the very same text when it names none."""
        lines = text.split("\n")
        kept = [line for line in lines if not line or len(line) > _LONGEST or not self._names(line)]
        return text if len(kept) == len(lines) else "\n".join(kept)

    def is_stub(self, text: str) -> bool:
        """Return whether ``text`` ends with the notice of a paywall."""
        tail = _folded(text[-_STUB_TAIL:])
        return any(phrase in tail for phrase in self.stubs)

    def _names(self, line: str) -> bool:
        # Called for every line of every article; four letters exclude nearly all of them.
        if not _may_begin(line[:_OPENING], self.initials):
            return False
        folded = _folded(line)
        return folded in self.lines or folded.startswith(self.openings)


def parse_boilerplate(lines: Iterable[str]) -> Boilerplate:
    """Parse a list of phrases, one a line."""
    phrases = [_folded(line) for line in lines if line.strip() and not line.startswith("#")]
    plain = [phrase for phrase in phrases if not phrase.startswith("!")]
    plain = [phrase for phrase in plain if phrase.strip("* ")]
    return Boilerplate(
        lines=frozenset(phrase for phrase in plain if not phrase.endswith("*")),
        openings=tuple(phrase.removesuffix("*").rstrip() for phrase in plain if phrase.endswith("*")),
        stubs=tuple(phrase.removeprefix("!").strip() for phrase in phrases if phrase.startswith("!") and phrase != "!"),
        initials=frozenset(phrase.removesuffix("*").rstrip()[:_OPENING] for phrase in plain),
    )


@cache
def shipped_boilerplate() -> Boilerplate:
    """Return the list that searchapp ships."""
    return parse_boilerplate(
        (resources.files("searchapp.ingest.cleaning") / "data" / BOILERPLATE_FILE).read_text("utf-8").splitlines()
    )


@lru_cache(8192)
def _may_begin(beginning: str, initials: frozenset[str]) -> bool:
    """Return whether a line that begins so may begin as one of ``initials`` does."""
    opening = _folded(f"{beginning}.")[:-1]  # a blank at its end stays one
    return len(opening) < _OPENING or not initials.isdisjoint(opening[:size] for size in range(1, _OPENING + 1))


def _folded(text: str) -> str:
    """Return ``text`` in small letters, without accents, with plain apostrophes and blanks."""
    text = text.strip()
    try:
        letters = text.replace("\u202f", " ").encode("cp1252")
    except UnicodeEncodeError:
        return _folded_slowly(text)
    if b"\xdf" in letters or b"\xb5" in letters:
        return _folded_slowly(text)
    folded = letters.translate(_FOLDED)
    return folded.decode("ascii" if folded.isascii() else "cp1252")


def _folded_slowly(text: str) -> str:
    return unaccented(text.casefold().replace("’", "'").replace("\u00a0", " ").replace("\u202f", " "))


def _folded_letter(letter: int) -> bytes:
    text = bytes([letter]).decode("cp1252", "ignore")
    return _folded_slowly(text).encode("cp1252", "ignore")


# All letters of a line at once: three steps for each of them took longer than reading its JSON. Two letters of
# Windows-1252 fold to something else than one of its letters: ß and µ.
_LETTERS: Final = [_folded_letter(letter) for letter in range(256)]
_FOLDED: Final = b"".join(folded if len(folded) == 1 else b"?" for folded in _LETTERS)
