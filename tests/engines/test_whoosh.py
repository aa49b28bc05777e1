"""What is particular to the Whoosh adapter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.port import Document, EngineRequest, PhraseClause, TermClause
from searchapp.engines.whoosh_engine import WhooshEngine, generation, layout
from searchapp.model import Article
from searchapp.schema import STEMS, WORDS

ANALYZER = FrenchAnalyzer()
PLAIN_WHOOSH = """
import sys
from whoosh import index, query
assert not any(name.startswith("searchapp") for name in sys.modules)
with index.open_dir(sys.argv[1]).searcher() as searcher:
    phrase = query.Phrase("text_words", ["a", "la", "une"])
    print(searcher.doc_count(), [hit["id"] for hit in searcher.search(phrase)],
          sorted(hit["id"] for hit in searcher.search(query.Term("stems", "journal"))))
assert not any(name.startswith("searchapp") for name in sys.modules)
"""


def write(folder: Path, texts: list[str]) -> None:
    with WhooshEngine().create(folder) as opened:
        for number, text in enumerate(texts):
            opened.add(
                Document(Article(str(number), "Titre", text), ANALYZER.terms("Titre"), [], ANALYZER.terms(text), 0)
            )


def test_plain_whoosh_reads_what_we_write(tmp_path: Path) -> None:
    write(tmp_path, ["à la une du journal", "le journal est à la rue, une fois", "rien"])
    command = [sys.executable, "-I", "-c", PLAIN_WHOOSH, str(tmp_path)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert output == "3 ['0'] ['0', '1']\n"


def test_many_segments_answer_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation, "_SEGMENT", 60)
    write(tmp_path, [f"vin rouge numéro {number}" for number in range(50)])
    assert len(list(tmp_path.glob("*.seg"))) > 5
    reader = WhooshEngine().open(tmp_path)
    for clause in (TermClause(STEMS, (("vin", 1.0),)), PhraseClause(WORDS["text"], ("vin", "rouge"))):
        result = reader.search(EngineRequest(clause, limit=50))
        assert [candidate.document for candidate in result.candidates] == list(range(50))
    assert [entry.id for entry in reader.articles([49, 7])] == ["49", "7"]
    reader.close()


def test_a_term_of_many_blocks_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "BLOCK", 8)
    write(tmp_path, ["vin " * (number % 3 + 1) for number in range(100)])
    reader = WhooshEngine().open(tmp_path)
    assert reader.search(EngineRequest(TermClause(STEMS, (("vin", 1.0),)))).total == 100
    assert reader.search(EngineRequest(PhraseClause(WORDS["text"], ("vin", "vin", "vin")))).total == 33
    reader.close()


def test_nothing_is_left_beside_the_segments(tmp_path: Path) -> None:
    write(tmp_path, ["vin"])
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".seg", ".toc"]
