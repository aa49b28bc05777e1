"""What a generation's articles say about words: spellings, families, likely corrections.

The lexicon is made from the engine's dictionary at the end of a reindex and lies beside the index as a small SQLite
file: a search looks up a few rows, so memory stays flat and opening costs nothing, however many words there are.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from itertools import chain, islice
from math import log
from pathlib import Path
from threading import Lock
from typing import Any, Final

from rapidfuzz.distance import OSA

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.analysis.stemmer import family_root
from searchapp.derived.databases import open_database, reading_database

__all__ = ["FILE_NAME", "TABLES", "Lexicon", "build_lexicon", "grow_lexicon", "sound"]

FILE_NAME: Final = "lexicon.sqlite"

# A word that fewer articles hold is as likely a misspelling itself: it is never what was meant, and has no sound.
_LEAST: Final = 3
_MOST_KIN: Final = 8
# Words that are heard at a time.
_BATCH: Final = 10_000

# ``words`` has of each folded word its commonest form, ``forms`` the others; ``documents`` counts all of them.
_TABLES: Final = """
CREATE TABLE words (word TEXT PRIMARY KEY, form TEXT, documents INTEGER, size INTEGER, sound TEXT) WITHOUT ROWID;
CREATE TABLE forms (word TEXT, form TEXT, documents INTEGER, PRIMARY KEY (word, form)) WITHOUT ROWID;
CREATE TABLE stems (stem TEXT PRIMARY KEY, root TEXT, documents INTEGER) WITHOUT ROWID;
"""
_INDEXES: Final = f"""
CREATE INDEX words_by_start ON words (substr(word, 1, 1), size) WHERE documents >= {_LEAST};
CREATE INDEX words_by_sound ON words (sound) WHERE documents >= {_LEAST};
CREATE INDEX stems_by_root ON stems (root, documents DESC);
"""
_NEAREST: Final = f"""
SELECT word, form, documents, sound FROM words
WHERE documents >= {_LEAST} AND substr(word, 1, 1) = ? AND size BETWEEN ? AND ?
UNION SELECT word, form, documents, sound FROM words WHERE documents >= {_LEAST} AND sound = ?
"""  # noqa: S608 - a number of ours, which an index on a part of the rows needs to see
_NEW_WORD: Final = "INSERT INTO words VALUES (?, ?, ?, ?, ?)"
_NEW_FORM: Final = "INSERT INTO forms VALUES (?, ?, ?)"
_NEW_STEM: Final = "INSERT INTO stems VALUES (?, ?, ?)"
TABLES: Final = _TABLES + _INDEXES
# The file is a private copy until its generation is published: a crash costs it whole anyway.
_FAST: Final = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"

# How French people spell by ear: signs that sound alike become one (rules written for this project).
_SOUNDS: Final = tuple(
    (re.compile(pattern, re.MULTILINE), replacement)
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


def sound(words: str) -> str:
    """Return a rough key of how a folded word sounds: « orthografe » and « orthographe » alike.

    Of several words, a line each, it gives a line each, for a tenth of the price.
    """
    for pattern, replacement in _SOUNDS:
        words = pattern.sub(replacement, words)
    return words


def build_lexicon(path: Path, forms: Iterable[tuple[str, int]], analyzer: FrenchAnalyzer) -> None:
    """Write a lexicon from (exact form, document frequency) pairs; a form may come several times."""
    totals: dict[str, int] = {}
    for form, documents in forms:
        totals[form] = totals.get(form, 0) + documents
    words: dict[str, dict[str, int]] = {}
    stems: Counter[str] = Counter()
    for form, documents in totals.items():
        if term := _counted(form, analyzer):
            words.setdefault(term.word, {})[form] = documents
            stems[term.stem] += documents
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_FAST + _TABLES)
        ordered = sorted(words)  # what comes in the order of its key is laid down quickest
        connection.executemany(_NEW_WORD, _word_rows((word, words[word]) for word in ordered))
        connection.executemany(_NEW_FORM, chain.from_iterable(_form_rows(word, words[word]) for word in ordered))
        connection.executemany(_NEW_STEM, ((stem, family_root(stem), stems[stem]) for stem in sorted(stems)))
        connection.executescript(_INDEXES)


def grow_lexicon(path: Path, changes: Mapping[str, int], analyzer: FrenchAnalyzer) -> None:
    """Change the lexicon at ``path``, which nobody else has open, to what :func:`build_lexicon` would make now.

    ``changes`` says by how much the document frequency of an exact form, summed over the parts of articles, went up or
    down; a form that is left with none is forgotten. The cost follows the number of changes. After an exception the
    file is worth nothing.
    """
    words: dict[str, dict[str, int]] = {}
    stems: dict[str, str] = {}
    for form, change in changes.items():
        if change and (term := _counted(form, analyzer)):
            words.setdefault(term.word, {})[form] = change
            stems[term.word] = term.stem
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_FAST)
        stem_changes: Counter[str] = Counter()
        for word in sorted(words):
            stem_changes[stems[word]] += _change_word(connection, word, words[word])
        for stem, change in stem_changes.items():
            _change_stem(connection, stem, change)


def _change_word(connection: sqlite3.Connection, word: str, changes: Mapping[str, int]) -> int:
    """Write the rows of ``word`` anew; return how many documents more it has."""
    counts = dict(connection.execute("SELECT form, documents FROM forms WHERE word = ?", (word,)).fetchall())
    for form, documents in connection.execute("SELECT form, documents FROM words WHERE word = ?", (word,)):
        counts[form] = documents - sum(counts.values())
    before = sum(counts.values())
    for form, change in changes.items():
        counts[form] = counts.get(form, 0) + change
    counts = {form: documents for form, documents in counts.items() if documents > 0}
    connection.execute("DELETE FROM words WHERE word = ?", (word,))
    connection.execute("DELETE FROM forms WHERE word = ?", (word,))
    if counts:
        connection.executemany(_NEW_WORD, _word_rows([(word, counts)]))
        connection.executemany(_NEW_FORM, _form_rows(word, counts))
    return sum(counts.values()) - before


def _change_stem(connection: sqlite3.Connection, stem: str, change: int) -> None:
    ((documents,),) = connection.execute("SELECT total(documents) FROM stems WHERE stem = ?", (stem,))
    connection.execute("DELETE FROM stems WHERE stem = ?", (stem,))
    if (left := int(documents) + change) > 0:
        connection.execute(_NEW_STEM, (stem, family_root(stem), left))


def _counted(form: str, analyzer: FrenchAnalyzer) -> Term | None:
    """Return the term of a word of four letters or more; others are never corrected and have no family."""
    term = analyzer.term(form)
    return term if len(term.word) > 3 and term.word.isalpha() and not term.is_stopword else None


def _word_rows(words: Iterable[tuple[str, Mapping[str, int]]]) -> Iterator[tuple[str, str, int, int, str | None]]:
    """Yield the row of each word, given with its forms."""
    entries = iter(words)
    while batch := list(islice(entries, _BATCH)):
        totals = [sum(counts.values()) for _, counts in batch]
        frequent = [word for (word, _), documents in zip(batch, totals, strict=True) if documents >= _LEAST]
        sounds = dict(zip(frequent, sound("\n".join(frequent)).split("\n"), strict=False))
        for (word, counts), documents in zip(batch, totals, strict=True):
            yield word, _commonest(counts), documents, len(word), sounds.get(word)


def _form_rows(word: str, counts: Mapping[str, int]) -> Iterator[tuple[str, str, int]]:
    """Yield the forms that are not a word's commonest, in their order."""
    if len(counts) > 1:
        commonest = _commonest(counts)
        yield from ((word, form, counts[form]) for form in sorted(counts) if form != commonest)


