"""Ranking, recall and corrections on a small archive."""

from __future__ import annotations

from datetime import date

import pytest

from searchapp.errors import InvalidRequest
from searchapp.model import Filters, SearchRequest, Sort
from searchapp.search.service import SearchService


def ids(archive: SearchService, query: str, **request: object) -> list[str]:
    return [hit.article.id for hit in archive.search(SearchRequest(query, **request)).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("phare", ["phare-vendu"]),
        ("pont fermé", ["pont-ferme", "pont-bac"]),
        ("le pont de Brennec a rouvert samedi et le maire", ["pont-rouvert", "pont-ferme"]),
        ("train de nuit", ["train-nuit", "neige-train"]),
        ("neige train", ["neige-train"]),
        ("marée moulin", ["maree-record", "maree-algues"]),
        ("élection maire voix", ["election-maire"]),
        ("abeilles école", ["ecole-fermee"]),
        ("chauffeurs nuit", ["greve-fin", "greve-bus"]),
        ("chat", ["chat-caserne", "voile-retour"]),
        ("sardine conserverie", ["conserverie-cooperative", "conserverie-licencie", "conserverie-tribunal"]),
        ("bibliothèque nuit", ["bibliotheque-nuit"]),
        ("Odette Riou", ["rectificatif-age", "echecs-doyenne"]),
        ("Noël sapins", ["marche-noel"]),
    ],
)
def test_the_article_that_is_about_the_words_comes_first(archive: SearchService, query: str, first: list[str]) -> None:
    assert ids(archive, query)[: len(first)] == first


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("licencier", {"conserverie-licencie"}),
        ("licenciement", {"conserverie-tribunal"}),
        ("=licenciements", {"conserverie-tribunal"}),
        ("titre:phare", {"phare-vendu"}),
        ("phare -astronome", {"phare-orage"}),
        ("phare ET astronome", {"phare-vendu", "phare-astronome"}),
        ("phare SAUF vend*", {"phare-astronome", "phare-orage"}),
        ('"train de nuit"', {"train-nuit"}),
        ("camion PROCHE/5 hameaux", {"bibliotheque-mobile"}),
        ("camion PROCHE/2 hameaux", set()),
        ("algus~", {"maree-algues"}),
        ("quatre-vingts OU introuvable", {"neige-train"}),
        ("auteur:kerjean date:2018", {"greve-bus", "greve-fin"}),
        ("auteur:kerjan~ date:2018", {"greve-bus", "greve-fin"}),
        ("rubrique:sport -chat", {"echecs-doyenne", "rectificatif-age"}),
        ("source:dépêche rubrique:mer", {"marche-poisson"}),
        ("nuit avant:2019", {"greve-bus", "greve-fin"}),
        ("nuit date:2020-12..2021", {"neige-train", "abeilles-mairie", "phare-astronome"}),
    ],
)
def test_what_was_asked_for_is_found_and_nothing_else(archive: SearchService, query: str, found: set[str]) -> None:
    assert set(ids(archive, query, per_page=50)) == found


@pytest.mark.parametrize(
    ("query", "suggestion"),
    [
        ("bibliotèque", "bibliothèque"),
        ("ortografe", "orthographe"),
        ("la bibliotèque, la mer", "la bibliothèque, la mer"),
        ("bibliotèque ortografe", "bibliothèque orthographe"),
        ("conservrie", "conserverie"),
        ("bibliothèque", None),
        ("introuvable", None),
    ],
)
def test_a_word_that_no_article_holds_is_put_right_and_that_is_told(
    archive: SearchService, query: str, suggestion: str | None
) -> None:
    result = archive.search(SearchRequest(query))
    assert result.suggestion == suggestion
    assert sum("was looked for instead" in str(remark.message) for remark in result.remarks) == (
        len(set(query.split()) - set((suggestion or query).split()))
    )
    if suggestion:
        assert [hit.article.id for hit in result.hits] == ids(archive, suggestion)
        assert all((remark.start, remark.end) == (0, len(query)) for remark in result.remarks)


@pytest.mark.parametrize(
    "query",
    [
        "={word}",
        '"{word} municipale"~4',
        "titre:{word}",
        "titre:({word} municipale)",
        'marché OU "{word} municipale"',
        "marché SAUF ={word}",
        "marché +={word}",
    ],
)
def test_a_word_that_is_looked_for_as_it_was_typed_is_not_said_to_be_replaced(
    archive: SearchService, query: str
) -> None:
    result = archive.search(SearchRequest(query.format(word="bibliotèque")))
    assert [str(remark.message) for remark in result.remarks if "instead" in str(remark.message)] == []
    assert result.suggestion == (None if query.startswith("marché SAUF") else query.format(word="bibliothèque"))


