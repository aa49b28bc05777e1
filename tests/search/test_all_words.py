"""Articles with all words of a query, over every engine, compared with a count in plain Python on random corpora."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.analysis import FrenchAnalyzer
from searchapp.analysis.stemmer import family_root
from searchapp.config import ENGINES
from searchapp.model import Article, Filters, Match, SearchRequest, SearchResult, Sort
from searchapp.search.service import SearchService

ANALYZER = FrenchAnalyzer()
# Two families, a synonym of two words, and words of every frequency.
WORDS = (
    *("grève", "licencier", "licenciement", "phare", "marée", "pont", "gréviste", "voile"),
    *("brume", "digue", "port", "quai", "nations", "unies", "onu"),
)
SYNONYMS = {"onu": ("nations", "unies")}
SEEDS = (1, 2, 3)


def corpus_of(seed: int) -> list[dict[str, str]]:
    draw = random.Random(seed)
    return [
        {
            "id": f"a{number}",
            "title": " ".join(draw.choices(WORDS, range(len(WORDS), 0, -1), k=2)),
            "text": " ".join(draw.choices(WORDS, range(len(WORDS), 0, -1), k=draw.randrange(1, 7))),
            "date": f"20{draw.randrange(10, 25)}-0{draw.randrange(1, 10)}-1{draw.randrange(10)}",
            "source": draw.choice(("Écho", "Phare", "Gazette")),
        }
        for number in range(80)
    ]


@pytest.fixture(scope="module", params=[(engine, seed) for engine in ENGINES for seed in SEEDS], ids=str)
def archive(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[SearchService, list[dict[str, str]]]]:
    engine, seed = request.param
    folder = tmp_path_factory.mktemp("archive")
    articles = corpus_of(seed)
    (folder / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in articles), "utf-8")
    (folder / "synonyms.txt").write_text("ONU = Nations unies\n", "utf-8")
    options = {"corpus": folder / "a.jsonl", "index": folder / "index", "synonyms": folder / "synonyms.txt"}
    config = bootstrap.load_config({**options, "engine": engine, "jobs": 1})
    bootstrap.reindex(config)
    service = bootstrap.open_service(config)
    yield service, articles
    service.close()


def lacked(query: str, article: dict[str, str]) -> list[str]:
    """Return the words of ``query`` that an article lacks, by comparing words and their families."""
    stems = {term.stem for term in ANALYZER.terms(f"{article['title']} {article['text']}")}
    roots = {family_root(stem) for stem in stems if len(stem) > 3}

    def is_held(word: str) -> bool:
        (term,) = ANALYZER.terms(word)
        synonym = SYNONYMS.get(word, ())
        by_synonym = bool(synonym) and all(ANALYZER.terms(one)[0].stem in stems for one in synonym)
        return term.stem in stems or (len(term.word) > 3 and family_root(term.stem) in roots) or by_synonym

    return [word for word in query.split() if not is_held(word)]


def everything(service: SearchService, query: str, **request: object) -> SearchResult:
    return service.search(SearchRequest(query, per_page=100, **request))  # type: ignore[arg-type]


def ids(result: SearchResult) -> list[str]:
    return [hit.article.id for hit in result.hits]


QUERIES = ["grève phare", "phare marée pont", "licenciement voile", "onu grève", "quai grève brume digue", "grève port"]


@pytest.mark.parametrize("query", QUERIES)
def test_totals_lists_counts_and_missing_words_are_those_of_a_plain_count(
    archive: tuple[SearchService, list[dict[str, str]]], query: str
) -> None:
    service, articles = archive
    by_id = {article["id"]: article for article in articles}
    most = everything(service, query)
    assert {hit.article.id: list(hit.missing) for hit in most.hits} == {
        found: lacked(query, by_id[found]) for found in ids(most)
    }
    whole = [found for found in ids(most) if not lacked(query, by_id[found])]
    assert most.total_all == len(whole)
    counted = whole or ids(most)
    assert most.facets_match is (Match.ALL if whole else Match.MOST)
    assert {bucket.value: bucket.count for bucket in most.facets["source"]} == Counter(
        by_id[found]["source"] for found in counted
    )
    assert sum(bucket.count for bucket in most.histogram) == len(counted)

    required = everything(service, query, match=Match.ALL)
    assert sorted(ids(required)) == sorted(whole)
    assert (required.total, required.total_all) == (len(whole), len(whole))

    newest = everything(service, query, sort=Sort.NEWEST)
    assert sorted(ids(newest)) == sorted(counted)
    assert newest.match is (Match.ALL if whole else Match.MOST)
    dates = [hit.article.date for hit in newest.hits]
    assert dates == sorted(dates, key=lambda date: date.timestamp() if date else 0, reverse=True)


def test_filters_narrow_the_articles_with_all_words_too(archive: tuple[SearchService, list[dict[str, str]]]) -> None:
    service, _ = archive
    whole = everything(service, "grève phare", match=Match.ALL)
    only = everything(service, "grève phare", filters=Filters({"source": ("Écho",)}))
    assert only.total_all == sum(hit.article.source == "Écho" for hit in whole.hits)


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_and_cursors_of_all_words_join(archive: tuple[SearchService, list[dict[str, str]]], sort: Sort) -> None:
    service, _ = archive
    request = SearchRequest("grève phare", per_page=2, sort=sort, match=Match.ALL)
    followed, cursor = [], None
    while True:
        result = service.search(SearchRequest("grève phare", per_page=2, sort=sort, match=Match.ALL, cursor=cursor))
        followed += ids(result)
        if (cursor := result.next_cursor) is None:
            break
    assert request.match is result.match
    assert followed == ids(everything(service, "grève phare", sort=sort, match=Match.ALL))


def test_a_word_that_no_article_has_is_named_and_no_article_has_all(
    archive: tuple[SearchService, list[dict[str, str]]],
) -> None:
    service, _ = archive
    result = everything(service, "zzzzxqy grève")
    (remark,) = result.remarks
    assert str(remark.message) == "No article holds “zzzzxqy”."
    assert (remark.start, remark.end) == (0, 7)
    assert result.total > 0
    assert result.total_all == 0
    assert {hit.missing for hit in result.hits} == {("zzzzxqy",)}
    nothing = everything(service, "zzzzxqy grève", match=Match.ALL)
    assert nothing.total == 0
    assert set(nothing.facets) == set(result.facets)


def test_by_date_a_word_that_no_article_has_is_left_aside(
    archive: tuple[SearchService, list[dict[str, str]]],
) -> None:
    service, _ = archive
    others = everything(service, "grève phare", sort=Sort.NEWEST)
    with_unheld = everything(service, "grève zzzzxqy phare", sort=Sort.NEWEST)
    assert ids(with_unheld) == ids(others)
    assert (with_unheld.total_all, with_unheld.match) == (0, Match.MOST)


ARTICLES = {
    "un": Article("un", "La marée", "Le phare veille sur le port."),
    "deux": Article("deux", "Le phare", "Les marées montent, le quai attend."),
    "trois": Article("trois", "Un pont", "Il peut mener deux autos au phare, et à côté d’eux un vélo."),
}


@pytest.fixture(scope="module", params=ENGINES)
def few(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    folder: Path = tmp_path_factory.mktemp("few")
    records = ({"id": one.id, "title": one.title, "text": one.text} for one in ARTICLES.values())
    (folder / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records), "utf-8")
    config = bootstrap.load_config({"corpus": folder / "a.jsonl", "index": folder / "i", "engine": request.param})
    bootstrap.reindex(config)
    service = bootstrap.open_service(config)
    yield service
    service.close()


@pytest.mark.parametrize(
    ("query", "whole"),
    [
        ("phare", ["deux", "trois", "un"]),
        ("le phare", ["deux", "trois", "un"]),
        ("phare marée", ["deux", "un"]),
        ("Phare MARÉES", ["deux", "un"]),
        ("+phare port", ["un"]),
        ("phare port* ", ["un"]),
        ("phare maree~", ["deux", "un"]),
        ("titre:(phare marée)", []),
        ("titre:(un pont) phare", ["trois"]),
        ("(marée port) OU (pont phare)", ["trois", "un"]),
        ("marée ET (phare quai)", ["deux"]),
        ("phare -pont", ["deux", "un"]),
        ('"le phare" marée', ["deux", "un"]),
        ("", ["deux", "trois", "un"]),
    ],
)
def test_all_words_are_required_wherever_words_are_preferred(few: SearchService, query: str, whole: list[str]) -> None:
    assert sorted(ids(few.search(SearchRequest(query, match=Match.ALL)))) == whole
    assert few.search(SearchRequest(query)).total_all == len(whole)


@pytest.mark.parametrize(
    ("query", "missing"),
    [
        ("phare port pont", {"un": ("pont",), "deux": ("port", "pont"), "trois": ("port",)}),
        ("phare quai*", {"un": ("quai*",), "deux": (), "trois": ("quai*",)}),
        ("phare zzz*", {"un": ("zzz*",), "deux": ("zzz*",), "trois": ("zzz*",)}),
        ("phare pourrait", {"un": ("pourrait",), "deux": ("pourrait",), "trois": ()}),
        ("le un", {"un": ("un",), "deux": ("un",), "trois": ("le",)}),
    ],
)
def test_each_result_names_what_it_lacks(few: SearchService, query: str, missing: dict[str, tuple[str, ...]]) -> None:
    result = few.search(SearchRequest(query))
    assert {hit.article.id: hit.missing for hit in result.hits} == missing


def test_another_spelling_by_stopwords_alone_finds_and_holds_nothing(few: SearchService) -> None:
    result = few.search(SearchRequest("deux phare"))
    assert {hit.article.id: hit.missing for hit in result.hits} == {
        "un": ("deux",),
        "deux": ("deux",),
        "trois": (),
    }
    assert ids(few.search(SearchRequest("deux"))) == ["trois"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("phare introuvable", "No article holds “introuvable”."),
        ("phare +introuvable", "No article holds “introuvable”."),
        ("phare -introuvable", "No article holds “introuvable”."),
        ("titre:introuvable phare", "No article holds “introuvable”."),
        ("phare OU introuvable", "No article holds “introuvable”."),
        ("phare introuv*", "No article holds a word that “introuv*” stands for."),
        ("phare introuvabl~", "No article holds a word that “introuvabl~” stands for."),
    ],
)
def test_what_no_article_holds_is_named_once(few: SearchService, query: str, said: str) -> None:
    assert [str(remark.message) for remark in few.search(SearchRequest(query)).remarks] == [said]


def test_without_time_to_count_the_number_of_articles_with_all_words_is_not_told(few: SearchService) -> None:
    few._query_seconds = -1.0
    result = few.search(SearchRequest("phare marée"))
    few._query_seconds = 60.0
    assert (result.total_all, result.total_relation) == (None, "gte")