def _commonest(counts: Mapping[str, int]) -> str:
    """Return the form that most documents hold; of several, the first in the order of code points."""
    return min(counts, key=lambda form: (-counts[form], form)) if len(counts) > 1 else next(iter(counts))


class Lexicon:
    """Looks words up. Safe to share between threads; a file that is not there is a lexicon without words."""

    def __init__(self, path: Path, analyzer: FrenchAnalyzer) -> None:
        self._analyzer = analyzer
        self._path = path
        self._lock = Lock()
        if path.is_file():
            self._connection = open_database(path, TABLES)
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
        return tuple(stem for (stem,) in rows)

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
        rows = self._rows(_NEAREST, (word[0], len(word) - limit, len(word) + limit, heard))
        best: tuple[float, str, str] | None = None
        for other, form, documents, other_sound in rows:
            alike = other_sound == heard
            edits = OSA.distance(word, other, score_cutoff=limit + alike)
            if edits <= limit or alike:
                price = (edits - 0.75 * alike - 0.15 * log(documents), other, form)
                best = min(best or price, price)
        return (best[2],) if best else ()

    def _lost_apostrophe(self, word: str) -> tuple[str, ...]:
        """Return « essai » for « dessai »."""
        heads = [head for head in ("qu", *"ldjmtsnc") if word.startswith(head)]
        rests = (word.removeprefix(head) for head in heads)
        known = (self._form(rest) for rest in rests if rest[:1] in "aeiouyh")
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
        with self._lock, reading_database(self._path):
            return self._connection.execute(statement, values).fetchall()
