"""The search service over a real index of five articles."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from searchapp import bootstrap
from searchapp.config import ENGINES, Config
from searchapp.errors import ArticleNotFound, IndexDamaged, IndexMissing, InvalidRequest
from searchapp.model import Filters, SearchRequest, Sort
from searchapp.search.service import SearchService


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Every engine: what a person sees must not depend on it."""
    name: str = request.param
    return name


def ids(service: SearchService, query: str, **request: object) -> list[str]:
    return [hit.article.id for hit in service.search(SearchRequest(query, **request)).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ingerence americaine", ["ingerence"]),
        ("ETAT", ["urgence", "ingerence"]),
        ("l’etat d’urgence", ["urgence", "ingerence"]),
        ("CHU", ["urgence"]),
        ("chevaux", ["cheval"]),
        ("oeillet", ["cheval"]),
        ('"à la une"', ["marche"]),
        ('"la marche" lycéens', ["marche"]),
        ("journal -vin", ["marche"]),
        ("+journal +vin", ["noel"]),
        ("le la les", ["noel", "marche", "urgence", "ingerence", "cheval"]),
        ("introuvable", []),
    ],
)
def test_a_query_finds(service: SearchService, query: str, expected: list[str]) -> None:
    assert sorted(ids(service, query)) == sorted(expected)
    assert ids(service, query)[:1] == expected[:1] or query == "le la les"


def test_a_match_in_the_title_comes_first(service: SearchService) -> None:
    assert ids(service, "cheval")[0] == "cheval"
    assert ids(service, "marche lycée")[0] == "marche"


def test_an_empty_query_shows_everything_newest_first(service: SearchService) -> None:
    result = service.search(SearchRequest())
    assert [hit.article.id for hit in result.hits] == ["ingerence", "noel", "urgence", "marche", "cheval"]
    assert (result.total, result.total_relation, result.understood) == (5, "eq", "")


def test_filters_and_order_apply(service: SearchService) -> None:
    assert ids(service, "", sort=Sort.OLDEST)[0] == "marche"
    assert ids(service, "", filters=Filters({"author": ("Anne Le Bihan",)})) == ["ingerence", "urgence"]
    assert ids(service, "", filters=Filters(date_from=date(2022, 1, 1), date_to=date(2022, 12, 31))) == ["noel"]


def test_a_hit_shows_its_marks(service: SearchService) -> None:
    (hit,) = service.search(SearchRequest("ingerence americaine")).hits
    assert [hit.article.title[start:end] for start, end in hit.title.spans] == ["ingérence"]
    assert hit.lead is not None
    assert hit.lead.spans == ()
    marked = [hit.article.text[start:end] for piece in hit.fragments for start, end in piece.spans]
    assert marked == ["ingérence", "américaine"]


def test_pages_and_cursors_join_into_the_whole_order(service: SearchService) -> None:
    whole = ids(service, "", per_page=100)
    pages = [article_id for page in (1, 2, 3) for article_id in ids(service, "", page=page, per_page=2)]
    assert pages == whole
    followed, cursor = [], None
    while True:
        result = service.search(SearchRequest("", per_page=2, cursor=cursor))
        followed += [hit.article.id for hit in result.hits]
        if (cursor := result.next_cursor) is None:
            break
    assert followed == whole


def test_a_page_too_deep_names_the_cursor(service: SearchService) -> None:
    with pytest.raises(InvalidRequest, match="cursor"):
        service.search(SearchRequest("", page=1001, per_page=10))


@pytest.mark.parametrize("cursor", ["", "x", "é", "W10", "bnVsbA", "WyJhIiwtMV0"])
def test_a_cursor_that_is_none_is_told(service: SearchService, cursor: str) -> None:
    with pytest.raises(InvalidRequest, match="first page"):
        service.search(SearchRequest("", cursor=cursor))


def test_a_cursor_ends_with_its_generation(indexed: Config, service: SearchService) -> None:
    cursor = service.search(SearchRequest("", per_page=2)).next_cursor
    bootstrap.reindex(indexed, options=bootstrap.ReindexOptions(full=True))
    with pytest.raises(InvalidRequest, match="indexed anew"):
        service.search(SearchRequest("", per_page=2, cursor=cursor))


def test_the_service_moves_to_a_new_generation(corpus: Path, indexed: Config, service: SearchService) -> None:
    before = service.search(SearchRequest("phare"))
    (corpus / "phare.txt").write_text("Le phare vendu\n\nIl éclairait mal.\n\nIl est parti.", "utf-8")
    bootstrap.reindex(indexed)
    after = service.search(SearchRequest("phare"))
    assert (before.total, after.total) == (0, 1)
    assert before.generation != after.generation == service.generation()


def test_within_a_block_every_call_is_answered_by_one_generation(
    corpus: Path, indexed: Config, service: SearchService
) -> None:
    with service.one_generation():
        before = service.search(SearchRequest("phare"))
        (corpus / "phare.txt").write_text("Le phare vendu\n\nIl éclairait mal.\n\nIl est parti.", "utf-8")
        bootstrap.reindex(indexed)
        assert service.search(SearchRequest("phare")).total == 0
        assert service.generation() == before.generation
        with ThreadPoolExecutor(1) as others:  # which keep to nothing
            assert others.submit(service.search, SearchRequest("phare")).result().total == 1
    assert service.search(SearchRequest("phare")).total == 1


