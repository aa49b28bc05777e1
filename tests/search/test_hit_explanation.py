"""Explanations: the parts add up to the score, and each word is shown in the forms that the article has."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from searchapp import bootstrap
from searchapp.config import ENGINES
from searchapp.model import Explanation, FoundForm, Hit, SearchRequest, Sort
from searchapp.search.service import SearchService

ARTICLES = [
    {"id": "usine", "title": "L’usine va licencier", "text": "Des licenciements, dit l’ONU. Le phare. L’usine ferme."},
    {
        "id": "ville",
        "title": "La ville",
        "lead": "Un phare.",
        "text": "Les Nations unies visitent l’usine, le phare.",
    },
    {"id": "phare", "title": "Phares", "text": "Les phares, le phare, un week-end.", "date": "2024-05-01"},
    {"id": "vieux", "title": "Phares", "text": "Les phares, le phare, un week-end.", "date": "2024-04-01"},
    {"id": "autre", "title": "Le marché", "text": "Le marché ouvre. Macron y vient, Macron y mange."},
    {"id": "bis", "title": "Le marché", "text": "Macron revient au marché."},
    {"id": "ter", "title": "Le marché", "text": "Macron est reparti."},
]


@pytest.fixture(scope="module", params=ENGINES)
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    folder = tmp_path_factory.mktemp("explained")
    (folder / "a.jsonl").write_text("".join(json.dumps(article) + "\n" for article in ARTICLES), "utf-8")
    (folder / "synonyms.txt").write_text("ONU = Nations unies\n", "utf-8")
    options = {"corpus": folder / "a.jsonl", "index": folder / "i", "synonyms": folder / "synonyms.txt"}
    config = bootstrap.load_config({**options, "engine": request.param})
    bootstrap.reindex(config)
    service = bootstrap.open_service(config)
    yield service
    service.close()


def hits(service: SearchService, query: str, **request: object) -> dict[str, Hit]:
    result = service.search(SearchRequest(query, explain=True, **request))  # type: ignore[arg-type]
    return {hit.article.id: hit for hit in result.hits}


def explanation(service: SearchService, query: str, article: str, **request: object) -> Explanation:
    found = hits(service, query, **request)[article].explanation
    assert found is not None
    return found


@pytest.mark.parametrize("recency", [0, 30])
@pytest.mark.parametrize(
    "query", ["phare", "usine licencier phare", "onu phare", "maccron marché", '"le phare" usine', "weekend phare"]
)
def test_the_parts_add_up_to_the_score_and_the_words_to_the_parts_that_count_words(
    service: SearchService, query: str, recency: int
) -> None:
    explained = hits(service, query, recency=recency).values()
    assert explained
    for hit in explained:
        assert hit.explanation is not None
        parts = {part.name: part.contribution for part in hit.explanation.parts}
        assert sum(parts.values()) == pytest.approx(hit.score, abs=1e-4)
        words = sum(word.contribution or 0.0 for word in hit.explanation.words)
        whole = sum(parts.values()) - parts["coverage"] - parts["likeness"] - parts.get("recency", 0.0)
        assert words == pytest.approx(whole, abs=1e-6)


def test_a_word_is_shown_in_its_forms_and_fields(service: SearchService) -> None:
    (word,) = explanation(service, "phare", "phare").words
    assert word.forms == (
        FoundForm("phares", "word", "title", 1),
        FoundForm("phares", "word", "text", 1),
        FoundForm("phare", "word", "text", 1),
    )


def test_family_synonym_and_other_spelling_are_named(service: SearchService) -> None:
    usine, licencier = explanation(service, "usine licencier", "usine").words
    assert [(form.form, form.kind) for form in licencier.forms] == [("licencier", "word"), ("licenciements", "related")]
    assert [(form.part, form.count) for form in usine.forms] == [("title", 1), ("text", 1)]
    onu, _ = explanation(service, "onu usine", "ville").words
    assert [(form.form, form.kind) for form in onu.forms] == [("nations", "synonym"), ("unies", "synonym")]
    weekend, _ = explanation(service, "weekend phare", "phare").words
    assert ("week-end", "word") in [(form.form, form.kind) for form in weekend.forms]


def test_a_correction_is_named_with_what_was_typed(service: SearchService) -> None:
    macron, market = explanation(service, "maccron marché", "autre").words
    assert (macron.word, macron.typed) == ("macron", "maccron")
    assert (market.word, market.typed) == ("marché", "")


def test_a_missing_word_has_no_forms_and_lowers_the_score(service: SearchService) -> None:
    found = explanation(service, "phare usine", "phare")
    assert [word.forms == () for word in found.words] == [False, True]
    (coverage,) = (part for part in found.parts if part.name == "coverage")
    assert coverage.contribution < 0


def test_what_recency_takes_is_named_with_the_age(service: SearchService) -> None:
    fresh, old = (explanation(service, "phare", article, recency=30).parts[-1] for article in ("phare", "vieux"))
    assert (fresh.name, fresh.value, fresh.contribution) == ("recency", 0, 0)
    assert (old.value, old.weight) == (30, 30)
    assert old.contribution < 0


def test_by_date_there_are_forms_and_no_points(service: SearchService) -> None:
    found = explanation(service, "phare", "phare", sort=Sort.NEWEST)
    assert [word.contribution for word in found.words] == [None]
    assert found.words[0].forms
    assert [part.name for part in found.parts] == ["bm25"]


def test_without_being_asked_nothing_is_explained(service: SearchService) -> None:
    assert {hit.explanation for hit in service.search(SearchRequest("phare")).hits} == {None}
