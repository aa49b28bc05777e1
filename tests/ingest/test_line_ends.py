"""Words that were cut at the end of a line are whole again, in every format; hyphens of their own stay."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from searchapp.ingest.cleaning.line_ends import join_cut_words, join_paragraphs

if TYPE_CHECKING:
    from tests.ingest.conftest import Corpus

CUT = {
    "Les tra-\nvaux publics": "Les travaux\npublics",
    "l’ouver-\nture, hier": "l’ouverture,\nhier",
    "des tra-\nvail-\nleurs": "des travailleurs",
    "le mi-\nnistre": "le ministre",
    "la Fran-\nce": "la France",
    "une sous-\ncription": "une souscription",
    "une ex-\npression": "une expression",
    "le porte-\nfeuille": "le portefeuille",
    "LE GOUVERNE-\nMENT TOMBE": "LE GOUVERNEMENT\nTOMBE",
    "tra\u00ad\nvaux": "travaux",
    "tra\u00adv\u00adaux": "travaux",
    "des tra¬\nvaux": "des travaux",
}
HYPHENATED = {
    "peut-\nêtre demain": "peut-être\ndemain",
    "dit-\nil.": "dit-il.",
    "y a-\nt-il": "y a-t-il",
    "a-t-\non vu": "a-t-on\nvu",
    "c’est-à-\ndire": "c’est-à-dire",
    "est-\nce vrai": "est-ce\nvrai",
    "le sous-\npréfet": "le sous-préfet",
    "à Saint-\nDenis": "à Saint-Denis",
    "Jean-\nPierre Dupont": "Jean-Pierre\nDupont",
    "en Ille-\net-Vilaine": "en Ille-et-Vilaine",
    "l’ex-\nministre": "l’ex-ministre",
    "vingt-\ndeux": "vingt-deux",
    "2024-\n2025": "2024-2025",
}
UNTOUCHED = [
    "un mot -\nun autre",
    "- un\n- deux",
    "fin-\n\nDébut",
    "PARIS-\nLe ministre",
    "peut-être",
    "Le pont\nrouvre",
]


@pytest.mark.parametrize("text", CUT)
def test_word_that_was_cut_is_whole_on_its_first_line(text: str) -> None:
    assert join_cut_words(text) == CUT[text]


@pytest.mark.parametrize("text", HYPHENATED)
def test_hyphen_of_a_compound_stays(text: str) -> None:
    assert join_cut_words(text) == HYPHENATED[text]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_text_without_cut_words_is_untouched(text: str) -> None:
    assert join_cut_words(text) is text or join_cut_words(text) == text


@pytest.mark.parametrize("form", ["timbre-poste", "timbreposte"])
def test_form_that_the_article_has_elsewhere_is_right(form: str) -> None:
    assert join_cut_words(f"Un {form} bleu. Un timbre-\nposte rouge.") == f"Un {form} bleu. Un {form}\nrouge."


def test_word_goes_on_in_the_next_column_but_a_sentence_does_not() -> None:
    assert join_paragraphs(["Le bac tra-", "verse.", "Il est vu du Grand-", "Le pont est fermé."]) == [
        "Le bac traverse.",
        "Il est vu du Grand-",
        "Le pont est fermé.",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "Le pont\n\nLa rampe nord reste fermée aux pié-\ntons jusqu’en mars."),
        ("a.jsonl", json.dumps({"id": "a", "title": "Le pont", "text": "La rampe nord reste fermée aux pié-\ntons."})),
        ("a.eml", "Subject: Le pont\nFrom: a@b.example\n\nLa rampe nord reste =?\n\nfermée aux pié-\ntons, dit-on."),
    ],
)
def test_cut_word_is_whole_in(corpus: Corpus, name: str, content: str) -> None:
    corpus.write(name, content)
    article = corpus.only_article()
    assert "aux piétons" in article.lead + article.text
