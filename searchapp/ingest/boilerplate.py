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
from functools import cache
from importlib import resources
from typing import Final

from searchapp.ingest.normalize import unaccented

__all__ = ["BOILERPLATE_FILE", "Boilerplate", "parse_boilerplate", "shipped_boilerplate"]

BOILERPLATE_FILE: Final = "boilerplate.txt"
_LONGEST: Final = 220
_OPENING: Final = 4
_STUB_TAIL: Final = 600


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """The phrases, folded: whole lines, beginnings of lines, what a paywall says; the first two letters of lines."""

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
        kept = [line for line in lines if not self._names(line)]
        return text if len(kept) == len(lines) else "\n".join(kept)

    def is_stub(self, text: str) -> bool:
        """Return whether ``text`` ends with what a paywall says."""
        tail = _folded(text[-_STUB_TAIL:])
        return any(phrase in tail for phrase in self.stubs)

    def _names(self, line: str) -> bool:
        # Every line of every article comes by here; two letters tell nine in ten that they are not meant.
        opening = _folded(line[:_OPENING]) if len(line) <= _LONGEST else ""
        if opening[:2] not in self.initials and opening[:1] not in self.initials:
            return False
        folded = _folded(line)
        return folded in self.lines or folded.startswith(self.openings)


def parse_boilerplate(lines: Iterable[str]) -> Boilerplate:
    """Return the list that ``lines`` write."""
    phrases = [_folded(line) for line in lines if line.strip() and not line.startswith("#")]
    plain = [phrase for phrase in phrases if not phrase.startswith("!")]
    plain = [phrase for phrase in plain if phrase.strip("* ")]
    return Boilerplate(
        lines=frozenset(phrase for phrase in plain if not phrase.endswith("*")),
        openings=tuple(phrase.removesuffix("*").rstrip() for phrase in plain if phrase.endswith("*")),
        stubs=tuple(phrase.removeprefix("!").strip() for phrase in phrases if phrase.startswith("!") and phrase != "!"),
        initials=frozenset(phrase.removesuffix("*").rstrip()[:2] for phrase in plain),
    )


@cache
def shipped_boilerplate() -> Boilerplate:
    """Return the list that comes with searchapp."""
    return parse_boilerplate(
        (resources.files("searchapp.ingest") / "data" / BOILERPLATE_FILE).read_text("utf-8").splitlines()
    )


def _folded(text: str) -> str:
    text = text.strip().casefold()
    if text.isascii():
        return text
    text = text.replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ")
    return unaccented(text)
