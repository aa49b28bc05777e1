"""Signs and capitals that are asked for, phrases that nobody wrote, and what a question says besides."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.config import ENGINES
from searchapp.i18n import Message
from searchapp.model import SearchRequest, SearchResult

TEXTS = {
    "chaine": "La chaîne Canal+ diffuse le match.",
    "suez": "Le canal de Suez est bloqué.",
    "csharp": "Elle programme en C# depuis dix ans.",
    "cpp": "Il préfère C++ et .NET au travail.",
    "vitamine": "La vitamine C est utile, le net aussi.",
    "recherche": "Le budget de R&D augmente.",
    "lettres": "Les lettres R et D se suivent.",
    "compte": "Écrivez à @mairie ou suivez #Velo.",
    "mairie": "La mairie prête un vélo.",
    "tours": "La ville de Tours fête ses jardins.",
    "scrutin": "L’entre-deux tours commence.",
    "conseil": "Le conseil a été municipal longtemps.",
    "reforme": "Des réformes, mais lesquelles choisir ?",
    "oui": "Elle a dit oui au projet.",
}
Search = Callable[[str], SearchResult]


@pytest.fixture(scope="module", params=ENGINES)
def search(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    folder = tmp_path_factory.mktemp("signes")
    lines = (json.dumps({"id": name, "title": "Brève", "text": text}) + "\n" for name, text in TEXTS.items())
    (folder / "articles.jsonl").write_text("".join(lines), "utf-8")
    config = bootstrap.load_config(
        {"corpus": folder / "articles.jsonl", "index": folder / "index", "engine": request.param}
    )
    bootstrap.reindex(config)
    service = bootstrap.open_service(config)
    yield lambda query: service.search(SearchRequest(query))
    service.close()


@pytest.mark.parametrize(
    ("query", "expected", "marked"),
    [
        ('"Canal+"', {"chaine"}, "Canal+"),
        ("=Canal+", {"chaine"}, "Canal+"),
        ('"chaine CANAL+"', {"chaine"}, "chaîne Canal+"),
        ('"C#"', {"csharp"}, "C#"),
        ("=C++", {"cpp"}, "C++"),
        ('".NET"', {"cpp"}, ".NET"),
        ('"R&D"', {"recherche"}, "R&D"),
        ('"@mairie"', {"compte"}, "@mairie"),
        ('"#vélo"', {"compte"}, "#Velo"),
        ("=Tours", {"tours"}, "Tours"),
        ("texte:=Tours", {"tours"}, "Tours"),
    ],
)
def test_a_sign_or_a_capital_that_is_asked_for_is_in_the_text(
    search: Search, query: str, expected: set[str], marked: str
) -> None:
    result = search(query)
    assert {hit.article.id for hit in result.hits} == expected
    assert result.total == len(expected)
    fragment = result.hits[0].fragments[0]
    assert [fragment.text[start:end] for start, end in fragment.spans] == [marked]


@pytest.mark.parametrize("query", ["=tours", "=TOURS", '"tours"'])
def test_without_a_capital_any_will_do(search: Search, query: str) -> None:
    assert {hit.article.id for hit in search(query).hits} == {"tours", "scrutin"}


def test_a_sign_that_is_asked_for_may_be_excluded(search: Search) -> None:
    assert {hit.article.id for hit in search('canal -"Canal+"').hits} == {"suez"}


@pytest.mark.parametrize(
    "query", ['"conseil municipal"', 'texte:"conseil municipal"', '"conseil municipal" ET longtemps']
)
def test_the_words_of_a_phrase_that_nobody_wrote_are_looked_for_and_that_is_told(search: Search, query: str) -> None:
    result = search(query)
    assert [hit.article.id for hit in result.hits] == ["conseil"]
    assert "No article holds “conseil municipal” as it is written" in str(result.remarks[0].message)


def test_a_phrase_whose_words_are_nowhere_finds_nothing_and_tells_nothing_wrong(search: Search) -> None:
    result = search('"zèbre mauve"')
    assert (result.total, [str(remark.message) for remark in result.remarks if "as it is" in str(remark.message)]) == (
        0,
        [],
    )


def test_an_excluded_phrase_stays_one(search: Search) -> None:
    assert "conseil" in {hit.article.id for hit in search('conseil -"conseil municipal"').hits}


def test_what_only_makes_a_question_weighs_nothing(search: Search) -> None:
    assert search("oui mais lesquelles ?").hits[0].article.id == "reforme"
    assert [hit.article.id for hit in search("réformes, oui mais lesquelles ?").hits] == ["reforme"]
    assert "oui" in {hit.article.id for hit in search("réformes oui").hits}


@pytest.mark.parametrize("engine", ENGINES)
def test_whether_phrases_cross_paragraphs_is_a_setting_that_rebuilds_the_index(engine: str, tmp_path: Path) -> None:
    lines = [json.dumps({"id": "a", "title": "Brève", "text": "Vu du vieux port.\n\nQuai neuf."})]
    (tmp_path / "articles.jsonl").write_text("\n".join(lines), "utf-8")
    settings = {"corpus": tmp_path / "articles.jsonl", "index": tmp_path / "index", "engine": engine}
    totals = []
    for crossing in (False, True):
        config = bootstrap.load_config({**settings, "phrases_cross_paragraphs": crossing})
        assert bootstrap.reindex(config).generation
        service = bootstrap.open_service(config)
        found = service.search(SearchRequest('"port quai"'))
        totals.append(0 if found.remarks else found.total)
        service.close()
    assert totals == [0, 1]


def test_a_star_at_the_beginning_tells_what_it_stands_for(search: Search) -> None:
    (remark,) = search("Brève *ormes").remarks
    assert remark.message == Message("“{word}” stands for: {words}", word="*ormes", words="reformes")
    assert (remark.start, remark.end) == (6, 12)


def test_a_star_inside_or_at_the_end_of_a_word_needs_no_remark(search: Search) -> None:
    assert search("réf*mes").remarks == search("réfor*").remarks == ()
