"""The spelling dictionary of a generation: spellings, word families, corrections.

It is made from the engine's term dictionary at the end of a reindex, and is a small SQLite file beside the index. A
search looks up a few rows, so memory stays flat and opening takes no time, however many words there are.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, islice
from math import log
from pathlib import Path
from threading import Lock
from typing import Any, Final

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.analysis.stemmer import family_root
from searchapp.derived.databases import open_database, reading_database
from searchapp.derived.misspellings import phonetic_key, slip

__all__ = [
    "FILE_NAME",
    "TABLES",
    "Correction",
    "SpellingDictionary",
    "build_spelling_dictionary",
    "update_spelling_dictionary",
]

FILE_NAME: Final = "lexicon.sqlite"

_SHORTEST_CORRECTED: Final = 4
# A second edit is looked for in words that long: in shorter ones it gives too many others.
_LONG_WORD: Final = 9
# A word ten times as frequent makes up for half an edit.
_WEIGHT_OF_FREQUENCY: Final = 0.2
_COST_OF_APOSTROPHE: Final = -1.0
_COST_OF_SPACE: Final = 1.2
# Function words between two words that are written as one.
_LINKS: Final = ("", "a", "au", "aux", "de", "des", "du", "en", "et", "la", "le", "les")
_ELIDED_BEFORE: Final = tuple("aeiouyh")
# A word cut in two has rarer parts by chance: they need so many times the usual frequency.
_PARTS_FREQUENCY: Final = 2
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
# One edit leaves the first letter as it is, or else the last two.
_INDEXES: Final = """
CREATE INDEX words_by_start ON words (substr(word, 1, 1), size, documents);
CREATE INDEX words_by_end ON words (substr(word, -2), size, documents);
CREATE INDEX words_by_sound ON words (sound);
CREATE INDEX stems_by_root ON stems (root, documents DESC);
"""
_COLUMNS: Final = "SELECT word, form, documents, sound FROM words WHERE documents >= ? AND"
_NEAREST: Final = f"""
{_COLUMNS} substr(word, 1, 1) = ? AND size BETWEEN ? AND ?
UNION {_COLUMNS} substr(word, -2) = ? AND size BETWEEN ? AND ? UNION {_COLUMNS} sound = ?
"""
_NEW_WORD: Final = "INSERT INTO words VALUES (?, ?, ?, ?, ?)"
_NEW_FORM: Final = "INSERT INTO forms VALUES (?, ?, ?)"
_NEW_STEM: Final = "INSERT INTO stems VALUES (?, ?, ?)"
TABLES: Final = _TABLES + _INDEXES
# The file is private until its generation is published: a crash loses it anyway.
_PRAGMAS: Final = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"


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
        several = (word for word in ordered if len(words[word]) > 1)
        connection.executemany(_NEW_WORD, _word_rows((word, words[word]) for word in ordered))
        connection.executemany(_NEW_FORM, chain.from_iterable(_form_rows(word, words[word]) for word in several))
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


def _word_rows(words: Iterable[tuple[str, Mapping[str, int]]]) -> Iterator[tuple[str, str, int, int, str]]:
    """Yield the row of each word; ``words`` gives each with its forms."""
    entries = iter(words)
    while batch := list(islice(entries, _BATCH)):
        keys = phonetic_key("\n".join(word for word, _ in batch)).split("\n")
        for (word, counts), key in zip(batch, keys, strict=True):
            if len(counts) == 1:  # as most have
                ((form, documents),) = counts.items()
                yield word, form, documents, len(word), key
            else:
                yield word, _commonest(counts), sum(counts.values()), len(word), key


def _form_rows(word: str, counts: Mapping[str, int]) -> Iterator[tuple[str, str, int]]:
    """Yield the rows of all forms of a word but its commonest, sorted."""
    commonest = _commonest(counts)
    yield from ((word, form, counts[form]) for form in sorted(counts) if form != commonest)


def _commonest(counts: Mapping[str, int]) -> str:
    """Return the form that most documents hold; of several, the first in the order of code points."""
    return min(counts, key=lambda form: (-counts[form], form))


@dataclass(frozen=True, slots=True)
class Correction:
    """Words that may be meant by another, as exact forms; of several, ``documents`` counts the rarest.

    ``cost`` is in edits, less for frequent words. ``is_common`` marks the slips that people make most.
    """

    forms: tuple[str, ...]
    cost: float
    documents: int
    edits: int
    is_common: bool


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

    def corrections(self, word: str, least: int) -> list[Correction]:
        """Return the corrections of a folded word, the likeliest first, by words in ``least`` articles or more."""
        if len(word) < _SHORTEST_CORRECTED or not word.isalpha():
            return []
        likely = [*self._lost_apostrophe(word, least), *self._nearest(word, least), *self._lost_space(word, least)]
        return sorted(likely, key=lambda correction: (correction.cost, correction.forms))

    def documents(self, word: str) -> int:
        """Return in how many articles a folded word stands, in whatever form; 0 also for short and function words."""
        return self._form(word)[1]

    def _nearest(self, word: str, least: int) -> Iterator[Correction]:
        """Yield words that are a slip away: few edits, or the same phonetic key."""
        limit, key = (1 if len(word) < _LONG_WORD else 2), phonetic_key(word)
        sizes = (len(word) - limit, len(word) + limit)
        rows = self._rows(_NEAREST, (least, word[0], *sizes, least, word[-2:], *sizes, least, key))
        for other, form, documents, other_key in rows:
            made = slip(word, other, sounds_alike=other_key == key, limit=limit) if other != word else None
            if made:
                cost = made.weight - _WEIGHT_OF_FREQUENCY * log(documents)
                yield Correction((form,), cost, documents, made.edits, made.is_common)

    def _lost_apostrophe(self, word: str, least: int) -> Iterator[Correction]:
        """Yield « essai » for « dessai »."""
        heads = [head for head in ("qu", *"ldjmtsnc") if word.startswith(head)]
        rests = (word.removeprefix(head) for head in heads)
        for rest in rests:
            form, documents = self._form(rest) if rest[:1] in _ELIDED_BEFORE else ("", 0)
            if documents >= least:
                cost = _COST_OF_APOSTROPHE - _WEIGHT_OF_FREQUENCY * log(documents)
                yield Correction((form,), cost, documents, 1, is_common=True)

    def _lost_space(self, word: str, least: int) -> Iterator[Correction]:
        """Yield « coupe », « du » and « monde » for these written as one, cut where both content words are frequent."""
        heads = range(_SHORTEST_CORRECTED, len(word) - _SHORTEST_CORRECTED + 1)
        known = self._forms_and_documents([*(word[:at] for at in heads), *(word[at:] for at in heads)])
        cuts = (
            (min(known[head][1], known[tail][1]), tuple(filter(None, (known[head][0], link, known[tail][0]))))
            for at in heads
            for link in _LINKS
            if (head := word[:at]) in known and word.startswith(link, at) and (tail := word[at + len(link) :]) in known
        )
        documents, forms = max(cuts, default=(0, ()))
        if documents >= _PARTS_FREQUENCY * least:
            yield Correction(
                forms, _COST_OF_SPACE - _WEIGHT_OF_FREQUENCY * log(documents), documents, 1, is_common=False
            )

    def _forms_and_documents(self, words: Sequence[str]) -> dict[str, tuple[str, int]]:
        marks = ", ".join("?" * len(words))
        rows = self._rows(f"SELECT word, form, documents FROM words WHERE word IN ({marks})", tuple(words))  # noqa: S608
        return {word: (form, documents) for word, form, documents in rows}

    def _form(self, word: str) -> tuple[str, int]:
        rows = self._rows("SELECT form, documents FROM words WHERE word = ?", (word,))
        return rows[0] if rows else (word, 0)

    def _rows(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        with self._lock, reading_database(self._path):
            return self._connection.execute(statement, values).fetchall()