def test_searches_go_on_while_generations_change(indexed: Config, service: SearchService) -> None:
    failures: list[BaseException] = []

    def search_often() -> None:
        try:
            for _ in range(150):
                assert service.search(SearchRequest("état")).total == 2
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=search_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        bootstrap.reindex(indexed)
    for thread in threads:
        thread.join()
    assert failures == []


def test_an_article_comes_whole_with_marks(service: SearchService) -> None:
    view = service.article("urgence", "infirmiere")
    assert [view.article.text[start:end] for start, end in view.text.spans] == ["infirmières"]
    with pytest.raises(ArticleNotFound, match="introuvable"):
        service.article("introuvable")


def test_without_an_index_every_question_says_what_to_run(config: Config) -> None:
    service = bootstrap.open_service(config)
    for ask in (service.generation, lambda: service.search(SearchRequest()), lambda: service.article("x")):
        with pytest.raises(IndexMissing, match="searchapp reindex"):
            ask()


# Whoosh leaves files open when it cannot read them.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_damaged_generation_is_told_as_such(indexed: Config) -> None:
    generation = (indexed.index / "CURRENT").read_text().strip()
    for file in (indexed.index / generation / "engine").iterdir():
        file.write_bytes(b"")
    with pytest.raises(IndexDamaged, match=generation):
        bootstrap.open_service(indexed).search(SearchRequest("état"))


def test_an_article_published_later_under_the_same_id_replaces_it(corpus: Path, config: Config) -> None:
    old = {"id": "a", "title": "Ancien", "text": "Version un.", "date": "2024-01-01"}
    new = {"id": "a", "title": "Nouveau", "text": "Version deux.", "date": "2024-02-01"}
    gone = {"id": "b", "title": "Retiré", "text": "Rien.", "status": "withdrawn"}
    lines = (json.dumps(record) + "\n" for record in (new, old, gone))
    (corpus / "versions.jsonl").write_text("".join(lines), "utf-8")
    summary = bootstrap.reindex(config)
    service = bootstrap.open_service(config)
    assert (summary.duplicates, summary.duplicate_ids, summary.withdrawn) == (1, ["a"], 1)
    assert service.article("a").article.title == "Nouveau"
    assert ids(service, "Retiré") == []
    service.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_any_query_is_answered(service: SearchService, query: str) -> None:
    result = service.search(SearchRequest(query))
    assert len(result.hits) == min(result.total, 10)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("titre:marche", ["marche", "noel"]),
        ("texte:marche", ["marche", "noel"]),
        ("titre:chevaux", ["cheval"]),
        ("chapo:démenti", ["ingerence"]),
        ("=marché", ["noel"]),
        ("=MARCHÉ", ["noel"]),
        ("titre:=marche", ["marche"]),
        ("ingér*", ["ingerence"]),
        ("lyceen*", ["marche"]),
        ("infimières~", ["urgence"]),
        ("ingreence~2", ["ingerence"]),
        ("rubrique:sante", ["urgence"]),
        ("source:echo", ["marche", "noel"]),
        ("source:hexa*", ["ingerence", "urgence"]),
        ("source:ecoh~", ["marche", "noel"]),
        ('auteur:"le bihan"', ["ingerence", "urgence"]),
        ("auteur:(çatal OU quéméner)", ["ingerence", "noel"]),
        ("mot-clé:russie", ["ingerence"]),
        ("id:noel", ["noel"]),
        ("id:noe", []),
        ("date:2022", ["noel"]),
        ("depuis:2020 avant:2024", ["urgence", "noel"]),
        ("date:mars 2020", ["urgence"]),
        ("date:2019..2020", ["marche", "urgence"]),
        ("journal date:2019", ["marche"]),
        ("phare date:2019", []),
        ("journal source:echo -vin", ["marche"]),
        ("état ET urgence", ["urgence"]),
        ("vin OU cheval", ["noel", "cheval"]),
        ("état SAUF urgence", ["ingerence"]),
        ("vin PROCHE/4 marché", []),
        ("vin PROCHE/5 marché", ["noel"]),
        ('"coûte vin"~1', ["noel"]),
    ],
)
def test_the_language_finds(service: SearchService, query: str, expected: list[str]) -> None:
    assert sorted(ids(service, query)) == sorted(expected)


@pytest.mark.parametrize("query", ["*", "a*", "-x", "(", "date:2024-99-99", "titre:"])
def test_an_odd_query_is_answered_and_remarked_on(service: SearchService, query: str) -> None:
    result = service.search(SearchRequest(query))
    assert result.remarks


def test_what_was_understood_is_told(service: SearchService) -> None:
    plain, elaborate = service.search(SearchRequest("vin chaud")), service.search(SearchRequest("title:vin AND chaud"))
    assert (plain.understood, plain.elaborate) == ("vin chaud", False)
    assert (elaborate.understood, elaborate.elaborate) == ("titre:vin ET chaud", True)


