"""Plain text files: the layout, and what a file lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from searchapp.model import DateQuality

if TYPE_CHECKING:
    from tests.ingest.conftest import ArticleOf, ReasonOf

ORAGE = """Un orage de grêle couche les vignes de Sarmane

Un orage de grêle couche les vignes de Sarmane

En vingt minutes, la moitié de la récolte est perdue.


Les viticulteurs parlent du pire orage depuis 1976.

La préfecture a promis une visite dès lundi.

2025-08-17 19:20"""


def test_layout_gives_title_lead_paragraphs_and_date(article_of: ArticleOf) -> None:
    article = article_of("orage.txt", ORAGE)
    assert article.title == "Un orage de grêle couche les vignes de Sarmane"
    assert article.lead == "En vingt minutes, la moitié de la récolte est perdue."
    assert article.text == (
        "Les viticulteurs parlent du pire orage depuis 1976.\n\nLa préfecture a promis une visite dès lundi."
    )
    assert article.date is not None
    assert article.date.isoformat() == "2025-08-17T19:20:00+02:00"


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\x85", "\u2028"])
def test_any_line_end_gives_the_same_article(article_of: ArticleOf, line_end: str) -> None:
    assert article_of("orage.txt", ORAGE.replace("\n", line_end)) == article_of("orage.txt", ORAGE)


def test_repeated_title_counts_once_whatever_its_blanks(article_of: ArticleOf) -> None:
    article = article_of("prix.txt", "Le pain à 2\u00a0euros\nLe  pain à 2 euros\n\nLes boulangers s’expliquent.")
    assert (article.title, article.text) == ("Le pain à 2\u00a0euros", "Les boulangers s’expliquent.")


def test_date_may_stand_on_the_first_line(article_of: ArticleOf) -> None:
    article = article_of("bac.txt", "06/11/2024 16:49\n\nLe bac reprend la mer\n\nAprès six mois de travaux.")
    assert article.title == "Le bac reprend la mer"
    assert article.date is not None
    assert article.date.isoformat() == "2024-11-06T16:49:00+01:00"


def test_single_paragraph_is_text_not_lead(article_of: ArticleOf) -> None:
    article = article_of("loup.txt", "Le loup est revenu\n\nUn berger l’a filmé à l’aube.")
    assert (article.lead, article.text) == ("", "Un berger l’a filmé à l’aube.")


def test_long_first_paragraph_is_text_not_lead(article_of: ArticleOf) -> None:
    article = article_of("proces.txt", f"Le procès\n\n{'Un témoin parle. ' * 70}\n\nL’audience est levée.")
    assert article.lead == ""
    assert article.text.endswith("Un témoin parle.\n\nL’audience est levée.")


def test_long_lines_without_blank_lines_are_paragraphs(article_of: ArticleOf) -> None:
    article = article_of("port.txt", f"Le port s’agrandit\nUn chantier de deux ans.\n{'Une grue arrive. ' * 10}")
    assert article.lead == "Un chantier de deux ans."


def test_wrapped_lines_stay_one_paragraph(article_of: ArticleOf) -> None:
    article = article_of("port.txt", "Le port s’agrandit\nUn chantier de deux ans\nqui commence en mai.")
    assert article.text == "Un chantier de deux ans\nqui commence en mai."


def test_overlong_first_line_gives_its_first_sentence_as_title(article_of: ArticleOf) -> None:
    line = "Le maire de Port-Vallon, M. Kerdreux, a démissionné hier soir. " + "Le conseil se réunira. " * 20
    article = article_of("maire.txt", line)
    assert article.title == "Le maire de Port-Vallon, M. Kerdreux, a démissionné hier soir."
    assert article.text == line.strip()


def test_overlong_first_sentence_is_cut_at_a_word(article_of: ArticleOf) -> None:
    title = article_of("fleuve.txt", "le fleuve monte et " * 40).title
    assert title.endswith((" le…", " fleuve…", " monte…", " et…"))
    assert len(title) <= 300


def test_id_is_the_path_without_its_extension(article_of: ArticleOf) -> None:
    assert article_of("gazette/météo/grêle.txt", ORAGE).id == "gazette/météo/grêle"


def test_dot_in_a_name_without_extension_stays(article_of: ArticleOf) -> None:
    assert article_of("M. Dupont réagit", ORAGE).id == "M. Dupont réagit"


@pytest.mark.parametrize("content", ["Le Sénat vote", "Le Sénat vote\n\n2024-11-06\n"])
def test_title_alone_is_rejected(reason_of: ReasonOf, content: str) -> None:
    assert reason_of("senat.txt", content) == "there is a title but no text"


@pytest.mark.parametrize("content", ["\n \n", "2024-11-06"])
def test_file_without_words_is_rejected(reason_of: ReasonOf, content: str) -> None:
    assert reason_of("vide.txt", content) == "the title is missing"


def test_impossible_date_is_left_out_and_told(article_of: ArticleOf) -> None:
    article = article_of("fevrier.txt", "Février s’allonge\n\nDe deux jours.\n\n2025-02-30")
    assert (article.date, article.date_quality, article.repairs) == (None, DateQuality.INVALID, ("date",))
