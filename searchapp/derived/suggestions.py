"""The suggestions of a generation: what people may be typing, with the number of its articles.

Words and phrases of titles, and the names of sources, authors and tags. They are counted as they are written: a form
that two titles have is a row; of one that a single title has, only a digest is kept, so that the next article makes it
a row. So a file that grew holds what a new build would, and an article costs some 200 bytes. In a small index a single
title is enough.

A row is found by the key of its text, in which an elided word stays apart (« l’a » is not « la »); a name by the keys
of its later words too. For a few letters (« la » and its space are three) there are too many rows to sort: indexes have
them by count.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Final

from searchapp.analysis.filters import elided_length, fold, normalize, stopwords
from searchapp.analysis.value_keys import value_key, value_key_of_normal
from searchapp.derived.databases import open_database, reading_database
from searchapp.derived.title_phrases import plain_text, title_phrases
from searchapp.model import Article

__all__ = [
    "FILE_NAME",
    "TABLES",
    "StoredSuggestion",
    "SuggestionKind",
    "Suggestions",
    "SuggestionsBuilder",
    "build_suggestions",
    "needs_new_build",
    "suggested_forms",
    "suggestion_key",
    "update_suggestions",
]

FILE_NAME: Final = "suggestions.sqlite"

# Below so many articles a phrase of one title is suggested, since few are repeated.
_SMALL: Final = 5_000
_LATER_WORDS: Final = 5
_WORD: Final = re.compile(r"[^\s\-]+")
_ELISION: Final = re.compile(r"\b([ldjmtsnc]|(?:jus|lors|puis|quoi)?qu)'")
_LONGEST: Final = 120
_KEYS_AT_A_TIME: Final = 5_000
# Distinct forms that are counted in memory at a time.
_BATCH: Final = 500_000

_TABLES: Final = """
CREATE TABLE suggestions (number INTEGER PRIMARY KEY, key TEXT, kind INTEGER, text TEXT, articles INTEGER);
CREATE TABLE once (digest INTEGER PRIMARY KEY);
CREATE TABLE settings (least INTEGER);
"""
# So many first letters have an index.
_FEW: Final = 4
_INDEXES: Final = "CREATE INDEX suggestions_by_key ON suggestions (key, articles);\n" + "".join(
    f"CREATE INDEX suggestions_by_{few} ON suggestions (substr(key, 1, {few}), articles DESC);\n"
    for few in range(1, _FEW + 1)
)
TABLES: Final = _TABLES + _INDEXES
# The file is private until its generation is published: a crash loses it anyway.
_PRAGMAS: Final = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
_COUNTING: Final = """
CREATE TEMP TABLE counted (kind INTEGER, text TEXT, articles INTEGER);
CREATE TEMP TABLE single (digest INTEGER);
"""
_NEW_ROW: Final = "INSERT INTO suggestions (key, kind, text, articles) VALUES (?, ?, ?, ?)"
_BY_LETTERS: Final = "SELECT key, kind, text, articles FROM suggestions WHERE {key} = ? ORDER BY articles DESC LIMIT ?"
# The best are chosen in the index alone.
_BY_PREFIX: Final = """
SELECT key, kind, text, articles FROM suggestions WHERE number IN (
    SELECT number FROM suggestions WHERE key >= ? AND key < ? ORDER BY articles DESC LIMIT ?)
