"""A small judged set on the demonstration corpus: what a reader would call the right first answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.model import SearchRequest
from searchapp.search.service import SearchService

CORPUS = Path(__file__).parents[2] / "corpus"
# Query -> articles that are a right first answer.
JUDGED = {
    "ingerence americaine": {"agence-hexapresse/international/kremlin-ingerence-elections"},
    "kremlin elections": {"agence-hexapresse/international/kremlin-ingerence-elections"},
    "etat d'urgence": {"agence-hexapresse/sante/etat-urgence-sanitaire-deux-mois"},
    '"gilets jaunes"': {"echo-vallombre/societe/gilets-jaunes-un-an-rond-point"},
    "greve sncf": {"quotidien-deux-rives/greve-s-n-c-f-le-jour-ou-le-7-h-12-n-est-pas-venu"},
    "marché de noël": {"echo-vallombre/economie/marche-de-noel-ampoules"},
    "marche pour le climat": {"echo-vallombre/environnement/marche-pour-le-climat-1500-lyceens"},
    "reforme des retraites": {"echo-vallombre/societe/retraites-infirmiere-tete-de-cortege"},
    "secheresse irrigation": {"echo-vallombre/environnement/ete-secheresse-irrigation-orle"},
    "cheval station service": {"echo-vallombre/faits-divers/chevaux-station-service-windows"},
    "prudhommes croissant": {"hexa-2025-1009-01"},
    "tournoi d'echecs": {"echo-vallombre/sport/echecs-petit-cheval-favori"},
    "flamme olympique": {"agence-hexapresse/sport/flamme-olympique-saint-etienne-sur-orle"},
    "tempete odilon": {
        "agence-hexapresse/environnement/tempete-odilon-cote",
        "phare-ponant/environnement/odilon-la-cote-dans-le-noir",
    },
    "fermeture ligne de train": {
        "agence-hexapresse/economie/fermeture-ligne-vallombre-port-ponant",
        "echo-vallombre/economie/notre-train-disparaitra-fin-aout",
    },
    "univers telescope": {
        "agence-hexapresse/sciences/james-webb-premieres-images-univers",
        "quotidien-deux-rives/premieres-images-de-james-webb-l-univers-en-direct",
    },
    "universite ONU": {"agence-hexapresse/education/universite-sarmane-nations-unies"},
    "notre dame reouverture": {"hexa-2024-1208-01"},
    "incendies 2022 pompiers": {"gazette-sarmane/environnement/retour-de-gironde-les-pompiers-de-sarmane"},
    "prix de l'electricite": {"quotidien-deux-rives/electricite-la-fonderie-du-gue-fait-fondre-ses-nuits"},
    "mouton": {"gazette-sarmane/faits-divers/le-mouton-gilbert-rattrape-au-rayon-jardinage"},
    "frelon asiatique abeilles": {"hexa-2025-0520-02"},
    "rock festival": {"gazette-sarmane/culture/rock-n-roll-sur-la-presqu-ile"},
    "logement etudiant": {"quotidien-deux-rives/logement-etudiant-une-peniche-et-1128-lettres-de-refus"},
    "cyberataque mairie": {
        "hexa-2025-0412-01",
        "gazette-sarmane/faits-divers/saint-etienne-sur-orle-la-mairie-piratee",
    },
    "pécheur": {
        "phare-ponant/faits-divers/pecheur-repenti-tronc-eglise",
        "quotidien-deux-rives/un-accent-pour-les-pecheurs-de-port-ponant",
    },
    "telephone college": {"quotidien-deux-rives/un-college-sans-telephone"},
    "phare vendu": {"hexa-2025-0218-01"},
    "mur mitoyen": {"gazette-sarmane/justice/un-mur-un-poirier-et-la-juge-lenoir"},
    "dissolution": {"quotidien-deux-rives/dissolution-a-la-sous-prefecture-on-recompte-les-urnes"},
}


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    config = bootstrap.load_config({"corpus": CORPUS, "index": tmp_path_factory.mktemp("index")})
    bootstrap.reindex(config)
    service = bootstrap.open_service(config)
    yield service
    service.close()


def test_the_right_article_comes_first(demonstration: SearchService) -> None:
    wrong = {
        query: hits[0].article.id if hits else None
        for query, right in JUDGED.items()
        if not (hits := demonstration.search(SearchRequest(query)).hits) or hits[0].article.id not in right
    }
    assert len(wrong) <= len(JUDGED) // 10, wrong


def test_every_judged_article_is_in_the_first_three(demonstration: SearchService) -> None:
    for query, right in JUDGED.items():
        best = {hit.article.id for hit in demonstration.search(SearchRequest(query, per_page=3)).hits}
        assert best & right, query


def test_every_article_is_indexed_and_none_rejected(demonstration: SearchService) -> None:
    assert (demonstration.manifest().articles, demonstration.manifest().rejects) == (62, 0)
