"""Behaviour that every engine shares; the contract is the prose in ``searchapp/engines/port.py``."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from searchapp.engines.port import (
    BooleanClause,
    Clause,
    DayClause,
    Engine,
    EngineRequest,
    MatchAllClause,
    PhraseClause,
    TermClause,
    TermPrefix,
)
from searchapp.errors import IndexDamaged
from searchapp.model import (
    Article,
    ArticleStatus,
    DateQuality,
    Deadline,
    FacetBucket,
    Filters,
    HistogramBucket,
    Sort,
)
from searchapp.schema import EXACT, ID, STEMS, TAG, WORDS
from tests.contract.conftest import ANALYZER, Open, article, document, found

PRESS = [
    article(
        "pont",
        "Le pont fermé",
        "Le pont de pierre ferme en juin.",
        "2022-06-01T10:00",
        source="Écho",
        section="Région",
    ),
    article(
        "port",
        "Le port ouvert",
        "Le port reste ouvert, le pont aussi.",
        "2023-02-10T08:00",
        ("Rose",),
        source="Phare",
        section="Région",
        tags=("eau",),
    ),
    article(
        "vin",
        "Le vin nouveau",
        "Le vin est là.",
        "2023-02-27T23:30",
        ("Rose", "Petit"),
        source="Écho",
        section="Économie",
    ),
    article("sans-date", "Pierre parle", "Une pierre, un pont.", source="Écho"),
]


def stem(word: str, field: str = STEMS) -> TermClause:
    return TermClause(field, ((ANALYZER.terms(word)[0].stem, 1.0),))


def phrase(text: str, part: str = "text", slop: int = 0) -> PhraseClause:
    return PhraseClause(WORDS[part], tuple(term.word for term in ANALYZER.terms(text)), slop)


def value(field: str, *values: str) -> TermClause:
    return TermClause(field, tuple((entry, 1.0) for entry in values))


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (MatchAllClause(), {"pont", "port", "vin", "sans-date"}),
        (stem("ponts"), {"pont", "port", "sans-date"}),
        (value(WORDS["title"], "pont"), {"pont"}),
        (value(EXACT["title"], "fermé"), {"pont"}),
        (value(EXACT["title"], "ferme"), set()),
        (value(EXACT["text"], "ferme"), {"pont"}),
        (value("source", "Écho"), {"pont", "vin", "sans-date"}),
        (value("author", "Petit", "Rose"), {"port", "vin"}),
        (value(ID, "vin"), {"vin"}),
        (value(TAG, "eau"), {"port"}),
        (TermClause(STEMS, ()), set()),
        (DayClause(20220601, 20230210), {"pont", "port"}),
        (DayClause(0, 99999999), {"pont", "port", "vin"}),
        (stem("absent"), set()),
        (TermClause("no_such_field", (("pont", 1.0),)), set()),
        (TermClause(STEMS, (("vin", 1.0), (ANALYZER.term("pierre").stem, 0.5))), {"pont", "vin", "sans-date"}),
        (phrase("pont de pierre"), {"pont"}),
        (phrase("pierre de pont"), set()),
        (phrase("pont fermé", "title"), {"pont"}),
        (phrase("pont fermé"), set()),
        (phrase("pierre pont", slop=1), {"pont", "sans-date"}),
        (phrase("pierre pont", slop=0), set()),
        (phrase("le le", slop=3), {"port"}),
        (phrase("le le", slop=2), set()),
        (BooleanClause(should=(stem("vin"), stem("port"))), {"vin", "port"}),
        (BooleanClause(must=(stem("pont"), stem("pierre"))), {"pont", "sans-date"}),
        (BooleanClause(must=(stem("pont"),), should=(stem("vin"),)), {"pont", "port", "sans-date"}),
        (BooleanClause(should=(stem("pont"),), must_not=(stem("port"),)), {"pont", "sans-date"}),
        (BooleanClause(must_not=(stem("pont"),)), {"vin"}),
        (BooleanClause(), {"pont", "port", "vin", "sans-date"}),
    ],
)
def test_a_clause_finds_exactly_its_documents(open_index: Open, clause: Clause, expected: set[str]) -> None:
    reader = open_index(PRESS)
    assert set(found(reader, clause)) == expected
    assert reader.search(EngineRequest(clause)).total == len(expected)


def test_scores_are_those_of_bm25(open_index: Open) -> None:
    reader = open_index([article("a", "vin", "vin"), article("b", "vin", "rouge clair"), article("c", "eau", "eau")])
    result = reader.search(EngineRequest(stem("vin")))
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    average = (2 + 3 + 2) / 3
    expected = [idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * length / average)) for tf, length in ((2, 2), (1, 3))]
    assert [candidate.score for candidate in result.candidates] == pytest.approx(expected, rel=1e-5)


def test_equal_scores_come_in_the_order_of_adding(open_index: Open) -> None:
    reader = open_index([article(str(number), "vin") for number in range(30)])
    assert found(reader, stem("vin"), limit=30) == [str(number) for number in range(30)]


def test_pages_join_into_the_whole_order(open_index: Open) -> None:
    reader = open_index([article(str(number), "vin", "eau " * (number % 7)) for number in range(40)])
    whole = found(reader, stem("vin"), limit=40)
    pages = [found(reader, stem("vin"), offset=offset, limit=7) for offset in range(0, 49, 7)]
    assert [entry for page in pages for entry in page] == whole


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.NEWEST, ["vin", "port", "pont", "sans-date"]),
        (Sort.OLDEST, ["pont", "port", "vin", "sans-date"]),
    ],
)
def test_documents_without_a_date_come_last_by_date(open_index: Open, sort: Sort, expected: list[str]) -> None:
    assert found(open_index(PRESS), MatchAllClause(), sort=sort) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters({"source": ("Écho",)}), {"pont", "vin", "sans-date"}),
        (Filters({"source": ("Écho", "Phare")}), {"pont", "port", "vin", "sans-date"}),
        (Filters({"source": ("echo",)}), {"pont", "vin", "sans-date"}),
        (Filters(excluded={"source": ("ÉCHO",)}), {"port"}),
        (Filters({"source": ("Écho",)}, excluded={"section": ("Région",)}), {"vin", "sans-date"}),
        (Filters({"year": ("2023",)}), {"port", "vin"}),
        (Filters(excluded={"no_such_field": ("Rose",)}), {"pont", "port", "vin", "sans-date"}),
        (Filters({"source": ("Écho",), "section": ("Région",)}), {"pont"}),
        (Filters({"author": ("Rose",)}), {"port", "vin"}),
        (Filters({"no_such_field": ("Rose",)}), set()),
        (Filters(date_from=date(2023, 2, 10)), {"port", "vin"}),
        (Filters(date_to=date(2022, 6, 1)), {"pont"}),
        (Filters(date_from=date(2023, 2, 27), date_to=date(2023, 2, 27)), {"vin"}),
    ],
)
def test_filters_narrow(open_index: Open, filters: Filters, expected: set[str]) -> None:
    assert set(found(open_index(PRESS), MatchAllClause(), filters=filters)) == expected


def test_facets_count_what_matches_without_their_own_filter(open_index: Open) -> None:
    request = EngineRequest(MatchAllClause(), Filters({"source": ("Écho",)}), facets=("source", "section", "author"))
    facets = open_index(PRESS).search(request).facets
    assert facets["source"] == (FacetBucket("Écho", 3), FacetBucket("Phare", 1))
    assert facets["section"] == (FacetBucket("Économie", 1), FacetBucket("Région", 1))
    assert facets["author"] == (FacetBucket("Petit", 1), FacetBucket("Rose", 1))


def test_the_histogram_counts_months_and_leaves_out_undated(open_index: Open) -> None:
    result = open_index(PRESS).search(EngineRequest(MatchAllClause(), histogram=True))
    assert result.histogram == (HistogramBucket("2022-06", 1), HistogramBucket("2023-02", 2))


def test_an_article_comes_back_as_it_was_stored(open_index: Open) -> None:
    whole = Article(
        "a/b c",
        "L’œuvre",
        "Un\n\nDeux",
        "Chapô",
        PRESS[0].date,
        "Écho",
        "Région",
        ("A", "B"),
        "https://x.example/",
        "fr",
        ("t",),
        ArticleStatus.CORRECTED,
        DateQuality.LOCAL,
        modified=PRESS[0].date,
        stub=True,
        repairs=("mojibake",),
    )
    reader = open_index([*PRESS, whole])
    assert reader.article("a/b c") == whole
    assert reader.article("a/b") is None


def test_a_second_document_with_an_id_replaces_the_first(open_index: Open) -> None:
    reader = open_index([article("a", "vieux vin"), article("b", "eau"), article("a", "jeune vin")])
    assert reader.count == 2
    assert found(reader, stem("vieux")) == []
    assert found(reader, MatchAllClause()) == ["b", "a"]
    assert reader.article("a") == article("a", "jeune vin")


def test_the_dictionary_is_read_by_prefix_in_order(open_index: Open) -> None:
    reader = open_index(PRESS)
    field = WORDS["text"]
    assert reader.terms_with_prefix(field, "p", 9) == [("pierre", 2), ("pont", 3), ("port", 1)]
    assert reader.terms_with_prefix(field, "po", 1) == [("pont", 3)]
    assert reader.terms_with_prefix(field, "z", 9) == []
    assert reader.terms_with_prefix("source", "", 9) == [("Phare", 1), ("Écho", 3)]
    assert reader.terms_with_prefix("no_such_field", "", 9) == []


def test_rerank_features_come_back_as_they_were_given(open_index: Open) -> None:
    reader = open_index(PRESS)
    candidates = reader.search(EngineRequest(MatchAllClause())).candidates
    documents = [candidate.document for candidate in candidates]
    details = reader.details([documents[2], documents[0]], features=True)
    assert list(details.features) == [b"preuve de vin", b"preuve de pont"]
    assert [entry.id for entry in details.articles] == ["vin", "pont"]
    assert reader.details(documents).features == ()


def test_the_first_candidates_carry_their_features_and_days_as_many_as_asked_for(open_index: Open) -> None:
    reader = open_index([article("neuf", date="2024-05-01"), article("nul"), article("vieux", date="1901-12-31")])
    request = EngineRequest(MatchAllClause(), features=2)
    carried = [(candidate.features, candidate.day) for candidate in reader.search(request).candidates]
    assert carried == [(b"preuve de neuf", 20240501), (b"preuve de nul", 0), (None, 0)]
    late = replace(request, deadline=Deadline(0.0))
    assert [candidate.features for candidate in reader.search(late).candidates] == [None] * 3


def test_details_tell_which_documents_match(open_index: Open) -> None:
    reader = open_index(PRESS)
    documents = [candidate.document for candidate in reader.search(EngineRequest(MatchAllClause())).candidates]
    pont, none = stem("pont"), stem("absent")
    matching = {candidate.document for candidate in reader.search(EngineRequest(pont)).candidates}
    assert reader.details(documents[1:], [pont, none]).matching == (matching - {documents[0]}, frozenset())
    assert reader.details([], [pont]).matching == (frozenset(),)


def test_document_frequency_counts_documents(open_index: Open) -> None:
    reader = open_index(PRESS)
    terms = [(STEMS, "absent"), (STEMS, "pont"), ("no_such_field", "pont")]
    statistics = reader.term_statistics(terms, [TermPrefix(WORDS["text"], "po", 1), TermPrefix(STEMS, "zz", 9)])
    assert list(statistics.frequencies) == [0, 3, 0]
    assert list(map(list, statistics.with_prefix)) == [[("pont", 3)], []]


def test_an_index_without_documents_answers(open_index: Open) -> None:
    reader = open_index([])
    result = reader.search(EngineRequest(stem("vin"), facets=("source",), histogram=True))
    assert (reader.count, result.total, result.candidates, result.facets["source"]) == (0, 0, (), ())
    assert found(reader, MatchAllClause(), sort=Sort.NEWEST) == []


def test_a_writer_that_fails_publishes_nothing(engine: Engine, tmp_path: Path) -> None:
    def write_and_fail() -> None:
        with engine.create(tmp_path) as writer:
            writer.add(document(PRESS[0]))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_fail()
    with pytest.raises(IndexDamaged):
        engine.open(tmp_path)


# Whoosh leaves the table of contents open when it cannot read it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_folder_that_is_no_index_is_damaged(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "_MAIN_1.toc").write_bytes(b"not an index")
    with pytest.raises(IndexDamaged):
        engine.open(tmp_path)
