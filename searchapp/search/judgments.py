"""Judgments of editors: queries, and grades of articles for them, as files that :mod:`.evaluation` reads.

``queries.tsv`` (id, tab, text) and ``qrels.txt`` (TREC: query, 0, article, grade) are what counts; people may edit
them. ``judgments.jsonl`` only grows: who gave which grade, and when.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
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
        """Return the judged queries by their texts, in the order of the file; raises UserError for a wrong line."""
        grades: dict[str, dict[str, int]] = {}
        for number, line in enumerate(_lines(self.qrels), 1):
            try:
                query, _, article, grade = line.split()
                grades.setdefault(query, {})[article] = int(grade)
            except ValueError:
                raise UserError(
                    Message("{file}, line {line}: “query 0 article grade” is needed", file=_QRELS, line=number)
                ) from None
        pairs = (line.partition("\t") for line in _lines(self.queries))
        return {text: JudgedQuery(name, text, grades.get(name, {})) for name, _, text in pairs}

    def grade(self, text: str, grades: Mapping[str, int | None], who: str) -> None:
        """Set grades of articles for a query, None to take one back; the files are replaced one after the other.

        The queries come first: a query without grades is not judged, a grade without its query would be lost.
        """
        text = _one_line(text)
        make_durably(self.folder)
        with FileLock(self.folder / _LOCK, timeout=_LOCK_SECONDS):
            judged = self.read()
            if text not in judged:
                judged[text] = JudgedQuery(_next_id(judged), text, {})
            before = judged[text]
            changed = {
                article: grade
                for article, grade in ((trec_id(article), grade) for article, grade in grades.items())
                if before.grades.get(article) != grade
            }
            if not changed:
                return
            after = {article: grade for article, grade in {**before.grades, **changed}.items() if grade is not None}
            judged[text] = JudgedQuery(before.id, text, after)
            self._log(before.id, text, changed, who)
            write_durably(self.queries, "".join(f"{one.id}\t{one.text}\n" for one in judged.values()))
            rows = ((one.id, article, grade) for one in judged.values() for article, grade in one.grades.items())
            write_durably(self.qrels, "".join(f"{name} 0 {article} {grade}\n" for name, article, grade in rows))

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


def _next_id(judged: Mapping[str, JudgedQuery]) -> str:
    numbers = [int(one.id) for one in judged.values() if one.id.isdecimal()]
    return str(max(numbers, default=0) + 1)
