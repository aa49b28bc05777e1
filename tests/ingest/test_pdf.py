"""PDF documents: lines by position, columns in reading order, the title from the largest type, no running heads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ingest.samples import pdf_of

if TYPE_CHECKING:
    from tests.ingest.conftest import Corpus

BODY = (
    "Le bac de Vallombre a repris la mer mercredi, après six",
    "semaines de travaux. Deux cents passagers attendaient sur",
    "le quai, dans le vent.",
)


def document(*pages: str, title: str = "") -> bytes:
    return pdf_of(*(page.encode("cp1252") for page in pages), title=title)


def shown(text: str, left: float, height: float, size: float = 10) -> str:
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 {size} Tf {left} {height} Td ({escaped}) Tj ET\n"


def column(lines: tuple[str, ...], left: float = 60, top: float = 700, size: float = 10) -> str:
    return "".join(shown(line, left, top - 12 * number, size) for number, line in enumerate(lines))


def test_title_is_in_the_largest_type_of_the_first_page_and_running_heads_are_no_text(corpus: Corpus) -> None:
    head = shown("Le Phare du Ponant - 6 novembre 2024", 60, 810, 9)
    first = head + shown("4", 300, 20, 9) + shown("PORTS", 60, 760, 12) + shown("Le bac reprend la mer", 60, 730, 24)
    second = head + shown("5", 300, 20, 9) + column(("Le prix du billet ne change pas.",))
    corpus.write("a.pdf", document(first + column(BODY), second))
    article = corpus.only_article()
    assert article.title == "Le bac reprend la mer"
    words = f"{article.lead}\n{article.text}"
    assert "Phare du Ponant" not in words
    assert "Deux cents passagers" in words
    assert words.endswith("Le prix du billet ne change pas.")


def test_title_that_heads_the_other_pages_in_small_type_is_the_title(corpus: Corpus) -> None:
    head = shown("Le bac reprend la mer", 60, 810, 9)
    first = shown("Le bac reprend la mer", 60, 780, 24) + column(BODY)
    corpus.write("a.pdf", document(first, head + column(BODY), head + column(("Fin du récit.",))))
    article = corpus.only_article()
    assert article.title == "Le bac reprend la mer"
    assert "reprend la mer" not in f"{article.lead}\n{article.text}"


@pytest.mark.parametrize("head", ["COMMUNIQUÉ DE PRESSE", "4", "P"])
def test_large_type_that_is_no_title_is_passed_over(corpus: Corpus, head: str) -> None:
    corpus.write(
        "a.pdf", document(shown(head, 60, 780, 40) + shown("Le bac reprend la mer", 60, 730, 20) + column(BODY))
    )
    assert corpus.only_article().title == "Le bac reprend la mer"


def test_title_that_the_properties_name_wins_over_larger_type(corpus: Corpus) -> None:
    content = shown("Mairie de Vallombre", 60, 780, 40) + shown("Le bac reprend la mer", 60, 730, 20) + column(BODY)
    corpus.write("a.pdf", document(content, title="Le bac reprend la mer."))
    assert corpus.only_article().title == "Le bac reprend la mer"


@pytest.mark.parametrize("turned", [False, True])
def test_words_and_letters_drawn_one_by_one_are_lines_again(corpus: Corpus, turned: bool) -> None:
    line = " ".join(BODY[:1])
    # Helvetica’s letters are of different widths: so each word is drawn at its place in a line of one size.
    widths = {" ": 2.78, "i": 2.22, "l": 2.22, "t": 2.78, "r": 3.33, "m": 8.33, "V": 6.67, "L": 5.56, "s": 5, "c": 5}
    pieces, left = "", 60.0
    for letter in line.replace(",", ""):
        if letter != " ":
            pieces += f"BT /F1 10 Tf 1 0 0 {-1 if turned else 1} {left:.2f} 700 Tm ({letter}) Tj ET\n"
        left += widths.get(letter, 5.56)
    pieces = f"1 0 0 -1 0 1400 cm\n{pieces}" if turned else pieces
    corpus.write("a.pdf", document(shown("Le bac", 60, 760, 20) + pieces))
    assert corpus.only_article().text == line.replace(",", "")


def test_columns_are_read_one_after_the_other_however_they_are_drawn(corpus: Corpus) -> None:
    left, right = ("Le bac a repris la", "mer mercredi après"), ("six semaines de tra-", "vaux au port.")
    title = shown("Le bac reprend la mer", 60, 760, 20)
    rows = "".join(
        column((one,), 60, top) + column((two,), 300, top)
        for one, two, top in zip(left, right, (700, 688), strict=True)
    )
    for content in (column(right, 300) + column(left) + title, title + rows):
        corpus.write("a.pdf", document(content))
        assert corpus.only_article().text == "Le bac a repris la mer mercredi après six semaines de travaux au port."


def test_headline_over_columns_stands_between_those_above_and_below(corpus: Corpus) -> None:
    upper = column(("Fin du premier.",), 60, 760) + column(("Fin du second.",), 300, 760)
    lower = column(("Un pli a été déposé.",), 300, 640) + column(("La mairie vend le phare.",), 60, 640)
    headline = shown("Le phare de la pointe est vendu aux enchères", 60, 700, 18)
    corpus.write("a.pdf", document(lower + headline + upper))
    article = corpus.only_article()
    assert article.title.startswith("Le phare de la pointe")
    words = " ".join(f"{article.lead} {article.text}".split())
    assert words == "Fin du premier. Fin du second. La mairie vend le phare. Un pli a été déposé."


def test_initial_in_large_type_belongs_to_its_word(corpus: Corpus) -> None:
    content = shown("Le bac reprend", 60, 760, 20) + shown("D", 60, 682, 30)
    lines = shown("eux cents passagers", 84, 694) + shown("attendaient sur le quai.", 84, 682)
    corpus.write("a.pdf", document(content + lines))
    assert corpus.only_article().text == "Deux cents passagers attendaient sur le quai."


def test_paragraphs_are_told_by_indents_and_gaps_and_go_on_over_pages(corpus: Corpus) -> None:
    first = column(("Le pont rouvre lundi matin.",), 60) + column(
        ("La rampe nord reste fermée aux", "piétons jusqu’au mois"), 72, 688
    )
    second = column(("de mars, dit la mairie.", "Le billet ne change pas."), 60, 700)
    corpus.write("a.pdf", document(shown("Le pont de la Veyre", 60, 760, 20) + first, second))
    article = corpus.only_article()
    assert "jusqu’au mois de mars, dit la mairie." in article.text


def test_document_that_opens_without_a_password_is_read_and_one_that_wants_it_is_told(corpus: Corpus) -> None:
    corpus.write(
        "a.pdf", document(column(BODY)).replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt << /Filter /Unknown >>")
    )
    assert "encrypted in a way that is not known" in str(corpus.only_reject().reason)
