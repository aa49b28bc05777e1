"""The spelling dictionary of a generation: spellings, word families, corrections.

It is made from the engine's term dictionary at the end of a reindex, and is a small SQLite file beside the index. A
search looks up a few rows, so memory stays flat and opening takes no time, however many words there are.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
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

__all__ = [
    "FILE_NAME",
    "TABLES",
    "SpellingDictionary",
    "build_spelling_dictionary",
    "phonetic_key",
    "update_spelling_dictionary",
]

FILE_NAME: Final = "lexicon.sqlite"

# A word in fewer articles may be a misspelling itself: it is no correction, and has no phonetic key.
MIN_DOCUMENT_FREQUENCY: Final = 3
_MAX_RELATED_STEMS: Final = 8
# Words whose phonetic keys are computed at a time.
_BATCH: Final = 10_000

# ``words`` has the commonest form of each folded word, ``forms`` the others; ``documents`` counts all of them.
# The column ``sound`` is the phonetic key.
_TABLES: Final = """
CREATE TABLE words (word TEXT PRIMARY KEY, form TEXT, documents INTEGER, size INTEGER, sound TEXT) WITHOUT ROWID;
CREATE TABLE forms (word TEXT, form TEXT, documents INTEGER, PRIMARY KEY (word, form)) WITHOUT ROWID;
CREATE TABLE stems (stem TEXT PRIMARY KEY, root TEXT, documents INTEGER) WITHOUT ROWID;
"""
_INDEXES: Final = f"""
CREATE INDEX words_by_start ON words (substr(word, 1, 1), size) WHERE documents >= {MIN_DOCUMENT_FREQUENCY};
CREATE INDEX words_by_sound ON words (sound) WHERE documents >= {MIN_DOCUMENT_FREQUENCY};
CREATE INDEX stems_by_root ON stems (root, documents DESC);
"""
_NEAREST: Final = f"""
SELECT word, form, documents, sound FROM words
WHERE documents >= {MIN_DOCUMENT_FREQUENCY} AND substr(word, 1, 1) = ? AND size BETWEEN ? AND ?
UNION SELECT word, form, documents, sound FROM words WHERE documents >= {MIN_DOCUMENT_FREQUENCY} AND sound = ?
"""  # noqa: S608 - a number of ours, which an index on a part of the rows needs to see
_NEW_WORD: Final = "INSERT INTO words VALUES (?, ?, ?, ?, ?)"
_NEW_FORM: Final = "INSERT INTO forms VALUES (?, ?, ?)"
_NEW_STEM: Final = "INSERT INTO stems VALUES (?, ?, ?)"
TABLES: Final = _TABLES + _INDEXES
# The file is private until its generation is published: a crash loses it anyway.
_PRAGMAS: Final = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"

# Spelling by ear in French: letters that sound alike become one (rules written for this project).
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


def phonetic_key(words: str) -> str:
    """Return a rough phonetic key of a folded word, the same for « orthografe » and « orthographe ».

    Of several words, one a line, it returns one key a line, in a tenth of the time.
    """
    for pattern, replacement in _SOUNDS:
        words = pattern.sub(replacement, words)
    return words


def build_spelling_dictionary(path: Path, forms: Iterable[tuple[str, int]], analyzer: FrenchAnalyzer) -> None:
    """Write a spelling dictionary from (exact form, document frequency) pairs; the frequencies of a form are added."""
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
        connection.executescript(_PRAGMAS + _TABLES)
        ordered = sorted(words)  # rows are inserted fastest in the order of their key
        connection.executemany(_NEW_WORD, _word_rows((word, words[word]) for word in ordered))
        connection.executemany(_NEW_FORM, chain.from_iterable(_form_rows(word, words[word]) for word in ordered))
        connection.executemany(_NEW_STEM, ((stem, family_root(stem), stems[stem]) for stem in sorted(stems)))
        connection.executescript(_INDEXES)


def update_spelling_dictionary(path: Path, changes: Mapping[str, int], analyzer: FrenchAnalyzer) -> None:
    """Update the dictionary at ``path``, which nobody else has open, to the result of a new build.

    ``changes`` maps an exact form to the change of its document frequency, summed over the parts of articles; a form
    that is left with none is deleted. The cost follows the number of changes. After an exception the file is unusable.
    """
    words: dict[str, dict[str, int]] = {}
    stems: dict[str, str] = {}
    for form, change in changes.items():
        if change and (term := _counted(form, analyzer)):
            words.setdefault(term.word, {})[form] = change
            stems[term.word] = term.stem
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_PRAGMAS)
        stem_changes: Counter[str] = Counter()
        for word in sorted(words):
            stem_changes[stems[word]] += _change_word(connection, word, words[word])
        for stem, change in stem_changes.items():
            _change_stem(connection, stem, change)


def _change_word(connection: sqlite3.Connection, word: str, changes: Mapping[str, int]) -> int:
    """Replace the rows of ``word``; return the change of its document frequency."""
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
    """Return the term of a content word of four letters or more; others are never corrected and have no family."""
    term = analyzer.term_of_form(form)
    return term if len(term.word) > 3 and term.word.isalpha() and not term.is_stopword else None


def _word_rows(words: Iterable[tuple[str, Mapping[str, int]]]) -> Iterator[tuple[str, str, int, int, str | None]]:
    """Yield the row of each word; ``words`` gives each with its forms."""
    entries = iter(words)
    while batch := list(islice(entries, _BATCH)):
        totals = [sum(counts.values()) for _, counts in batch]
        frequent = [
            word for (word, _), documents in zip(batch, totals, strict=True) if documents >= MIN_DOCUMENT_FREQUENCY
        ]
        keys = dict(zip(frequent, phonetic_key("\n".join(frequent)).split("\n"), strict=False))
        for (word, counts), documents in zip(batch, totals, strict=True):
            yield word, _commonest(counts), documents, len(word), keys.get(word)


def _form_rows(word: str, counts: Mapping[str, int]) -> Iterator[tuple[str, str, int]]:
    """Yield the rows of all forms of a word but its commonest, sorted."""
    if len(counts) > 1:
        commonest = _commonest(counts)
        yield from ((word, form, counts[form]) for form in sorted(counts) if form != commonest)


def _commonest(counts: Mapping[str, int]) -> str:
    """Return the form that most documents hold; of several, the first in the order of code points."""
    return min(counts, key=lambda form: (-counts[form], form)) if len(counts) > 1 else next(iter(counts))


class SpellingDictionary:
    """The open spelling dictionary. Safe to share between threads; without a file it has no words."""

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
        """Close the file."""
        with self._lock:
            self._connection.close()

    def related_stems(self, stem: str) -> tuple[str, ...]:
        """Return the indexed stems of the family of ``stem``, without itself, the commonest first, at most eight."""
        rows = self._rows(
            "SELECT stem FROM stems WHERE root = ? AND stem != ? ORDER BY documents DESC, stem LIMIT ?",
            (family_root(stem), stem, _MAX_RELATED_STEMS),
        )
        return tuple(stem for (stem,) in rows)

    def forms(self, words: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return the exact forms of folded words in the articles, the commonest first: weekend, week-end."""
        marks = ", ".join("?" * len(words))
        rows = self._rows(
            f"SELECT word, form FROM (SELECT word, form, 1 AS documents, 0 AS rank FROM words WHERE word IN ({marks})"  # noqa: S608
            f" UNION ALL SELECT word, form, documents, 1 FROM forms WHERE word IN ({marks}))"
            " ORDER BY rank, documents DESC, form",
            (*words, *words),
        )
        forms: dict[str, tuple[str, ...]] = {}
        for word, form in rows:
            forms[word] = (*forms.get(word, ()), form)
        return forms

    def corrections(self, term: Term) -> tuple[Term, ...]:
        """Return the most likely correction of a word that no article holds; it may be two words, or none."""
        word = term.word
        if len(word) < 5 or not word.isalpha():
            return ()
        forms = (
            self._lost_apostrophe(word, MIN_DOCUMENT_FREQUENCY)
            or self._nearest(word)
            or self._lost_apostrophe(word, 1)
            or self._lost_space(word)
        )
        return tuple(self._analyzer.term_of_form(form) for form in forms)

    def _nearest(self, word: str) -> tuple[str, ...]:
        """Return the word of least cost: few edits, the same phonetic key, many articles."""
        limit, key = (1 if len(word) < 9 else 2), phonetic_key(word)
        rows = self._rows(_NEAREST, (word[0], len(word) - limit, len(word) + limit, key))
        best: tuple[float, str, str] | None = None
        for other, form, documents, other_key in rows:
            alike = other_key == key
            edits = OSA.distance(word, other, score_cutoff=limit + alike)
            if edits <= limit or alike:
                cost = (edits - 0.75 * alike - 0.15 * log(documents), other, form)
                best = min(best or cost, cost)
        return (best[2],) if best else ()

    def _lost_apostrophe(self, word: str, least: int) -> tuple[str, ...]:
        """Return « essai » for « dessai », when at least so many documents hold it."""
        heads = [head for head in ("qu", *"ldjmtsnc") if word.startswith(head)]
        rests = (word.removeprefix(head) for head in heads)
        known = (self._form(rest) for rest in rests if rest[:1] in "aeiouyh")
        return next(((form,) for form, documents in known if documents >= least), ())

    def _lost_space(self, word: str) -> tuple[str, ...]:
        """Return « rupture » and « conventionnelle » for the two written as one."""
        cuts = [(self._form(word[:at]), self._form(word[at:])) for at in range(4, len(word) - 3)]
        known = [cut for cut in cuts if min(documents for _, documents in cut) >= 2 * MIN_DOCUMENT_FREQUENCY]
        best = max(known, key=lambda cut: min(documents for _, documents in cut), default=())
        return tuple(form for form, _ in best)

    def _form(self, word: str) -> tuple[str, int]:
        rows = self._rows("SELECT form, documents FROM words WHERE word = ?", (word,))
        return rows[0] if rows else (word, 0)

    def _rows(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        with self._lock, reading_database(self._path):
            return self._connection.execute(statement, values).fetchall()