"""


class SuggestionKind(IntEnum):
    """Kind of a suggestion; of equal texts with equal numbers of articles the last is shown."""

    WORD = 0
    PHRASE = 1
    TAG = 2
    AUTHOR = 3
    SOURCE = 4
    QUERY = 5  # what others searched for; never in this file


Form = tuple[SuggestionKind, str]


@dataclass(frozen=True, slots=True)
class StoredSuggestion:
    """A row: the key by which it was found, its kind, its text, and the number of its articles."""

    key: str
    kind: SuggestionKind
    text: str
    articles: int


def suggested_forms(article: Article) -> set[Form]:
    """Return the forms of which ``article`` is one of the articles."""
    forms = {(_TITLE_KINDS[is_phrase], text) for text, is_phrase in title_phrases(article.title)}
    forms.update((SuggestionKind.TAG, _plain_name(tag)) for tag in article.tags)
    forms.update((SuggestionKind.AUTHOR, _plain_name(author)) for author in article.authors)
    forms.add((SuggestionKind.SOURCE, _plain_name(article.source)))
    return {form for form in forms if 0 < len(form[1]) <= _LONGEST}


_TITLE_KINDS: Final = (SuggestionKind.WORD, SuggestionKind.PHRASE)
# Names come again.
_plain_name: Final = lru_cache(1 << 12)(plain_text)


def build_suggestions(path: Path, articles: Iterable[Article], count: int) -> None:
    """Write the suggestions of ``count`` articles; memory does not grow with them."""
    with closing(SuggestionsBuilder(path)) as builder:
        for article in articles:
            builder.add(article)
        builder.write(count)


class SuggestionsBuilder:
    """Counts the forms of articles that come one by one; :meth:`write` makes the file at ``path`` of them.

    Memory does not grow with the articles: more than _BATCH distinct forms are put into the file, and summed there.
    """

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._connection = sqlite3.connect(path)
        self._forms: Counter[Form] = Counter()
        self._has_spilled = False
        self._connection.executescript(_PRAGMAS + _TABLES + _COUNTING)

    def add(self, article: Article) -> None:
        self._forms.update(suggested_forms(article))
        if len(self._forms) > _BATCH:
            self._spill()

    def remove(self, article: Article) -> None:
        """Count an article no more that was added."""
        self._forms.subtract(suggested_forms(article))

    def write(self, count: int) -> None:
        """Write the suggestions of all that was added, ``count`` articles."""
        least = _least(count)
        connection = self._connection
        connection.execute("INSERT INTO settings VALUES (?)", (least,))
        for batch in self._totals():
            rows = sorted(total for total in batch if _is_row(total[0], total[2], least))
            connection.executemany(_NEW_ROW, _rows(rows))
            singles = sorted(_digest(kind, text) for kind, text, number in batch if not _is_row(kind, number, least))
            connection.executemany("INSERT INTO single VALUES (?)", ((digest,) for digest in singles))
        connection.execute("INSERT OR IGNORE INTO once SELECT digest FROM single ORDER BY digest")
        connection.executescript(_INDEXES)
        connection.commit()

    def close(self) -> None:
        """Close the file, finished or not."""
        self._connection.close()

    def _spill(self) -> None:
        rows = ((*form, number) for form, number in self._forms.items())
        self._connection.executemany("INSERT INTO counted VALUES (?, ?, ?)", rows)
        self._forms.clear()
        self._has_spilled = True

    def _totals(self) -> Iterator[list[tuple[int, str, int]]]:
        """Yield all forms with their numbers of articles, those of a small corpus at once."""
        if not self._has_spilled:
            yield [(kind, text, number) for (kind, text), number in self._forms.items() if number]
            return
        self._spill()
        totals = self._connection.execute(
            "SELECT kind, text, sum(articles) FROM counted GROUP BY kind, text HAVING sum(articles) ORDER BY kind, text"
        )
        while batch := totals.fetchmany(10_000):
            yield batch


def needs_new_build(path: Path, count: int) -> bool:
    """Return whether the suggestions of ``count`` articles cannot grow out of those at ``path``."""
    if not path.is_file():
        return True
    with closing(open_database(path, TABLES)) as connection, reading_database(path):
        return bool(connection.execute("SELECT least FROM settings").fetchone() != (_least(count),))


def update_suggestions(path: Path, changes: Mapping[Form, int]) -> None:
    """Update the file at ``path``, which nobody else has open, to the result of a new build.

    ``changes`` maps a form to the change of its number of articles. The cost follows the number of changes. After an
    exception the file is unusable.
    """
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_PRAGMAS)
        (least,) = connection.execute("SELECT least FROM settings").fetchone()
        for form in sorted(form for form, change in changes.items() if change):
            _change(connection, form, changes[form], least)


def _change(connection: sqlite3.Connection, form: Form, change: int, least: int) -> None:
    """Replace the rows, or the digest, of a form."""
    kind, text = form
    keys = _keys(kind, text)
    row = connection.execute(
        "SELECT articles FROM suggestions WHERE key = ? AND kind = ? AND text = ?", (keys[0], kind, text)
    ).fetchone()
    digest = (_digest(kind, text),)
    is_single = not row and connection.execute("SELECT 1 FROM once WHERE digest = ?", digest).fetchone()
    total = (row[0] if row else int(bool(is_single))) + change
    if row:
        delete = "DELETE FROM suggestions WHERE key = ? AND kind = ? AND text = ?"
        connection.executemany(delete, ((key, kind, text) for key in keys))
    if is_single:
        connection.execute("DELETE FROM once WHERE digest = ?", digest)
    if total > 0 and _is_row(kind, total, least):
        connection.executemany(_NEW_ROW, _rows([(kind, text, total)]))
    elif total > 0:
        connection.execute("INSERT OR IGNORE INTO once VALUES (?)", digest)


def _rows(totals: Iterable[tuple[int, str, int]]) -> Iterator[tuple[str, int, str, int]]:
    """Yield the rows of (kind, text, number of articles)."""
    entries = iter(totals)
    while batch := list(islice(entries, _KEYS_AT_A_TIME)):
        for (kind, text, number), first in zip(batch, _suggestion_keys([text for _, text, _ in batch]), strict=True):
            for key in [first] if kind <= SuggestionKind.PHRASE else _keys(kind, text):
                yield key, kind, text, number


def _is_row(kind: int, number: int, least: int) -> bool:
    """Return whether a form of so many articles is a row; a name always is."""
    return kind > SuggestionKind.PHRASE or number >= least


def _keys(kind: int, text: str) -> list[str]:
    """Return the key of ``text``; of a name, those of its later content words too."""
    starts = [0]
    for match in islice(_WORD.finditer(text), _LATER_WORDS) if kind > SuggestionKind.PHRASE else ():
        start = match.start() + elided_length(match[0])
        if start and fold(normalize(match[0])) not in stopwords():
            starts.append(start)
    return list(dict.fromkeys(suggestion_key(text[start:]) for start in starts))


def suggestion_key(text: str) -> str:
    """Return the :func:`~searchapp.analysis.value_keys.value_key` of ``text`` with the apostrophes of elided words."""
    return value_key(_with_elisions(text))


def _suggestion_keys(texts: Sequence[str]) -> list[str]:
    """Return the keys of texts without line ends, in a third of the time."""
    return list(map(value_key_of_normal, normalize(_with_elisions("\n".join(texts))).split("\n")))


def _with_elisions(text: str) -> str:
    return _ELISION.sub(r"\1_", normalize(text))


def _least(count: int) -> int:
    return 1 if count < _SMALL else 2


def _digest(kind: int, text: str) -> int:
    form = f"{int(kind)}\0{text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(form, digest_size=8).digest(), signed=True)


class Suggestions:
    """The open suggestions of a generation. Safe to share between threads; without a file there are none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._connection = open_database(path, TABLES) if path.is_file() else None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection:
                self._connection.close()

    def starting_with(self, prefix: str, limit: int) -> Sequence[StoredSuggestion]:
        """Return the ``limit`` rows of the most articles whose key begins with ``prefix``, itself a key."""
        if not prefix or self._connection is None:
            return ()
        if len(prefix) <= _FEW:
            # As the index has it, with the number in the statement.
            statement, values = _BY_LETTERS.format(key=f"substr(key, 1, {len(prefix)})"), [prefix]
        else:
            statement, values = _BY_PREFIX, [prefix, prefix + chr(0x10FFFF)]
        with self._lock, reading_database(self._path):
            rows = self._connection.execute(statement, [*values, limit]).fetchall()
        return [StoredSuggestion(key, SuggestionKind(kind), text, articles) for key, kind, text, articles in rows]
