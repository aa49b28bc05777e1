"""Behaviour of the Whoosh adapter alone."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.port import Document, EngineRequest, PhraseClause, TermClause
from searchapp.engines.whoosh_engine import WhooshEngine, generation
from searchapp.engines.whoosh_engine.codec.index_files import read_toc
from searchapp.engines.whoosh_engine.codec.library import write_table
from searchapp.engines.whoosh_engine.codec.segment import Segment
from searchapp.model import Article
from searchapp.schema import STEMS, WORDS

ANALYZER = FrenchAnalyzer()


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


def test_a_segment_keeps_its_name_its_deletions_and_its_lengths_in_the_table_of_contents(tmp_path: Path) -> None:
    segments = [Segment(3, deleted={1}, tokens={STEMS: 12}), Segment(2)]
    write_table(tmp_path, segments)
    assert [asdict(segment) for segment in read_toc(tmp_path)] == [asdict(segment) for segment in segments]


def test_nothing_is_left_beside_the_segments(tmp_path: Path) -> None:
    write(tmp_path, ["vin"])
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".seg", ".toc"]


def test_every_term_is_found_wherever_it_stands_in_the_dictionary(tmp_path: Path) -> None:
    words = ["mot" + first + second for first in "abcdefghijkl" for second in "acegikmoqsuw"]
    write(tmp_path, [" ".join(words[: number + 1]) for number in range(len(words))])
    field = WORDS["text"]
    with closing(WhooshEngine().open(tmp_path)) as reader:
        asked = [(field, word) for word in (*words, "a", "mot", "motab", "zut")]
        assert reader.term_statistics(asked).frequencies == [*range(len(words), 0, -1), 0, 0, 0, 0]
        assert reader.terms_with_prefix(field, "motl", 2) == [("motla", 12), ("motlc", 11)]


def test_terms_of_any_length_and_bytes_are_kept(tmp_path: Path) -> None:
    sources = ["", "a", "a\0", "a\0b", "é" * 16, "é" * 17, "é" * 200, "é" * 200 + "a", "\U0001f30a"]
    with WhooshEngine().create(tmp_path) as opened:
        for number, source in enumerate(sources):
            opened.add(Document(Article(str(number), "Titre", "", source=source), [], [], [], 0))
    with closing(WhooshEngine().open(tmp_path)) as reader:
        assert [term for term, _ in reader.terms_with_prefix("source", "", 99)] == sorted(sources[1:])
        assert reader.term_statistics([("source", source) for source in sources[1:]]).frequencies == [1] * 8


def test_long_articles_and_short_ones_are_stored(tmp_path: Path) -> None:
    texts = ["", "mer", "la mer " * 9000, *["vent"] * 40, "nuit " * 20_000, ""]
    write(tmp_path, texts)
    with closing(WhooshEngine().open(tmp_path)) as reader:
        backwards = range(len(texts) - 1, -1, -1)
        assert [article.text for article in reader.articles(backwards)] == texts[::-1]
