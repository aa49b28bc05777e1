"""Did you mean: what is looked for instead of a misspelt word, and what is offered beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from searchapp import bootstrap
from searchapp.config import ENGINES
from searchapp.model import Replacement, SearchRequest, SearchResult

TEXTS = {
    "maire": "Le maire de Brennec ouvre le marché aux huîtres, et Philipe le boulanger suit.",
    "pont": "Le gouvernement finance un pont pour Brennec.",
    "coupe": "La coupe du monde de pétanque revient au village.",
    "coupe2": "Une coupe du monde de pétanque se prépare.",
    "jour": "Aujourd’hui, le Covid-19 recule.",
    "carton": "Un carton rempli de melons.",
    "canton": "Un canton rempli de cerises.",
    "guillemets": "La halle aux grains du vieux bourg.",
}
# Far likelier than « Philipe », which one article holds.
OTHERS = [{"id": f"p{number}", "title": "Brève", "text": "Philippe a gagné au loto."} for number in range(200)]
Search = Callable[..., SearchResult]


@pytest.fixture(scope="module", params=ENGINES)
def search(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    folder = tmp_path_factory.mktemp("voulu")
    articles = [
        {"id": name, "title": "Brève", "text": text, "source": "AFP", "author": "Anne Le Bihan", "tags": ["Pétanque"]}
        for name, text in TEXTS.items()
    ]
    lines = (json.dumps(article) + "\n" for article in (*articles, *OTHERS))
    (folder / "articles.jsonl").write_text("".join(lines), "utf-8")
    config = bootstrap.load_config(
        {"corpus": folder / "articles.jsonl", "index": folder / "index", "engine": request.param}
    )
    bootstrap.reindex(config)
    service = bootstrap.open_service(config)
    yield lambda query, **more: service.search(SearchRequest(query, **more))
    service.close()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gouvernemnt", "gouvernement"),
        ("gouverrnement", "gouvernement"),
        ("gouvrenement", "gouvernement"),
        ("pgouvernement", "gouvernement"),
        ("uitres", "huîtres"),
        ("huitrès", "huîtres"),
        ("coupedumonde", "coupe du monde"),
        ("brennek", "brennec"),
    ],
)
def test_a_word_that_one_article_of_a_small_corpus_holds_is_a_correction(
    search: Search, typed: str, meant: str
) -> None:
    result = search(typed)
    if result.replacements:
        assert result.replacements == (Replacement(typed, meant),)
        assert result.suggestion == meant
    assert {hit.article.id for hit in result.hits} == {hit.article.id for hit in search(meant).hits} != set()


@pytest.mark.parametrize(
    ("typed", "found"), [("aujourd hui", "jour"), ("covid19", "jour"), ("covid 19", "jour"), ("gouver nement", "pont")]
)
def test_a_word_that_is_split_or_joined_finds_without_a_correction(search: Search, typed: str, found: str) -> None:
    result = search(typed)
    assert [hit.article.id for hit in result.hits[:1]] == [found]
    assert result.replacements == ()


def test_a_word_is_looked_for_as_it_was_typed_when_that_is_asked_for(search: Search) -> None:
    result = search("gouvernemnt pont", correct=False)
    assert ([hit.article.id for hit in result.hits], result.replacements) == (["pont"], ())
    assert result.suggestion == "gouvernement pont"
    assert search("gouvernemnt", correct=False).total == 0


def test_a_far_likelier_word_is_offered_beside_one_that_an_article_holds(search: Search) -> None:
    result = search("philipe boulanger")
    assert result.suggestion == "philippe boulanger"
    assert (result.hits[0].article.id, result.replacements) == ("maire", ())


@pytest.mark.parametrize("query", ["philippe", "brennec", "carton", "Covid-19", "B2C", "canton", "le bihan"])
def test_nothing_is_offered_for_words_and_codes_that_articles_hold(search: Search, query: str) -> None:
    assert search(query).suggestions == ()


def test_a_short_word_is_not_replaced_by_a_rare_one_that_is_a_slip_away_by_chance(search: Search) -> None:
    result = search("sure gouvernement")  # beside « suit », in one article
    assert result.replacements == ()
    assert search("pant").replacements == ()


def test_two_words_that_are_as_likely_are_both_offered(search: Search) -> None:
    assert search("caxton rempli").suggestions == ("canton rempli", "carton rempli")


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("auteur:afp", "source:afp"),
        ("pont auteur:AFP", "pont source:AFP"),
        ('source:"anne le bihan" -melon', 'auteur:"anne le bihan" -melon'),
        ('auteur:"le bihann"', 'auteur:"Anne Le Bihan"'),
        ("source:pétanque", "mot-clé:pétanque"),
        ("auteur:canton", "canton"),
        ("source:xylophone", None),
    ],
)
def test_a_value_that_another_field_holds_is_offered(search: Search, query: str, meant: str | None) -> None:
    assert search(query).suggestion == meant
    if meant:
        assert search(meant).total


def test_a_suggestion_does_not_repeat_what_could_not_be_read(search: Search) -> None:
    assert search("(gouvernemnt").suggestion == "gouvernement"
    assert search("gouvernemnt –huîtres").suggestion == "gouvernement -huîtres"


def test_understood_shows_the_words_of_a_phrase_that_nobody_wrote(search: Search) -> None:
    assert search('"grains vieux"').understood == "grains vieux"
    assert search('"vieux bourg"').understood == '"vieux bourg"'


@pytest.mark.parametrize("query", ["Brève -gouvernemnt", "Brève SAUF gouvernemnt", "Brève ET (NON gouvernemnt)"])
def test_an_excluded_word_is_never_corrected(search: Search, query: str) -> None:
    result = search(query)
    assert (result.replacements, result.suggestions) == ((), ())
    assert result.total == search("Brève").total


def test_a_word_that_is_excluded_and_looked_for_is_corrected_where_it_is_looked_for(search: Search) -> None:
    assert search("gouvernemnt -melons").total == search("gouvernement -melons").total == 1