@pytest.mark.parametrize("query", ["+{word}", "marché ET {word}", "(marché OU {word}) phare"])
def test_a_word_that_is_replaced_is_told_wherever_it_stands(archive: SearchService, query: str) -> None:
    result = archive.search(SearchRequest(query.format(word="bibliotèque")))
    assert ["“bibliothèque” was looked for instead" in str(remark.message) for remark in result.remarks] == [True]
    assert result.total == archive.search(SearchRequest(query.format(word="bibliothèque"))).total


def test_a_pasted_headline_finds_its_article_though_its_quotation_is_not_in_it(archive: SearchService) -> None:
    headline = "Marché de Noël « sans un sapin » à Brennec : le camion s’est trompé"
    result = archive.search(SearchRequest(headline))
    assert result.hits[0].article.id == "marche-noel"
    assert "preferred, not required" in str(result.remarks[0].message)
    relaxed = archive.search(SearchRequest("marché « sans un sapin »"))
    assert relaxed.total == archive.search(SearchRequest("marché sans un sapin")).total > 0
    assert any("sans un sapin" in str(remark.message) for remark in relaxed.remarks)


def test_a_hit_shows_where_its_words_stand(archive: SearchService) -> None:
    (hit,) = archive.search(SearchRequest("astronome", per_page=1)).hits
    text = hit.article.text
    assert hit.article.id == "phare-astronome"
    assert [hit.article.title[start:end] for start, end in hit.title.spans] == ["astronome"]
    assert [text[start:end] for fragment in hit.fragments for start, end in fragment.spans] == ["astronome"]
    assert hit.lead is None


def test_facets_and_months_count_every_article(archive: SearchService) -> None:
    result = archive.search(SearchRequest("", per_page=1))
    assert result.total == 36
    assert {bucket.value: bucket.count for bucket in result.facets["source"]} == {
        "Le Phare de Brennec": 19,
        "La Dépêche des Sables": 17,
    }
    assert sum(bucket.count for bucket in result.facets["section"]) == 36
    assert sum(bucket.count for bucket in result.histogram) == 36


def test_ranks_and_scores_fall_from_page_to_page(archive: SearchService) -> None:
    whole = archive.search(SearchRequest("le train de nuit et la neige sur la mer", per_page=36)).hits
    pages = [
        hit
        for page in (1, 2, 3, 4, 5)
        for hit in archive.search(SearchRequest("le train de nuit et la neige sur la mer", page=page, per_page=4)).hits
    ]
    assert [(hit.article.id, hit.rank) for hit in whole[:20]] == [(hit.article.id, hit.rank) for hit in pages]
    assert [hit.rank for hit in whole] == list(range(1, len(whole) + 1))
    assert [hit.score for hit in whole] == sorted((hit.score for hit in whole), reverse=True)


@pytest.mark.parametrize(
    ("page", "per_page", "deep"), [(1000, 10, False), (1001, 10, True), (100, 100, False), (101, 100, True)]
)
def test_pages_have_numbers_up_to_the_ten_thousandth_result(
    archive: SearchService, page: int, per_page: int, deep: bool
) -> None:
    request = SearchRequest("phare", page=page, per_page=per_page)
    if deep:
        with pytest.raises(InvalidRequest, match="too deep"):
            archive.search(request)
    else:
        assert archive.search(request).hits == ()


@pytest.mark.parametrize(("per_page", "more"), [(2, True), (3, False), (4, False)])
def test_a_cursor_leads_on_while_there_are_more_results(archive: SearchService, per_page: int, more: bool) -> None:
    assert (archive.search(SearchRequest("phare", per_page=per_page)).next_cursor is not None) == more


@pytest.mark.parametrize("query", ["", "date:2024", "rubrique:sport", "+source:phare"])
def test_what_only_narrows_comes_newest_first(archive: SearchService, query: str) -> None:
    assert ids(archive, query) == ids(archive, query, sort=Sort.NEWEST)


def test_words_beside_a_narrowing_clause_come_by_relevance(archive: SearchService) -> None:
    assert ids(archive, "pont date:2023")[0] == "pont-rouvert"
    assert ids(archive, "pont fermé date:2023")[0] == "pont-ferme"


def test_filters_narrow_to_whole_days(archive: SearchService) -> None:
    days = Filters(date_from=date(2023, 3, 4), date_to=date(2023, 3, 20))
    assert set(ids(archive, "", filters=days)) == {"pont-ferme", "pont-bac"}
    assert set(ids(archive, "", filters=Filters(date_from=date(2023, 3, 5), date_to=date(2023, 3, 19)))) == set()
