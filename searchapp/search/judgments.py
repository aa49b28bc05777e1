"""Judgments of editors: queries, and grades of articles for them, as files that :mod:`.evaluation` reads.

``queries.tsv`` (id, tab, text) and ``qrels.txt`` (TREC: query, 0, article, grade) are what counts; people may edit
them. ``judgments.jsonl`` only grows: who gave which grade, and when.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from filelock import FileLock

from searchapp.errors import UserError
from searchapp.i18n import Message
from searchapp.indexing.durability import make_durably, sync, write_durably
from searchapp.search.evaluation import trec_id

__all__ = ["GRADES", "JudgedQuery", "Judgments"]

GRADES: Final = (0, 1, 2, 3)
_QUERIES: Final = "queries.tsv"
_QRELS: Final = "qrels.txt"
_LOG: Final = "judgments.jsonl"
_LOCK: Final = "judgments.lock"
_LOCK_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query with the grades of its articles, which are named by their :func:`~.evaluation.trec_id`."""

    id: str
    text: str
    grades: Mapping[str, int]


class Judgments:
    """The judgments in ``folder``, which is made with the first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.queries = folder / _QUERIES
        self.qrels = folder / _QRELS

    def read(self) -> dict[str, JudgedQuery]:
        """Return the judged queries by their texts, in the order of the file; raises UserError for a wrong line.

        Of rows with one text the first counts.
        """
        grades = self._grades()
        judged: dict[str, JudgedQuery] = {}
        for name, text in self._rows():
            judged.setdefault(text, JudgedQuery(name, text, grades.get(name, {})))
        return judged

    def _rows(self) -> list[tuple[str, str]]:
        """Return the ids and texts of all queries."""
        rows = []
        for number, line in enumerate(_lines(self.queries), 1):
            name, tab, text = line.partition("\t")
            if not tab:
                reason = Message("{file}, line {line}: an id, a tab and a query are needed", file=_QUERIES, line=number)
                raise UserError(reason)
            rows.append((name, text))
        return rows

    def _grades(self) -> dict[str, dict[str, int]]:
        """Return the grades of articles by the id of their query, be it among the queries or not."""
        grades: dict[str, dict[str, int]] = {}
        for number, line in enumerate(_lines(self.qrels), 1):
            try:
                query, _, article, grade = line.split()
                grades.setdefault(query, {})[article] = int(grade)
            except ValueError:
                raise UserError(
                    Message("{file}, line {line}: “query 0 article grade” is needed", file=_QRELS, line=number)
                ) from None
        return grades

    def grade(self, text: str, grades: Mapping[str, int | None], who: str) -> None:
        """Set grades of articles for a query, None to take one back; the files are replaced one after the other.

        The queries come first: a query without grades is not judged, a grade without its query would be lost.
        """
        text = _one_line(text)
        make_durably(self.folder)
        with FileLock(self.folder / _LOCK, timeout=_LOCK_SECONDS):
            rows, all_grades = self._rows(), self._grades()
            name = next((name for name, other in rows if other == text), "")
            if not name:
                name = _next_id([*all_grades, *(name for name, _ in rows)])
                rows.append((name, text))
            before = all_grades.get(name, {})
            changed = {
                article: grade
                for article, grade in ((trec_id(article), grade) for article, grade in grades.items())
                if before.get(article) != grade
            }
            if not changed:
                return
            all_grades[name] = {article: grade for article, grade in (before | changed).items() if grade is not None}
            self._log(name, text, changed, who)
            write_durably(self.queries, "".join(f"{name}\t{text}\n" for name, text in rows))
            lines = (
                f"{name} 0 {article} {grade}\n" for name, of in all_grades.items() for article, grade in of.items()
            )
            write_durably(self.qrels, "".join(lines))

    def _log(self, name: str, text: str, changed: Mapping[str, int | None], who: str) -> None:
        when = datetime.now(UTC).isoformat(timespec="seconds")
        path = self.folder / _LOG
        with path.open("a", encoding="utf-8") as file:
            for article, grade in changed.items():
                entry = {"query": name, "text": text, "article": article, "grade": grade, "who": who, "when": when}
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        sync(path)


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text("utf-8").split("\n") if line.strip()]
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise UserError(Message("“{file}” is not UTF-8 text. Save it as UTF-8.", file=path.name)) from error


def _one_line(text: str) -> str:
    """Return ``text`` without what would end a line or a column, or is no text of a file."""
    return " ".join(
        "".join(" " if unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} else one for one in text).split()
    )


def _next_id(names: Iterable[str]) -> str:
    return str(max((int(name) for name in names if name.isdecimal()), default=0) + 1)
