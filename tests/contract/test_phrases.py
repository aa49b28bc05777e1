"""Words in a row and words near each other."""

from __future__ import annotations

import pytest

from searchapp.analysis import Term
from searchapp.engines.clauses import AnyWord, Close, Either, Row, Span
from searchapp.engines.port import BooleanClause, Document, EngineRequest, PhraseClause, SpanClause, TermClause
from searchapp.model import Article
from searchapp.schema import STEMS, WORDS
from tests.contract.conftest import ANALYZER, Open, OpenDocuments, article, document, found
from tests.contract.oracle import Oracle

HARBOUR = [
    article("quai", "Le quai du port", "Le vieux port et le quai neuf du vieux port de pêche."),
    article("pêche", "La pêche au port", "La pêche, le port, la criée : tout le port vit de la pêche."),
    article("criée", "À la criée", "La criée ouvre à cinq heures ; le port dort."),
]


def near(text: str, slop: int = 0, part: str = "text") -> PhraseClause:
    return PhraseClause(WORDS[part], tuple(term.word for term in ANALYZER.terms(text)), slop)


PARAGRAPHS = [
    article("fin", text="Ils ont repeint le vieux port.\n\nQuai neuf, grues neuves."),
    article("suite", text="Sur le vieux port\nquai des Brumes, rien ne bouge."),
]


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (PhraseClause(WORDS["text"], ("port", "quai")), {"suite"}),
        (PhraseClause(WORDS["text"], ("quai", "neuf")), {"fin"}),
        # The end of a paragraph counts as one word between.
        (PhraseClause(WORDS["text"], ("neuf", "port"), 1), set()),
        (PhraseClause(WORDS["text"], ("neuf", "port"), 2), {"fin"}),
        # More arrangements than are tried one by one.
        (PhraseClause(WORDS["text"], ("neuf", "vieux", "repeint", "port"), 2), set()),
        (PhraseClause(WORDS["text"], ("neuf", "vieux", "repeint", "port"), 3), {"fin"}),
    ],
)
def test_no_phrase_goes_over_the_end_of_a_paragraph(open_index: Open, clause: PhraseClause, expected: set[str]) -> None:
    assert set(found(open_index(PARAGRAPHS), clause)) == expected


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (near("vieux port"), {"quai"}),
        (near("VIEUX PORT"), {"quai"}),
        (near("port vieux"), set()),
        (near("pêche au port", part="title"), {"pêche"}),
        (near("pêche au port"), set()),
        (near("peche"), {"quai", "pêche"}),
        (near("le port vit"), {"pêche"}),
        (near("port port"), set()),
        # Within two positions more than the words take, in either order.
        (near("port vieux", 2), {"quai"}),
        (near("criée port", 1), {"pêche"}),
        (near("criée port", 4), {"pêche"}),
        (near("criée port", 5), {"pêche", "criée"}),
        (near("port port", 4), {"pêche"}),
        (near("port port", 3), set()),
        # Three words, and more than there are arrangements to try one by one.
        (near("criée port pêche", 2), {"pêche"}),
        (near("criée port pêche", 9), {"pêche"}),
        (near("pêche quai vieux port", 2), set()),
        (near("pêche quai vieux port", 3), {"quai"}),
        (near("la la la port", 4), set()),
        (near("la pêche le port", 40), {"pêche"}),
        (near("absent port", 9), set()),
        (PhraseClause("no_such_field", ("le", "port"), 3), set()),
    ],
)
def test_a_phrase_finds_exactly_its_documents(open_index: Open, clause: PhraseClause, expected: set[str]) -> None:
    assert set(found(open_index(HARBOUR), clause)) == expected


def test_a_phrase_does_not_score(open_index: Open) -> None:
    reader = open_index(HARBOUR)
    alone = reader.search(EngineRequest(near("vieux port"))).candidates
    stem = TermClause(STEMS, (("port", 1.0),))
    beside = reader.search(EngineRequest(BooleanClause(must=(near("vieux port"),), should=(stem,)))).candidates
    plain = reader.search(EngineRequest(stem)).candidates
    assert [candidate.score for candidate in alone] == [0]
    assert {candidate.document: candidate.score for candidate in plain}[beside[0].document] == beside[0].score


def test_a_term_with_a_space_in_it_is_one_term_at_one_position(open_documents: OpenDocuments) -> None:
    """A few signs normalise to a space and a letter; positions after them must not shift."""
    odd, port, quai = Term("a b", "a b", "a b", False, 0), *ANALYZER.terms("port quai")
    reader = open_documents([Document(Article("odd", "Titre", "Texte"), [], [], [port, odd, quai], 0)])
    field = WORDS["text"]
    for terms, slop, hits in (
        (("a b",), 0, 1),
        (("port", "a b"), 0, 1),
        (("port", "quai"), 1, 1),
        (("port", "quai"), 0, 0),
        (("a", "b"), 0, 0),
        (("quai", "a b", "port"), 9, 1),
        (("quai", "b", "port"), 9, 0),
    ):
        assert len(found(reader, PhraseClause(field, terms, slop))) == hits, (terms, slop)
    assert reader.terms_with_prefix(field, "a", 9) == [("a b", 1)]


def test_no_query_text_is_too_odd(open_index: Open) -> None:
    reader = open_index(HARBOUR)
    for term in ("", " ", "\ud800", "\0", "x" * 70_000, "a b"):
        assert found(reader, TermClause(STEMS, ((term, 1.0),))) == []
        assert found(reader, PhraseClause(WORDS["text"], (term, "port"), 5)) == []
        assert reader.term_statistics([(STEMS, term)]).frequencies == [0]
        assert reader.article(term) is None


def any_of(*words: str) -> AnyWord:
    return AnyWord(words)


@pytest.mark.parametrize(
    ("span", "times", "expected"),
    [
        (any_of("criee", "peche"), 1, {"quai", "pêche", "criée"}),
        (any_of("peche"), 2, {"pêche"}),
        (any_of("peche"), 3, set()),
        (any_of("port", "quai"), 2, {"quai", "pêche"}),
        (Row((any_of("vieux", "le"), any_of("port"))), 1, {"quai", "pêche", "criée"}),
        (Row((any_of("vieux"), any_of("port"))), 2, {"quai"}),
        (Row((any_of("port"), any_of("vieux", "dort"))), 1, {"criée"}),
        (Close(any_of("criee"), any_of("port"), 1), 1, {"pêche"}),
        (Close(any_of("port"), any_of("port"), 4), 1, {"pêche"}),
        # A phrase beside a word, then a word inside of that stretch.
        (Close(Row((any_of("vieux"), any_of("port"))), any_of("neuf"), 3), 1, {"quai"}),
        (Close(Close(any_of("vieux"), any_of("neuf"), 4), any_of("quai"), 0), 1, {"quai"}),
        (Close(Close(any_of("vieux"), any_of("neuf"), 2), any_of("absent"), 9), 1, set()),
        (Either((any_of("absent"), Row((any_of("cinq"), any_of("heures"))))), 1, {"criée"}),
    ],
)
def test_a_span_finds_exactly_its_documents(open_index: Open, span: Span, times: int, expected: set[str]) -> None:
    reader, clause = open_index(HARBOUR), SpanClause(WORDS["text"], span, times)
    assert set(found(reader, clause)) == expected
    assert expected == {entry.id for entry in HARBOUR if Oracle([]).matches(clause, document(entry))}


def test_a_span_in_a_field_that_is_none_finds_nothing(open_index: Open) -> None:
    assert found(open_index(HARBOUR), SpanClause("no_such_field", any_of("port"))) == []
