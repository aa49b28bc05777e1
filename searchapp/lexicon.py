"""What a generation's articles say about words: spellings, families, likely corrections.

The lexicon is made from the engine's dictionary at the end of a reindex and lies beside the index as a small SQLite
file: a search looks up a few rows, so memory stays flat and opening costs nothing, however many words there are.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import groupby
from math import log
from pathlib import Path
from threading import Lock
from typing import Any, Final

from rapidfuzz.distance import OSA

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.analysis.stemmer import family_root

__all__ = ["FILE_NAME", "Lexicon", "build_lexicon", "sound"]

FILE_NAME: Final = "lexicon.sqlite"

_TABLES: Final = """
CREATE TABLE words (word TEXT PRIMARY KEY, form TEXT, documents INTEGER, size INTEGER, sound TEXT) WITHOUT ROWID;
CREATE TABLE stems (stem TEXT PRIMARY KEY, root TEXT, documents INTEGER) WITHOUT ROWID;
"""
_INDEXES: Final = """
CREATE INDEX words_by_start ON words (substr(word, 1, 1), size);
CREATE INDEX words_by_sound ON words (sound);
CREATE INDEX stems_by_root ON stems (root, documents DESC);
"""
# A word that fewer articles hold is as likely a misspelling itself.
_LEAST: Final = 3
_MOST_KIN: Final = 8
# How French people spell by ear: signs that sound alike become one (rules written for this project).
_SOUNDS: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        ("ph", "f"),
        ("th", "t"),
        ("rh", "r"),
        ("^h|(?<=[^cp])h", ""),
        ("qu|ck|k|c(?=[aoulrt]|$)", "k"),
        ("gu(?=[ei])", "g"),
        ("sc(?=[eiy])|c(?=[eiy])", "s"),
        ("y", "i"),
        ("eaux?$|aux?$|au|eau", "o"),
        ("ai|ei", "e"),
        ("(?:er|ez|ee|es|e|s|t|x|d)$", ""),
        (r"(.)\1", r"\1"),
        ("en|em", "an"),
        ("z", "s"),
    )
)


def sound(word: str) -> str:
    """Return a rough key of how a folded word sounds: « orthografe » and « orthographe » alike."""
    for pattern, replacement in _SOUNDS:
        word = pattern.sub(replacement, word)
    return word


def build_lexicon(path: Path, forms: Iterable[tuple[str, int]], analyzer: FrenchAnalyzer) -> None:
    """Write a lexicon from (exact form, document frequency) pairs; a form may come several times."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)
        connection.execute("CREATE TEMP TABLE forms (word TEXT, form TEXT, stem TEXT, documents INTEGER)")
        connection.executemany("INSERT INTO forms VALUES (?, ?, ?, ?)", _forms(forms, analyzer))
        rows = connection.execute("SELECT word, form, sum(documents) n FROM forms GROUP BY 1, 2 ORDER BY 1, n DESC, 2")
        connection.executemany("INSERT INTO words VALUES (?, ?, ?, ?, ?)", list(_words(rows)))
        stems = connection.execute("SELECT stem, sum(documents) FROM forms GROUP BY 1").fetchall()
        connection.executemany(
            "INSERT INTO stems VALUES (?, ?, ?)", ((stem, family_root(stem), count) for stem, count in stems)
        )
        connection.executescript(_INDEXES)


def _forms(forms: Iterable[tuple[str, int]], analyzer: FrenchAnalyzer) -> Iterator[tuple[str, str, str, int]]:
    """Yield the forms that are words of four letters or more; others are never corrected and have no family."""
    for form, documents in forms:
        term = analyzer.term(form)
        if len(term.word) > 3 and term.word.isalpha() and not term.small:
            yield term.word, form, term.stem, documents


def _words(rows: Iterable[tuple[str, str, int]]) -> Iterator[tuple[str, str, int, int, str]]:
    """Yield each folded word with its commonest form, how many articles hold it, its length and its sound."""
    for word, group in groupby(rows, key=lambda row: row[0]):
        entries = list(group)
        yield word, entries[0][1], sum(count for _, _, count in entries), len(word), sound(word)


class Lexicon:
    """Looks words up. Safe to share between threads; a file that is not there is a lexicon without words."""

    def __init__(self, path: Path, analyzer: FrenchAnalyzer) -> None:
        self._analyzer = analyzer
        self._lock = Lock()
        if path.is_file():
            self._connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
        else:
            self._connection = sqlite3.connect(":memory:", check_same_thread=False)
            self._connection.executescript(_TABLES)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def kin(self, stem: str) -> tuple[str, ...]:
        """Return the other stems of the family of ``stem`` that articles hold, the commonest first, at most eight."""
        rows = self._rows(
            "SELECT stem FROM stems WHERE root = ? AND stem != ? ORDER BY documents DESC, stem LIMIT ?",
            (family_root(stem), stem, _MOST_KIN),
        )
        return tuple(stem for (stem,) in rows) if len(stem) > 3 else ()

    def likely(self, term: Term) -> tuple[Term, ...]:
        """Return what was probably meant by a word that no article holds; nothing when nothing is likely."""
        word = term.word
        if len(word) < 5 or not word.isalpha():
            return ()
        glued = self._lost_apostrophe(word)
        found = glued or self._nearest(word) or self._lost_space(word)
        return tuple(self._analyzer.term(form) for form in found)

    def _nearest(self, word: str) -> tuple[str, ...]:
        """Return the word that costs least to get at: few edits, the same sound, many articles."""
        limit, heard = (1 if len(word) < 9 else 2), sound(word)
        rows = self._rows(
            "SELECT word, form, documents, sound FROM words WHERE substr(word, 1, 1) = ? AND size BETWEEN ? AND ?"
            " UNION SELECT word, form, documents, sound FROM words WHERE sound = ?",
            (word[0], len(word) - limit, len(word) + limit, heard),
        )
        best: tuple[float, str, str] | None = None
        for other, form, documents, other_sound in rows:
            alike = other_sound == heard
            edits = OSA.distance(word, other, score_cutoff=limit + alike)
            if documents >= _LEAST and (edits <= limit or alike):
                price = (edits - 0.75 * alike - 0.15 * log(documents), other, form)
                best = min(best or price, price)
        return (best[2],) if best else ()

    def _lost_apostrophe(self, word: str) -> tuple[str, ...]:
        """Return « essai » for « dessai »."""
        heads = [head for head in ("qu", *"ldjmtsnc") if word.startswith(head)]
        rests = (word.removeprefix(head) for head in heads)
        known = (self._form(rest) for rest in rests if rest[:1] in "aeiouyh" and len(rest) > 3)
        return next(((form,) for form, documents in known if documents >= _LEAST), ())

    def _lost_space(self, word: str) -> tuple[str, ...]:
        """Return « rupture » and « conventionnelle » for the two written as one."""
        cuts = [(self._form(word[:at]), self._form(word[at:])) for at in range(4, len(word) - 3)]
        known = [cut for cut in cuts if min(documents for _, documents in cut) >= 2 * _LEAST]
        best = max(known, key=lambda cut: min(documents for _, documents in cut), default=())
        return tuple(form for form, _ in best)

    def _form(self, word: str) -> tuple[str, int]:
        rows = self._rows("SELECT form, documents FROM words WHERE word = ?", (word,))
        return rows[0] if rows else (word, 0)

    def _rows(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()
