"""Markdown files: front matter, the title, and the text without its markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from searchapp.model import ArticleStatus

if TYPE_CHECKING:
    from tests.ingest.conftest import ArticleOf, Corpus, ReasonOf

PONT = """---
titre: Le pont suspendu rouvre
chapo: Trois ans de travaux.
auteur: [Maëlle Guivarc’h, Idris Benali]
rubrique: Société
mots-clés: pont, travaux, pont
date: 2025-03-04 08:30
statut: corrected
---
Les piétons passent les premiers.
"""


def test_french_front_matter_fills_the_record(article_of: ArticleOf) -> None:
    article = article_of("pont.md", PONT)
    assert article.title == "Le pont suspendu rouvre"
    assert article.lead == "Trois ans de travaux."
    assert article.authors == ("Maëlle Guivarc’h", "Idris Benali")
    assert article.section == "Société"
    assert article.tags == ("pont", "travaux")
    assert article.status is ArticleStatus.CORRECTED
    assert article.text == "Les piétons passent les premiers."
    assert article.id == "pont"
    assert article.date is not None
    assert article.date.isoformat() == "2025-03-04T08:30:00+01:00"


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2025-03-04", "2025-03-04T00:00:00+01:00"),
        ("2025-03-04T08:30:00Z", "2025-03-04T08:30:00+00:00"),
        ("2025-03-04T08:30:00", "2025-03-04T08:30:00+01:00"),
    ],
)
def test_toml_front_matter_gives_real_dates(article_of: ArticleOf, value: str, moment: str) -> None:
    article = article_of("crue.md", f'+++\ntitle = "La crue"\ndate = {value}\n+++\n\nL’eau monte.')
    assert article.date is not None
    assert article.date.isoformat() == moment


def test_front_matter_is_known_whatever_the_file_is_called(article_of: ArticleOf) -> None:
    assert article_of("pont.txt", PONT).title == "Le pont suspendu rouvre"


def test_title_that_looks_like_a_number_or_a_no_stays_text(article_of: ArticleOf) -> None:
    assert article_of("a.md", "---\ntitre: 1984\nlead: no\n---\n").title == "1984"


def test_first_heading_is_the_title_and_leaves_the_text(article_of: ArticleOf) -> None:
    article = article_of("bal.md", "# Le *grand* bal\n\nOn danse.\n\n## Dimanche\n\nOn range.")
    assert article.title == "Le grand bal"
    assert article.text == "On danse.\n\nDimanche\n\nOn range."


def test_heading_that_repeats_the_title_leaves_the_text(article_of: ArticleOf) -> None:
    assert article_of("bal.md", "---\ntitre: Le bal\n---\n# Le bal\n\nOn danse.").text == "On danse."


def test_markup_becomes_plain_words(article_of: ArticleOf) -> None:
    body = (
        "Lire [l’enquête](https://exemple.fr) et `code`,\nla suite.\n\n"
        "- le thym\n- la sauge\n  1. séchée\n\n1. un\n\n![Une falaise](f.jpg)\n\n"
        "<div>pub</div>\n\n> Une <b>citation</b>\n\n```\na = 1\n```\n"
    )
    assert article_of("m.md", f"# Herbes\n\n{body}").text == (
        "Lire l’enquête et code, la suite.\n\nle thym\nla sauge\nséchée\n\nun\n\nUne falaise\n\nUne citation\n\na = 1"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("---\ntitre: Le bal\nOn danse.", "the front matter has no end"),
        (f"---\ntitre: {'a' * 70_000}\n---\nOn danse.", "the front matter has no end"),
        ("---\ntitre: [Le bal\n---\nOn danse.", "not valid YAML"),
        ("---\n\a: {: ]\n---\nOn danse.", "not valid YAML"),
        (f"---\na: {'[' * 5000}\n---\nOn danse.", "not valid YAML"),
        ("---\na: &a [x]\nb: [*a, *a]\n---\nOn danse.", "references (& and *) are not allowed"),
        ("---\nLe bal: dimanche\n- liste\n---\nOn danse.", "not valid YAML"),
        ("---\n- titre: Le bal\n---\nOn danse.", "the front matter must be lines"),
        ("+++\ntitre = Le bal\n+++\nOn danse.", "not valid TOML"),
        ("---\ntitre: Le bal\n---\n", "there is a title but no text"),
        ("---\nchapo: On danse.\n---\n", "the title is missing"),
    ],
)
def test_wrong_file_is_rejected_with_the_reason(reason_of: ReasonOf, content: str, reason: str) -> None:
    assert reason in reason_of("bal.md", content)


def test_yaml_error_names_the_line_of_the_file(corpus: Corpus) -> None:
    corpus.write("bal.md", "---\ntitre: Le bal\nauteur: *inconnu\n---\nOn danse.")
    assert corpus.only_reject().line == 3
