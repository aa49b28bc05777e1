"""HTML pages: titles without the name of the site, nothing twice, authors told apart, text where there is any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from searchapp.ingest.cleaning.site_names import domain_name, without_site_name

if TYPE_CHECKING:
    from tests.ingest.conftest import Corpus

TITLE = "L’eau manque à l’est"
BODY = "".join(
    f"<p>{text}</p>"
    for text in (
        "Les réservoirs de l’est du département sont presque vides après un été sans pluie, a dit le préfet lundi.",
        "Vingt communes autour de Rieux sont livrées par camion ; les maires demandent une aide pour les conduites.",
        "La pluie est attendue en fin de semaine, mais elle ne suffira pas, selon les services de l’eau de la région.",
    )
)


def html(head: str = "", before: str = "", body: str = BODY) -> str:
    head = f'<head><meta charset="utf-8">{head}</head>'
    return f'<html lang="fr">{head}<body><article>{before}{body}</article></body></html>'


def og(**values: str) -> str:
    return "".join(f'<meta property="og:{name}" content="{value}">' for name, value in values.items())


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        (f"{TITLE} - Le Phare", "Le Phare"),
        (f"{TITLE} | LE PHARE", "Le Phare"),
        (f"{TITLE} – Phare", "Le Phare"),
        (f"{TITLE} — Le Phare.fr", "Le Phare"),
        (f"{TITLE} | Le Phare", "lephare.fr"),
        (f"Le Phare : {TITLE}", "Le Phare"),
        (f"{TITLE} - Société - Le Phare", "Le Phare"),
    ],
)
def test_title_is_without_the_name_of_the_site(shown: str, name: str) -> None:
    expected = shown.removesuffix(" - Le Phare") if "Société" in shown else TITLE
    assert without_site_name(shown, ["", name]) == expected


@pytest.mark.parametrize(
    "title", ["Brest - Rennes : un match nul", "L’eau | le feu", "Le Phare", "Sécheresse : l’est attend"]
)
def test_title_that_only_looks_like_one_with_a_site_stays(title: str) -> None:
    assert without_site_name(title, ["Le Phare", "lephare"]) == title


def test_domain_gives_the_name_of_a_site() -> None:
    assert [domain_name(f"https://{host}/a") for host in ("www.lephare.example", "actu.le-phare.example", "")] == [
        "lephare",
        "le-phare",
        "",
    ]


@pytest.mark.parametrize(
    "head",
    [
        og(title=f"{TITLE} - Le Phare", site_name="Le Phare"),
        og(title=f"{TITLE} | Phare", url="https://www.phare.example/1"),
        f'<meta name="application-name" content="Le Phare">{og(title=f"{TITLE} - Le Phare")}',
        f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{TITLE} | Le Phare",'
        ' "publisher": {"name": "Le Phare"}}</script>',
    ],
)
def test_name_of_the_site_is_known_from_the_page(corpus: Corpus, head: str) -> None:
    corpus.write("a.html", html(head))
    assert corpus.only_article().title == TITLE


def test_heading_says_what_is_the_title_where_nothing_names_the_site(corpus: Corpus) -> None:
    corpus.write("a.html", html(og(title=f"{TITLE} - Quotidien du Ponant"), f"<h1>{TITLE}</h1>"))
    assert corpus.only_article().title == TITLE


@pytest.mark.parametrize("again", ["L'eau manque à l'est", "L’EAU MANQUE À L’EST.", "« L’eau manque\u00a0à l’est »"])
def test_title_with_other_signs_and_blanks_is_not_said_again(corpus: Corpus, again: str) -> None:
    corpus.write("a.html", html(og(title=TITLE), f"<div><p>{again}</p></div>"))
    assert corpus.only_article().text.startswith("Les réservoirs")


@pytest.mark.parametrize(
    "byline",
    [
        '<p class="byline">Par <a>Anne Le Bihan</a> et <a>Noël Çatal</a>, à Rieux</p>',
        '<p class="author"><span>Anne Le Bihan</span><span>Noël Çatal</span></p>',
        '<header><a rel="author">Anne Le Bihan</a>, <a rel="author">Noël Çatal</a></header>',
        '<div itemprop="author"><b itemprop="name">Anne Le Bihan</b><i>Journaliste</i></div>'
        '<div itemprop="author"><b itemprop="name">Noël Çatal</b></div>',
    ],
)
def test_authors_are_told_apart(corpus: Corpus, byline: str) -> None:
    corpus.write("a.html", html(og(title=TITLE), byline))
    assert corpus.only_article().authors == ("Anne Le Bihan", "Noël Çatal")


def test_authors_of_other_articles_on_the_page_are_none_of_this_one(corpus: Corpus) -> None:
    others = '<section><h2>À lire</h2><a rel="author">Zoé Quéméner</a></section>'
    page = html(og(title=TITLE), '<header><a rel="author">Anne Le Bihan</a></header>').replace(
        "</body>", f"{others}</body>"
    )
    corpus.write("a.html", page)
    assert corpus.only_article().authors == ("Anne Le Bihan",)


@pytest.mark.parametrize(
    "printed", ["<p>Publié le 6 novembre 2024 à 16h49</p>", '<span class="date">6 novembre 2024 à 16h49</span>']
)
def test_date_that_is_only_printed_counts(corpus: Corpus, printed: str) -> None:
    corpus.write("a.html", html(og(title=TITLE), printed))
    date = corpus.only_article().date
    assert date is not None
    assert date.isoformat().startswith("2024-11-06T16:49")
