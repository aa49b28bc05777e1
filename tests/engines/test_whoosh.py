"""Behaviour of the Whoosh adapter alone."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.port import Document, EngineRequest, PhraseClause, TermClause
from searchapp.engines.whoosh_engine import WhooshEngine, generation
from searchapp.engines.whoosh_engine.codec import layout, posting_encoder, term_dictionary
from searchapp.model import Article
from searchapp.schema import STEMS, WORDS

ANALYZER = FrenchAnalyzer()
PLAIN_WHOOSH = """
import json, sys
from whoosh import index, query
opened = index.open_dir(sys.argv[1])
def answers():
    with opened.searcher() as searcher:
        def article(hit):
            return json.loads(hit["article"])
        def found(asked):
            return [article(hit)["id"] for hit in searcher.search(asked, limit=None)]
        best = searcher.search(query.Term("stems", "journal"))
        return [
            searcher.doc_count(),
            found(query.Phrase("text_words", ["a", "la", "une"])),
            found(query.Phrase("text_words", ["journal", "a"], slop=3)),
            [[article(hit)["id"], round(hit.score, 3)] for hit in best],
            sorted(found(query.Prefix("text_exact", "jour"))),
            found(query.Term("source", "Phare")),
            [article(hit)["text"] for hit in best],
            searcher.reader().doc_frequency("text_words", b"la"),
        ]
before = answers()
opened.optimize()  # writes every posting and stored field anew through Whoosh's own writer
print(json.dumps([before, answers()]))
assert not any(name.startswith(("searchapp", "numpy")) for name in sys.modules)
"""


def write(folder: Path, texts: list[str], source: str = "") -> None:
    with WhooshEngine().create(folder) as opened:
        for number, text in enumerate(texts):
            opened.add(
                Document(
                    Article(str(number), "Titre", text, source=source),
                    ANALYZER.terms("Titre"),
                    [],
                    ANALYZER.terms(text),
                    0,
                )
            )


@pytest.mark.parametrize(("segment", "block"), [(12_000_000, 4096), (150, 2)])
def test_plain_whoosh_reads_what_we_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, segment: int, block: int
) -> None:
    monkeypatch.setattr(generation, "_SEGMENT", segment)
    monkeypatch.setattr(layout, "BLOCK", block)
    monkeypatch.setattr(posting_encoder, "_COMPRESSED_FROM", 40 * block)
    texts = ["à la une du journal", "le journal est à la rue, une fois", *["la mer, la nuit"] * 40, "journal " * 300]
    write(tmp_path, texts, source="Phare")
    command = [sys.executable, "-I", "-c", PLAIN_WHOOSH, str(tmp_path)]
    before, after = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    count, phrase, near, best, prefix, source, stored, frequency = before
    # Whoosh adds up the lengths that it rounded itself.
    assert [score for _, score in after.pop(3)] == pytest.approx([score for _, score in best], rel=0.01)
    assert after == before[:3] + before[4:]
    assert (count, phrase, near, prefix, len(source), frequency) == (43, ["0"], ["1"], ["0", "1", "42"], 43, 42)
    assert [article_id for article_id, _ in best] == ["42", "0", "1"]
    assert all(score > 0 for _, score in best)
    assert stored == [texts[int(article_id)] for article_id, _ in best]


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


def test_a_table_without_gaps_is_found_in_by_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(term_dictionary, "_MAX_PROBES", 0)
    write(tmp_path, ["vin rouge", "vin blanc"])
    with closing(WhooshEngine().open(tmp_path)) as reader:
        terms = [(WORDS["text"], word) for word in ("vin", "blanc", "a", "mer", "zut")]
        assert reader.term_statistics(terms).frequencies == [2, 1, 0, 0, 0]
