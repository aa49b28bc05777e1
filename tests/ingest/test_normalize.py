"""Cleaning of every article: dates, bylines, boilerplate, paywalls, sources of sites, languages, mojibake."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.ingest.cleaning.article_dates import is_date, read_date
from searchapp.ingest.cleaning.boilerplate import parse_boilerplate, shipped_boilerplate
from searchapp.ingest.cleaning.bylines import split_authors
from searchapp.ingest.cleaning.domains import source_of
from searchapp.ingest.cleaning.language_detection import language_of
from searchapp.ingest.cleaning.mojibake import repaired
from searchapp.ingest.cleaning.normalize import clean_text
from searchapp.ingest.formats.page_layout import is_byline, record_of_text
from searchapp.model import DateQuality

if TYPE_CHECKING:
    from tests.ingest.conftest import ArticleOf, Corpus, ReasonOf

PARIS = ZoneInfo("Europe/Paris")
TEXT = "Le conseil a voté le budget dans la nuit, après six heures de débat."


@pytest.mark.parametrize(
    ("text", "moment", "quality"),
    [
        ("2024-11-06T16:49:00+01:00", "2024-11-06T16:49:00+01:00", DateQuality.EXACT),
        ("20241106T164900+0100", "2024-11-06T16:49:00+01:00", DateQuality.EXACT),
        ("Wed, 06 Nov 2024 16:49:00 +0100", "2024-11-06T16:49:00+01:00", DateQuality.EXACT),
        ("6 Nov 2024 16:49:00 GMT", "2024-11-06T16:49:00+00:00", DateQuality.EXACT),
        ("2024-11-06 16:49", "2024-11-06T16:49:00+01:00", DateQuality.LOCAL),
        ("mercredi 6 novembre 2024 à 16h49", "2024-11-06T16:49:00+01:00", DateQuality.LOCAL),
        ("Publié le 6 novembre 2024 à 16 h 49", "2024-11-06T16:49:00+01:00", DateQuality.LOCAL),
        ("Publié le 06/11/2024 à 16:49", "2024-11-06T16:49:00+01:00", DateQuality.LOCAL),
        ("le 14 juillet 2024, 9h", "2024-07-14T09:00:00+02:00", DateQuality.LOCAL),
        ("1er janvier 2025", "2025-01-01T00:00:00+01:00", DateQuality.DAY),
        ("Mercredi 6 nov. 2024", "2024-11-06T00:00:00+01:00", DateQuality.DAY),
        ("15 aou\u0302t 2024", "2024-08-15T00:00:00+02:00", DateQuality.DAY),
        ("3\u00a0févr. 2024", "2024-02-03T00:00:00+01:00", DateQuality.DAY),
        ("6 novembre 2024 à 16h49, mis à jour le 7 novembre", "2024-11-06T16:49:00+01:00", DateQuality.LOCAL),
        ("06.11.2024", "2024-11-06T00:00:00+01:00", DateQuality.DAY),
        ("2024-11-06", "2024-11-06T00:00:00+01:00", DateQuality.DAY),
        ("06/11/24", "2024-11-06T00:00:00+01:00", DateQuality.GUESSED),
        ("06/11/71", "1971-11-06T00:00:00+01:00", DateQuality.GUESSED),
    ],
)
def test_date_of_a_newsroom_is_read_with_what_it_left_open(text: str, moment: str, quality: DateQuality) -> None:
    parsed, told = read_date(text, PARIS)
    assert parsed is not None
    assert (parsed.isoformat(), told) == (moment, quality)


def test_article_tells_how_good_its_date_is(article_of: ArticleOf) -> None:
    assert article_of("a.txt", f"Budget\n\n{TEXT}\n\n06/11/2024").date_quality is DateQuality.DAY
    assert article_of("a.txt", f"Budget\n\n{TEXT}").date_quality is DateQuality.MISSING


@pytest.mark.parametrize("text", ["Le 6 novembre, la mairie", "6 novembre", "novembre 2024", "6 brumaire 2024"])
def test_what_names_no_whole_day_is_no_date(text: str) -> None:
    assert not is_date(text)


@given(st.text(st.sampled_from("Publiéle0123456789 /.:h-àmarsnovembre"), max_size=120))
def test_no_text_makes_the_dates_fail(text: str) -> None:
    assert is_date(text) in (True, False)


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Par Maëlle Guivarc’h et Idris Benali, à Rennes", ["Maëlle Guivarc’h", "Idris Benali"]),
        ("Anne Le Bihan, Noël Çatal et Zoé Quéméner", ["Anne Le Bihan", "Noël Çatal", "Zoé Quéméner"]),
        ("PAR ANNE LE BIHAN", ["ANNE LE BIHAN"]),
        ("Anne Le Bihan (à Sarmane)", ["Anne Le Bihan"]),
        ("Anne Le Bihan, envoyée spéciale à Kiev", ["Anne Le Bihan"]),
        ("Anne Le Bihan, notre correspondante", ["Anne Le Bihan"]),
        ("Anne Le Bihan avec AFP", ["Anne Le Bihan", "AFP"]),
        ("Le Bihan, Anne", ["Le Bihan, Anne"]),
        ("Anne Le Bihan; Noël Çatal", ["Anne Le Bihan", "Noël Çatal"]),
        ("Propos recueillis par Anne Le Bihan", ["Anne Le Bihan"]),
        ("redaction@exemple.fr (Anne Le Bihan)", ["Anne Le Bihan"]),
        ("La rédaction", ["La rédaction"]),
        ("Maëlle Guivarc’h (avec Idris Benali et Noël Çatal)", ["Maëlle Guivarc’h", "Idris Benali", "Noël Çatal"]),
        ("Maëlle Guivarc’h (avec AFP)", ["Maëlle Guivarc’h", "AFP"]),
        ("Anne Le Bihan (Rieux) et Noël Çatal (texte)", ["Anne Le Bihan", "Noël Çatal"]),
        ("Anne Le Bihan, à Rieux, et Noël Çatal, à Vallombre", ["Anne Le Bihan", "Noël Çatal"]),
        ("Anne Le Bihan, à Rieux et Vallombre", ["Anne Le Bihan"]),
        ("Anne Le Bihan, grand reporter", ["Anne Le Bihan"]),
        ("Anne Le Bihan, professeure de droit", ["Anne Le Bihan"]),
        ("Anne Le Bihan - Journaliste à Rieux", ["Anne Le Bihan"]),
        ("Anne Le Bihan Correspondante", ["Anne Le Bihan"]),
        ("Anne Le BihanCorrespondante à Rieux", ["Anne Le Bihan"]),
        ("De notre correspondante à Rieux, Anne Le Bihan", ["Anne Le Bihan"]),
        ("Publié par Anne Le Bihan le 6 mai 2024", ["Anne Le Bihan"]),
        ("Anne Le Bihan | Noël Çatal", ["Anne Le Bihan", "Noël Çatal"]),
        ("20 Minutes", ["20 Minutes"]),
        ("Perrine Etchegaray", ["Perrine Etchegaray"]),
        ("Parvati Nair", ["Parvati Nair"]),
        ("", []),
    ],
)
def test_byline_is_split_into_names(byline: str, names: list[str]) -> None:
    assert list(split_authors(byline)) == names


@pytest.mark.parametrize("line", ["Par Anne Le Bihan", "Par Anne Le Bihan et Noël Çatal, à Rennes", "Par AFP"])
def test_byline_is_known(line: str) -> None:
    assert is_byline(line)


@pytest.mark.parametrize(
    "line", ["Par ailleurs, le maire a démissionné.", "Par Toutatis !", "Par la suite", "Anne Le Bihan", "Par ", ""]
)
def test_sentence_is_no_byline(line: str) -> None:
    assert not is_byline(line)


def test_place_line_gives_the_agency_and_stays_in_the_text() -> None:
    record = record_of_text(f"Le budget est voté\n\nPARIS, 6 novembre 2024 (AFP) - {TEXT}\n\nLa suite demain.")
    assert (record["agency"], record["date"]) == ("AFP", "6 novembre 2024")
    assert str(record["lead"]).startswith("PARIS, 6 novembre 2024 (AFP) - Le conseil")


def test_agency_is_the_source_only_when_nothing_else_is(corpus: Corpus) -> None:
    corpus.write("folders.toml", '[source]\nphare = "Le Phare"')
    for folder in ("phare", "autre"):
        corpus.write(f"{folder}/a.txt", f"Le budget\n\nSAINT-ÉTIENNE (AFP) - {TEXT}")
    assert sorted(article.source for article in corpus.articles()) == ["AFP", "Le Phare"]


def test_boilerplate_is_dropped_and_told(article_of: ArticleOf) -> None:
    article = article_of(
        "a.md", f"# Le budget\n\nAbonnez-vous\n\n{TEXT}\n\nLire aussi : Le maire démissionne\n\n© L’Écho"
    )
    assert (article.text, article.repairs) == (TEXT, ("boilerplate",))


def test_corpus_has_its_own_list(corpus: Corpus) -> None:
    corpus.write("boilerplate.txt", "# la nôtre\nVu dans l'Écho\nJeu *\n")
    corpus.write("a.md", f"# Le budget\n\nAbonnez-vous\n\n{TEXT}\n\nVU DANS L’ÉCHO\n\nJeu : gagnez un vélo")
    assert corpus.only_article().text == f"Abonnez-vous\n\n{TEXT}"


def test_long_paragraph_is_no_boilerplate() -> None:
    sentence = "Lire aussi est un plaisir. " * 20
    assert shipped_boilerplate().without(sentence) is sentence


def test_empty_list_drops_nothing() -> None:
    assert parse_boilerplate([]).without("Abonnez-vous") == "Abonnez-vous"
    assert parse_boilerplate(["*", "!"]).without("Abonnez-vous") == "Abonnez-vous"


@pytest.mark.parametrize(
    ("content", "stub"),
    [
        (
            f"# Le budget\n\n{TEXT}\n\nIl vous reste 80 % de cet article à lire. La suite est réservée aux abonnés.",
            True,
        ),
        (f"# Le budget\n\n{TEXT}", False),
        (f"# Le budget\n\nUn musée réservé aux abonnés.\n\n{TEXT * 20}", False),
    ],
)
def test_stub_of_a_paywall_is_flagged(article_of: ArticleOf, content: str, stub: bool) -> None:
    assert article_of("a.md", content).stub is stub


@pytest.mark.parametrize(("times", "stub"), [(3, True), (40, False)])
def test_closed_page_is_a_stub_unless_its_text_is_there(article_of: ArticleOf, times: int, stub: bool) -> None:
    facts = '{"@type": "NewsArticle", "headline": "Le budget", "isAccessibleForFree": "False"}'
    paragraphs = "".join(f"<p>{TEXT} {number}</p>" for number in range(times))
    page = f'<html><script type="application/ld+json">{facts}</script><article>{paragraphs}</article></html>'
    assert article_of("a.html", page).stub is stub


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://www.echo.example/a", "L’Écho"),
        ("https://sport.echo.example/a", "L’Écho"),
        ("https://blog.echo.example/a", "Blog"),
        ("https://example/", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_domain_gives_the_source(url: str, source: str) -> None:
    assert source_of(url, {"echo.example": "L’Écho", "blog.echo.example": "Blog"}) == source


def test_domain_table_of_the_corpus_is_used(corpus: Corpus) -> None:
    corpus.write("folders.toml", '[domain]\n"echo.example" = "L’Écho"')
    corpus.write("a.jsonl", '{"title": "a", "text": "b", "url": "https://www.echo.example/a"}')
    assert corpus.only_article().source == "L’Écho"


def test_column_table_of_the_corpus_is_used(corpus: Corpus) -> None:
    corpus.write("folders.toml", '[column]\n"Intitulé" = "title"\nCorps_Article = "text"')
    corpus.write("a.csv", "intitulé;CORPS ARTICLE;autre\nLe bac;Une panne.;x\n")
    article = corpus.only_article()
    assert (article.title, article.text) == ("Le bac", "Une panne.")


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("nom;texte\nLe bac;b\n", 1, "no column is called title"),
        ("titre;chapo\n;b\n", 2, "the title is missing"),
    ],
)
def test_wrong_table_is_rejected_with_the_line(corpus: Corpus, content: str, line: int, reason: str) -> None:
    corpus.write("a.csv", content)
    reject = corpus.only_reject()
    assert reject.line == line
    assert reason in str(reject.reason)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (TEXT, "fr"),
        ("The mayor said on Tuesday that the bridge would be closed for a month, on the orders of the prefect.", "en"),
        ("El alcalde de la ciudad dijo el martes que el puente estará cerrado durante un mes en el puerto.", "es"),
        ("Der Bürgermeister sagte am Dienstag, dass die Brücke einen Monat lang geschlossen bleiben werde.", "de"),
        ("Le bac", "fr"),
        ("", "fr"),
    ],
)
def test_language_is_detected(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("label", "tag"),
    [
        ("fr_FR", "fr-FR"),
        ("en-gb", "en-GB"),
        ("fre", "fr"),
        ("fra", "fr"),
        ("Français", "fr"),
        ("francais", "fr"),
        ("français (Canada)", "fr"),
        ("German", "de"),
        ("bre", "br"),
        ("fr-FR,en;q=0.5", "fr-FR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("fr_FR.UTF-8", "fr-FR"),
    ],
)
def test_language_is_told_as_bcp_47_writes_it(article_of: ArticleOf, label: str, tag: str) -> None:
    assert article_of("a.jsonl", json.dumps({"title": "a", "text": "b", "language": label})).language == tag


@pytest.mark.parametrize("label", ["und", "mul", "zxx", "x-default", "UTF-8", "langue", "42", "-"])
def test_what_names_no_language_leaves_it_to_the_words(article_of: ArticleOf, label: str) -> None:
    text = "The mayor said on Tuesday that the bridge would be closed for a month, on the orders of the prefect."
    assert article_of("a.jsonl", json.dumps({"title": "a", "text": text, "language": label})).language == "en"


def test_list_of_names_is_in_french() -> None:
    assert language_of("1. 2. 3. 4. 5. 6. 7. 8. 9. 10. 11. 12. 13. 14. 15.") == "fr"


@pytest.mark.parametrize(
    ("broken", "sound"),
    [
        ("dÃ©jÃ\u00a0 vu", "déjà vu"),
        ("lâ€™Ã©tÃ©", "l’été"),
        ("dÃ©jÃ  Ã\u00a0 quai\nl’été", "déjà à quai\nl’été"),
        ("l’été déjà", "l’été déjà"),
        ("SÃO PAULO", "SÃO PAULO"),
        ("abc", "abc"),
    ],
)
def test_letters_decoded_wrongly_are_repaired(broken: str, sound: str) -> None:
    assert " ".join(repaired(broken).split()) == " ".join(sound.split())


def test_control_characters_inside_wrong_letters_do_not_hide_a_part_from_the_repair() -> None:
    once = clean_text(repaired("Â\x1f\x91"))
    assert once == clean_text(repaired(once)) == "‘"


@pytest.mark.parametrize(
    ("library", "name", "line"),
    [
        ("pypdfium2", "a.pdf", "pip install 'pypdfium2>="),
        ("warcio.statusandheaders", "a.warc", "pip install 'warcio>="),
        ("zstandard", "a.zst", "pip install 'zstandard>="),
    ],
)
def test_missing_library_is_a_reject_that_names_the_line(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, library: str, name: str, line: str
) -> None:
    from tests.ingest.samples import CONTAINERS, SAMPLES

    content = SAMPLES[name]() if name in SAMPLES else CONTAINERS[".zst"](b"a")
    monkeypatch.setitem(sys.modules, library, None)
    corpus.isolated = False
    corpus.write(name, content)
    assert line in str(corpus.only_reject().reason)


def test_sitemap_gives_titles_without_text(corpus: Corpus) -> None:
    corpus.write(
        "sitemap.xml",
        '<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://echo.example/a</loc><n:news>'
        "<n:publication><n:name>L’Écho</n:name><n:language>fr</n:language></n:publication><n:title>Le bac</n:title>"
        "<n:publication_date>2024-11-06</n:publication_date></n:news></url><url><loc>https://b.example</loc></url></urlset>",
    )
    article = corpus.only_article()
    assert (article.title, article.source, article.text) == ("Le bac", "L’Écho", "")
    assert article.url == "https://echo.example/a"


def test_sitemap_without_news_is_rejected(reason_of: ReasonOf) -> None:
    assert "none of its 1 addresses has a title" in reason_of("a.xml", "<urlset><url><loc>a</loc></url></urlset>")