def test_words_of_dates_count_from_the_day_of_the_clock(indexed: Config) -> None:
    service = bootstrap.open_service(indexed, clock=lambda: date(2022, 12, 4))
    assert ids(service, "date:hier") == ["noel"]
    assert ids(service, "date:7j") == ["noel"]
    assert ids(service, "date:le mois dernier") == []
    service.close()


def test_a_value_that_nobody_has_is_told(service: SearchService) -> None:
    (remark,) = service.search(SearchRequest("vin source:gazet")).remarks
    assert "No value of the field “source” holds “gazet”" in str(remark.message)
    assert (remark.start, remark.end) == (4, 16)


def test_marks_stand_on_everything_that_is_looked_for(service: SearchService) -> None:
    def marks(article_id: str, query: str) -> list[str]:
        view = service.article(article_id, query)
        pieces = [(view.article.title, view.title), (view.article.lead, view.lead), (view.article.text, view.text)]
        return [text[start:end] for text, piece in pieces for start, end in piece.spans]

    assert marks("noel", "march*") == ["marché", "marché"]
    assert marks("noel", "titre:marché") == ["marché"]
    assert marks("noel", "=Noël") == ["Noël"]
    assert marks("noel", "jurnal~") == ["journal"]
    assert marks("noel", "vin PROCHE/5 marché") == ["vin", "marché"]
    assert marks("noel", "vin SAUF chaud") == ["vin"]
    assert marks("noel", "texte:(vin OU journal) -titre:marche") == ["vin", "journal"]


def test_more_expansions_than_allowed_are_told(corpus: Path, config: Config) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = " ".join(f"zz{one}{other}{last}" for one in letters[:2] for other in letters for last in letters)
    (corpus / "mots.txt").write_text(f"Des mots\n\nBeaucoup.\n\n{words}", "utf-8")
    bootstrap.reindex(config)
    service = bootstrap.open_service(config)
    result = service.search(SearchRequest("zz*"))
    assert result.total == 1
    assert "Only the 1024 most frequent" in str(result.remarks[0].message)
    assert (result.remarks[0].start, result.remarks[0].end) == (0, 3)
    service.close()


def test_an_answer_cut_by_the_clock_says_so(indexed: Config) -> None:
    service = bootstrap.open_service(indexed)
    service._query_seconds = -1.0
    result = service.search(SearchRequest("vin OU ingér*"))
    assert (result.total_relation, [hit.article.id for hit in result.hits]) == ("gte", ["noel"])
    assert "cut short" in str(result.remarks[0].message)
    assert ids(service, "vin") == ["noel"]  # a word alone costs little
    assert {entry for entry, _ in service.ranking("vin OU ingér*", 10)} == {"noel", "ingerence"}  # measured in full
    service.close()


def test_the_engine_has_no_more_time_than_the_search(indexed: Config) -> None:
    service = bootstrap.open_service(indexed)
    query = SearchRequest("marché Noël journal urgence")
    service._query_seconds = -1.0
    assert service.search(query).total_relation == "gte"
    service._query_seconds = 2.0
    assert service.search(query).total_relation == "eq"
    service.close()


# A prefix, a fuzzy word, a part, a value, proximity, phrases, weights, spelling, dates; asked for and excluded.
ALL_KINDS = [
    *("ingér*", "ingérance~2", "titre:marché", "auteur:l*", '"la une"~3', '"à la une"', "marché Noël journal urgence"),
    *(
        "marchee",
        "urgense etat",
        "date:2024",
        "",
        "journal",
        "journal vin marche OU cheval",
        "+journal -noel",
        "chevauxx",
    ),
]


@pytest.mark.parametrize(
    "query", [*ALL_KINDS, *(f"journal -{query}" for query in ALL_KINDS), *(f"SAUF {query}" for query in ALL_KINDS)]
)
def test_out_of_time_a_search_finds_some_of_what_it_would_without_marks(service: SearchService, query: str) -> None:
    service._query_seconds = -1.0
    late = service.search(SearchRequest(query))
    service._query_seconds = 60.0
    whole = service.search(SearchRequest(query))
    assert {hit.article.id for hit in late.hits} <= {hit.article.id for hit in whole.hits}
    assert (late.total_relation, whole.total_relation) == ("gte", "eq")
    assert late.total == len(late.hits)
    assert sum("cut short" in str(remark.message) for remark in late.remarks) == 1
    assert not any(fragment.spans for hit in late.hits for fragment in (hit.title, *hit.fragments))


def test_out_of_time_an_article_is_shown_without_marks(service: SearchService) -> None:
    service._query_seconds = -1.0
    view = service.article("noel", "vin marchee")
    assert (view.title.spans, view.text.spans) == ((), ())
    assert view.text.text == view.article.text


@pytest.mark.parametrize(
    "query", ["*" * 1023 + "a", "le PROCHE/50 la " * 70, "a" * 1024, "vin-" * 256, "(" * 512 + "vin"]
)
def test_a_query_made_to_be_costly_is_answered_like_any_other(service: SearchService, query: str) -> None:
    result = service.search(SearchRequest(query))
    assert result.total_relation == "eq"
