"""Synonyms, from a file that people edit: « ONU = Organisation des Nations unies ».

One line a group; all that « = » joins are alternatives of each other. ``#`` begins a comment. They are applied to
queries, so a change needs no reindex.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.errors import ConfigurationError, system_reason
from searchapp.i18n import Message

__all__ = ["MOST_ALTERNATIVES", "Alternative", "Synonyms", "read_synonyms"]

# Each adds a clause to the query.
MOST_ALTERNATIVES: Final = 64


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to say the words ``start`` to ``end`` of a query: its terms in order, stopwords included."""

    start: int
    end: int
    terms: tuple[Term, ...]
    is_spelling: bool = False
    """True for the same words in another spelling, which add nothing when both stand in an article."""

    @property
    def stems(self) -> tuple[str, ...]:
        """The stems of its content words."""
        return _content(self.terms)


class Synonyms:
    """Groups of alternatives, found by the stems of their content words."""

    def __init__(self, groups: Sequence[Sequence[tuple[Term, ...]]] = ()) -> None:
        self._groups: dict[tuple[str, ...], list[tuple[Term, ...]]] = {}
        for group in groups:
            for one in group:
                others = [other for other in group if _content(other) != _content(one)]
                self._groups.setdefault(_content(one), []).extend(others)
        self._longest = max(map(len, self._groups), default=0)
        self.fingerprint = hashlib.blake2b(repr(groups).encode(), digest_size=8).hexdigest() if groups else ""
        """Digest of all groups, for cursors: other synonyms give another order."""

    def of(self, stems: Sequence[str]) -> Iterator[Alternative]:
        """Yield the alternatives of any stretch of a query's content words, given by their stems: the first so many."""
        return islice(self._all(stems), MOST_ALTERNATIVES)

    def _all(self, stems: Sequence[str]) -> Iterator[Alternative]:
        for start in range(len(stems)):
            for end in range(start + 1, min(start + self._longest, len(stems)) + 1):
                for terms in self._groups.get(tuple(stems[start:end]), ()):
                    yield Alternative(start, end, terms)


def read_synonyms(path: Path, analyzer: FrenchAnalyzer) -> Synonyms:
    """Return the synonyms of a file; one that is not there has none.

    Raises ConfigurationError that names the line where « = » or a word is missing, or why the file cannot be read.
    """
    groups = []
    for number, line in enumerate(_lines(path), 1):
        text = line.partition("#")[0].strip()
        group = [tuple(analyzer.terms(part)) for part in text.split("=")]
        if text and (len(group) < 2 or not all(map(_content, group))):
            reason = Message(
                "{file}, line {line}: write words that mean the same with = between them, as in ONU = Nations unies",
                file=path,
                line=number,
            )
            raise ConfigurationError(reason)
        groups += [group] if text else []
    return Synonyms(groups)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8-sig").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        reason = system_reason(error)
    except UnicodeDecodeError:
        reason = Message("it is not UTF-8")
    raise ConfigurationError(Message("{file}: the synonyms cannot be read: {reason}", file=path, reason=reason))


def _content(terms: Sequence[Term]) -> tuple[str, ...]:
    return tuple(term.stem for term in terms if not term.is_stopword)
