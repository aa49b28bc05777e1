"""Resolution of a query's words: fields, forms, and the terms that score."""

from __future__ import annotations

import pytest

from searchapp.engines.port import Clause, EngineRequest, Reader, TermClause
from searchapp.query import parse
from searchapp.schema import STEMS
from searchapp.search.corrections import NO_CORRECTIONS
from searchapp.search.dictionary import Dictionary, Lookup
from searchapp.search.highlight_terms import extract_highlight_terms
from searchapp.search.query_terms import scored_terms
from searchapp.search.resolve import Resolver
from searchapp.search.spellings import QuerySpellings
from tests.contract.conftest import ANALYZER, Open, article, found


@pytest.fixture
def reader(open_index: Open) -> Reader:
    return open_index(
        [
            article("pont", "Le pont", "Un vin rouge.", source="L’Écho du Port"),
            article("vin", "Vin", "La vice-présidente goûte un vin.", source="Le Phare"),
            article("petits", "Le la les", "Le, la, les."),
            article("vice", "Vicieux", "Le vice du président."),
            article("lard", "Lard", "Un vicelard présidentiel."),
            article("titre", "Rouge", "Un pont."),
        ]
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("vice-présidente", ["vice", "vin"]),
        ("texte:vice-présidente", ["vice", "vin"]),
        ("texte:vice-prés*", ["vice", "vin"]),
        ("texte:vic*", ["lard", "vice", "vin"]),
        ("texte:vice-présidonte~", ["vin"]),
        ("texte:vise~", ["vice", "vin"]),
        ("titre:(le pont)", ["pont"]),
        ("titre:(le la)", ["petits", "pont"]),
        ("titre:(+le pont)", ["petits", "pont"]),
        ("titre:pont", ["pont"]),
        ("titre:(pont rouge)", ["pont", "titre"]),
        ("texte:(pont OU vin) titre:vin", ["vin"]),
        ("le pont", ["pont", "titre"]),
        ("le", ["petits", "pont", "vice"]),
        ("le source:phare", []),
        ("la source:phare", ["vin"]),
        ("pont source:port", ["pont"]),
        ("+pont rouge", ["pont", "titre"]),
        ("rouge -pont", []),
        ("rouge -titre:pont", ["titre"]),
        ("SAUF (pont OU vin OU lard)", ["petits", "vice"]),
        ('"un vin"', ["pont", "vin"]),
        ('"pont"', ["pont", "titre"]),
        ('titre:"le pont"', ["pont"]),
        ('texte:"le pont"', []),
        ('"vin pont"~9', []),
        ("=vin", ["pont", "vin"]),
        ("titre:=vin", ["vin"]),
        ("source:écho source:phare", []),
        ("source:(écho OU phare)", ["pont", "vin"]),
        ('source:"écho port"~1', ["pont"]),
        ('source:"écho port"', []),
        ("source:por*", ["pont"]),
        ("source:=Port", ["pont"]),
        ("source:phar~", ["vin"]),
    ],
)
def test_a_query_finds_what_holds_its_words(reader: Reader, query: str, expected: list[str]) -> None:
    clause = Resolver(QuerySpellings(ANALYZER), Lookup(Dictionary(reader, ANALYZER))).resolve(parse(query).tree).clause
    assert sorted(found(reader, clause)) == expected


@pytest.mark.parametrize(
    ("query", "stems"),
    [
        ("pont vin", ["pont", "vin"]),
        ("pont ponts vin pont", ["pont", "vin"]),
        ("titre:rouge pont", ["pont", "roug"]),
        ("source:rouge pont", ["pont"]),
        ("pont -vin", ["pont"]),
        ("(pont OU vin) ET rouge", ["pont", "vin", "roug"]),
        ('"pont rouge" vin', ["vin", "pont", "roug"]),
        ("=pont", ["pont"]),
        ("pon* vin~", []),
        ("le pont", ["pont"]),
        ("le la", ["le", "la"]),
        ("20 000 ponts", ["20000", "pont"]),
        ("date:2024", []),
    ],
)
def test_an_article_is_judged_by_the_content_words_that_are_asked_for(query: str, stems: list[str]) -> None:
    assert [term.stem for term in scored_terms(parse(query).tree, QuerySpellings(ANALYZER), NO_CORRECTIONS)] == stems


@pytest.mark.parametrize(
    ("query", "stems"),
    [
        ("pont vin", {"pont", "vin"}),
        ("titre:pont vin", {"vin"}),
        ("pont -vin", {"pont"}),
        ("le pont", {"pont"}),
        ("le la", {"le", "la"}),
        ('le "la une"', set()),
        ("le pon*", set()),
        ("le titre:pont", set()),
        ("le =pont", set()),
        ("le pont~", set()),
        ("source:pont", set()),
    ],
)
def test_marks_stand_on_stopwords_only_when_there_is_nothing_else(query: str, stems: set[str]) -> None:
    assert extract_highlight_terms(parse(query).tree, QuerySpellings(ANALYZER)).stems == stems


def test_a_word_scores_as_itself_wherever_it_stands_in_a_query(reader: Reader) -> None:
    def scores(clause: Clause) -> dict[int, float]:
        return {hit.document: hit.score for hit in reader.search(EngineRequest(clause)).candidates}

    alone = scores(TermClause(STEMS, (("pont", 1.0),)))
    lookup = Lookup(Dictionary(reader, ANALYZER))
    for query in (
        "pont",
        "+pont",
        "le pont",
        "titre:pont",
        "pont source:port",
        '"pont" pont',
        "=pont",
        "pon*",
        "pont~",
    ):
        found_so = scores(Resolver(QuerySpellings(ANALYZER), lookup).resolve(parse(query).tree).clause)
        assert found_so
        assert found_so == pytest.approx({document: alone[document] for document in found_so}, rel=1e-5)


@pytest.mark.parametrize(
    ("query", "told"),
    [("source:écho", 0), ("source:gazette", 1), ("source:(écho OU gazette)", 1), ("titre:gazette", 0), ("gazette", 0)],
)
def test_a_value_that_nobody_has_is_told_and_one_that_somebody_has_is_not(
    reader: Reader, query: str, told: int
) -> None:
    lookup = Lookup(Dictionary(reader, ANALYZER))
    resolution = Resolver(QuerySpellings(ANALYZER), lookup).resolve(parse(query).tree)
    assert len(resolution.remarks) == told
