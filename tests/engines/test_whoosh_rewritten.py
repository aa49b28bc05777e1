"""An index that Whoosh itself wrote on, with its own codec and its own spelling of everything, answers as before."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from searchapp.engines.port import Reader
from searchapp.engines.stored_form import to_stored
from searchapp.engines.whoosh_engine import WhooshEngine, generation
from searchapp.errors import IndexDamaged
from searchapp.schema import EXACT, STEMS, WORDS
from tests.contract.conftest import ANALYZER, article, document
from tests.engines.test_whoosh_growth import WORDS_OF_THE_SEA, Texts, answers, write

ENGINE = WhooshEngine()
DICE = random.Random(7)
TEXTS: Texts = {str(number): " ".join(DICE.choices(WORDS_OF_THE_SEA, k=number % 7 + 3)) for number in range(300)}
OPTIMIZE = "opened.optimize()"
DELETE = """
writer = opened.writer()
writer.delete_by_term("id", "7")
writer.commit(merge=False)
"""
ADD = """
writer = opened.writer()
writer.add_document(**fields)
writer.commit(merge=False)
"""


def run_whoosh(folder: Path, work: str, fields: dict[str, object] | None = None) -> None:
    """Let plain Whoosh work on an index, in a process that knows nothing of searchapp."""
    script = f"from whoosh import index\nopened = index.open_dir({str(folder)!r})\nfields = {fields!r}\n{work}"
    subprocess.run([sys.executable, "-I", "-c", script], check=True)


def expected(tmp_path: Path, texts: Texts) -> list[object]:
    reader = ENGINE.open(write(tmp_path / "expected", texts))
    found = answers(reader)
    reader.close()
    return found


def opened(folder: Path, look: Callable[[Reader], list[object]] = answers) -> list[object]:
    reader = ENGINE.open(folder)
    found = look(reader)
    reader.close()
    return found


def test_optimized_by_whoosh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation, "_SEGMENT", 3000)
    folder = write(tmp_path / "index", TEXTS)
    before = opened(folder)
    assert len(list(folder.glob("*.seg"))) > 1
    run_whoosh(folder, OPTIMIZE)
    assert len(list(folder.glob("*.seg"))) == 1
    assert opened(folder) == before


def test_deleted_by_whoosh_then_optimized(tmp_path: Path) -> None:
    folder = write(tmp_path / "index", TEXTS)
    left = expected(tmp_path, {name: text for name, text in TEXTS.items() if name != "7"})
    run_whoosh(folder, DELETE)
    assert opened(folder) == left
    run_whoosh(folder, OPTIMIZE)
    assert opened(folder) == left


def test_added_by_the_stock_writer(tmp_path: Path) -> None:
    folder = write(tmp_path / "index", {"1": "phare"})
    run_whoosh(folder, ADD, fields_of("2", "le vent de la nuit"))
    reader = ENGINE.open(folder)
    found = reader.article("2")
    assert reader.count == 2
    assert found is not None
    assert found.text == "le vent de la nuit"
    reader.close()
    assert opened(folder)[1] == expected(tmp_path, {"1": "phare", "2": "le vent de la nuit"})[1]


def test_grown_out_of_an_index_that_whoosh_optimized(tmp_path: Path) -> None:
    folder = write(tmp_path / "index", {name: TEXTS[name] for name in list(TEXTS)[:200]})
    run_whoosh(folder, OPTIMIZE)
    rest = {name: TEXTS[name] for name in list(TEXTS)[200:]}
    grown = write(tmp_path / "grown", rest, ["3", "4"], base=folder)
    left = {name: text for name, text in TEXTS.items() if name not in {"3", "4"}}
    assert opened(grown) == expected(tmp_path, left)


def test_segments_in_many_files_are_refused_by_name(tmp_path: Path) -> None:
    folder = write(tmp_path / "index", {"1": "phare"})
    run_whoosh(folder, ADD.replace("opened.writer()", "opened.writer(compound=False)"), fields_of("2", "vent"))
    with pytest.raises(IndexDamaged) as raised:
        ENGINE.open(folder)
    assert "a segment is not in one file" in str(raised.value.details[0])


def fields_of(article_id: str, text: str) -> dict[str, object]:
    """The document of an article as plain Whoosh would add it."""
    whole = article(article_id, f"Titre {article_id}", text, source="A")
    made = document(whole)
    title, body = ANALYZER.terms(whole.title), ANALYZER.terms(whole.text)
    joined = {
        STEMS: " ".join(term.stem for term in (*title, *body)),
        WORDS["title"]: " ".join(term.word for term in title),
        WORDS["text"]: " ".join(term.word for term in body),
        EXACT["title"]: " ".join(term.exact for term in title),
        EXACT["text"]: " ".join(term.exact for term in body),
    }
    columns = {"length": len(title) + len(body), "evidence": made.rerank_features}
    return {"id": article_id, "source": "A", "article": to_stored(whole).decode(), **joined, **columns}
