"""Tables as R, pandas and spreadsheets write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from searchapp.ingest import read_corpus
from searchapp.model import Reject
from tests.ingest.conftest import PARIS

if TYPE_CHECKING:
    from searchapp.model import Article
    from tests.ingest.conftest import ArticleOf, Corpus

ROWS = [("Le phare est vendu", "Un seul pli ; l’acheteuse lit."), ("Le pont est fermé", "Des fissures, dit-on.")]


def facts(articles: list[Article]) -> list[tuple[str, str]]:
    return [(article.title, article.text) for article in articles]


@pytest.mark.parametrize(
    "content",
    [
        '"titre";"texte"\n"1";"{}";"{}"\n"2";"{}";"{}"\n',
        '"","titre","texte"\n"1","{}","{}"\n"2","{}","{}"\n',
        'Unnamed: 0,titre,texte\n0,"{}","{}"\n1,"{}","{}"\n',
        'sep=;\r\ntitre;texte\r\n{};"{}"\r\n{};"{}"\r\n',
        '"sep=|"\ntitre|texte\n{}|{}\n{}|{}\n',
        "titre\ttexte\n{}\t{}\n{}\t{}\n",
        "\ufefftitre\ttexte\n{}\t{}\n{}\t{}\n",
        'titre, texte\n"{}", "{}"\n"{}", "{}"\n',
        '"titre";"texte";"mots\nclés"\n"{}";"{}";mer\n"{}";"{}";phare\n',
        'titre;texte;;\n"{}";"{}";;\n"{}";"{}";;\n;;;\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_table_of_each_program_is_read(corpus: Corpus, content: str, encoding: str) -> None:
    text = content.format(*ROWS[0], *ROWS[1])
    if encoding == "cp1252":
        text = text.removeprefix("\ufeff")
    corpus.write("a.csv", text.encode(encoding))
    assert facts(corpus.articles()) == ROWS
    assert {article.repairs for article in corpus.articles()} <= {(), ("cp1252",)}


@pytest.mark.parametrize(
    ("row", "title", "repairs"),
    [
        ("Le bac;Une panne.", "Le bac", ("columns",)),
        ("Le bac;Une panne.;2024-11-06;de trop", "Le bac", ("columns",)),
        ("Le bac;Une panne.;2024-11-06;;", "Le bac", ()),
    ],
)
def test_row_of_another_length_is_read_and_told(corpus: Corpus, row: str, title: str, repairs: tuple[str, ...]) -> None:
    corpus.write("a.csv", f"titre;texte;date\nLe pont;Fermé.;2024-11-05\n{row}\n")
    article = corpus.articles()[1]
    assert (article.title, article.text, article.repairs) == (title, "Une panne.", repairs)
    assert any(isinstance(entry, Reject) for entry in read_corpus(corpus.root, PARIS, lenient=False)) is bool(repairs)


def test_separator_that_is_not_quoted_moves_no_column_of_other_rows(corpus: Corpus) -> None:
    corpus.write("a.csv", "id;titre;texte\n1;Le bac;Une panne; encore.\n2;Le pont;Fermé.\n")
    assert [(article.id, article.title) for article in corpus.articles()] == [("1", "Le bac"), ("2", "Le pont")]


@pytest.mark.parametrize("nothing", ["NA", "NULL", "nan", ""])
def test_what_programs_write_for_nothing_is_nothing(article_of: ArticleOf, nothing: str) -> None:
    article = article_of("a.csv", f"titre;texte;date;auteur;section\nLe bac;Une panne.;{nothing};{nothing};{nothing}\n")
    assert (article.date, article.authors, article.section, article.repairs) == (None, (), "", ())


def test_number_of_a_spreadsheet_is_a_whole_one(article_of: ArticleOf) -> None:
    article = article_of("a.csv", "id;titre;texte;date\n12,0;Le bac;Une panne.;1730908140,0\n")
    assert (article.id, str(article.date)) == ("12", "2024-11-06 15:49:00+00:00")


def test_html_in_cells_becomes_text(article_of: ArticleOf) -> None:
    row = "L&rsquo;&Eacute;tat <i>r&eacute;agit</i>;<p>Un &eacute;t&eacute;.</p>;Ma&euml;lle Guivarc&#8217;h"
    article = article_of("a.tsv", "titre\ttexte\tauteur\n" + row.replace(";<", "\t<").replace(";Ma", "\tMa"))
    assert (article.title, article.text, article.authors) == ("L’État réagit", "Un été.", ("Maëlle Guivarc’h",))
