"""One word in several spellings: each finds the others, as typed first, in phrases and in one part too."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from searchapp import bootstrap
from searchapp.config import ENGINES
from searchapp.model import Filters, SearchRequest, SearchResult

SPELLINGS = [
    "F-16|F16|F 16", "Covid-19|Covid19|Covid 19", "A380|A 380|A-380", "RN12|RN 12", "G7|G 7", "5G|5 G",
    "48h|48 h|48 heures", "18h30|18 h 30|18:30", "5km|5 km|5 kilomètres", "1,5km|1,5 km", "10 000km|10 000 km|10000 km",
    "3M€|3 M€|3 millions d’euros", "20°C|20 °C", "50m2|50 m²", "100km/h|100 km/h", "20 minutes|20 min|20mn",
    "13e|13ème|13eme|treizième|XIIIe", "1er|premier", "1re|1ère|première", "XXe|20e|vingtième", "Louis XIV|Louis 14",
    "dix-septième|17e|XVIIe", "L 1242-8|L1242-8|L.1242-8", "49.3|49-3", "4x4|4 x 4", "CO2|CO₂",
    "week-end|weekend|week end", "plate-forme|plateforme|plate forme", "e-mail|email|e mail",
    "aujourd’hui|aujourdhui|aujourd hui", "contre-attaque|contreattaque", "Saint-Denis|saintdenis|Saint Denis",
    "clé|clef", "événement|évènement", "renouvellement|renouvèlement", "oignon|ognon", "leader|leadeur", "tsar|tzar",
    "scénarios|scénarii", "maîtresse|maitresse", "L’Oréal|Loreal", "d’Ormesson|Dormesson", "M’Bappé|Mbappé",
    "0612345678|06 12 34 56 78|06.12.34.56.78|+33 6 12 34 56 78", "9782070368228|978-2-07-036822-8",
    "10 000|10000|10.000", "étudiant·e·s|étudiants|étudiant.e.s|étudiant(e)s|étudiant-e-s", "tous·tes|tou(te)s|tous",
    "inter\u00adnational|international|inter\u200bnational",
]  # fmt: skip
# What the forms of a number or a word have in common is all that is known of it: the order of these is not told.
SAME_FORM = (
    "°C",
    "m²",
    "CO₂",
    "’",
    "06",
    "978",
    "10",
    "tous",
    "\u00ad",
    "\u200b",
    "international",
    "L 1",
    "L.1",
    "+33",
)
GROUPS = [spellings.split("|") for spellings in SPELLINGS]
Search = Callable[..., SearchResult]


@pytest.fixture(scope="module", params=ENGINES)
def search(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    """A search among the articles of one group: one for each spelling, and one without any."""
    folder = tmp_path_factory.mktemp("graphies")
    with (folder / "articles.jsonl").open("w", encoding="utf-8") as file:
        for number, spellings in enumerate(GROUPS):
            for text in (*(f"Elle annonce {one} demain matin." for one in spellings), "Une phrase sans rapport."):
                record = {"id": f"{number} {text}", "title": "Brève", "text": text, "section": str(number)}
                file.write(json.dumps(record) + "\n")
    config = bootstrap.load_config(
        {"corpus": folder / "articles.jsonl", "index": folder / "index", "engine": request.param}
    )
    bootstrap.reindex(config)
    service = bootstrap.open_service(config)
    yield lambda query, number: service.search(
        SearchRequest(query, filters=Filters(values={"section": (str(number),)}))
    )
    service.close()


CASES = [(number, typed) for number, spellings in enumerate(GROUPS) for typed in spellings]


def texts(result: SearchResult) -> list[str]:
    return [hit.article.text for hit in result.hits]


def stored(word: str) -> str:
    """The text with ``word`` as an article holds it: reading takes soft hyphens out."""
    return f"Elle annonce {word} demain matin.".replace("\xad", "")


@pytest.mark.parametrize(("number", "typed"), CASES)
def test_every_spelling_finds_the_others_and_itself_first(search: Search, number: int, typed: str) -> None:
    found = texts(search(typed, number))
    assert sorted(found) == sorted(map(stored, GROUPS[number]))
    assert found[0] == stored(typed) or any(part in typed for part in SAME_FORM)


@pytest.mark.parametrize(("number", "typed"), CASES)
def test_a_phrase_finds_every_spelling_of_its_words(search: Search, number: int, typed: str) -> None:
    result = search(f'"annonce {typed} demain"', number)
    assert sorted(texts(result)) == sorted(map(stored, GROUPS[number]))
    assert not result.remarks


@pytest.mark.parametrize(("number", "typed"), [case for case in CASES if " " not in case[1] and "(" not in case[1]])
def test_a_word_of_one_part_finds_every_spelling(search: Search, number: int, typed: str) -> None:
    assert len(search(f"texte:{typed}", number).hits) == len(GROUPS[number])


@pytest.mark.parametrize(("number", "typed"), CASES)
def test_a_required_word_finds_every_spelling(search: Search, number: int, typed: str) -> None:
    assert len(search(f"annonce ET ({typed})", number).hits) == len(GROUPS[number])


@pytest.mark.parametrize(
    ("number", "typed", "marked"),
    [
        (0, "F16", ["F 16", "F-16", "F16"]),
        (7, "18h30", ["18 h 30", "18:30", "18h30"]),
        (26, "week-end", ["week end", "week-end", "weekend"]),
        (31, "Saint-Denis", ["Saint Denis", "Saint-Denis"]),
    ],
)
def test_a_compound_is_marked_whole(search: Search, number: int, typed: str, marked: list[str]) -> None:
    fragments = [hit.fragments[0] for hit in search(typed, number).hits]
    spans = {fragment.text[start:end] for fragment in fragments for start, end in fragment.spans}
    assert spans >= set(marked)
