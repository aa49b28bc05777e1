"""Assumptions of the term dictionary of a generation."""

from __future__ import annotations

from pathlib import Path

from searchapp.analysis import FrenchAnalyzer
from searchapp.analysis.stemmer import irregular_words

CORPUS = Path(__file__).parents[2] / "corpus"


def test_a_stem_begins_with_the_first_two_letters_of_its_words_unless_they_are_irregular() -> None:
    """Else « titre:mot » would have to read the whole dictionary: see Dictionary.sharing."""
    texts = (path.read_text("utf-8", "replace") for path in (*CORPUS.rglob("*.txt"), *CORPUS.rglob("*.md")))
    terms = {term for text in texts for term in FrenchAnalyzer().terms(text)}
    for word, stem in {(term.word, term.stem) for term in terms}:
        assert word.startswith(stem[:2]) or word in irregular_words(stem)
