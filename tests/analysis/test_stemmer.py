"""The stemmer: its table, its rules at their boundaries, and what both do to a word.

A change of a rule changes a line here; tests/quality says whether the change is for the better.
"""

from __future__ import annotations

import pytest

from searchapp.analysis import FrenchAnalyzer
from searchapp.analysis.stem_table import STEMS as TABLE
from searchapp.analysis.stem_table import irregular_forms
from searchapp.analysis.stemmer import family_root, irregular_words, stem, stem_by_rules
from searchapp.analysis.variants import canonical_spelling

ANALYZER = FrenchAnalyzer()

# word:stem
STEMS = """
    paierons:pai poissons:poisson beaux:beal abus:abu punaise:punai ardoise:ardoi actrice:acteu restante:rest
    attente:attent auteure:auteu guere:guer rendue:rend perdues:perd actes:act lues:lue notamment:not
    evidemment:evid lentement:lent logement:logem batissaient:bati finissait:fini agissait:agiss croissant:croi
    baissant:baiss laissez:laiss finira:fini esperait:esp reperent:rep esperais:esp reperee:rep jouera:jou
    aimaient:aim avaient:avai aurait:aur avait:avai allez:all annee:ann idee:idee crier:cri fier:fie devant:dev
    avant:avant dansent:dans argent:argent costa:cost aura:aura finir:fini noir:noir delit:deli doit:doit
    rendu:rend perdu:perd soeur:soeu soif:soiv francaises:francai chinoises:chinoi bateaux:bateau eaux:eaux
    journaux:journal travaux:traval cheveux:cheveu feux:feux bijoux:bijou roux:roux presse:press russe:russ
    prise:pris permise:permi requise:requi chanteuse:chanteu gueuse:gueu directrice:directeu finissante:fini
    plante:plant cliente:client meilleure:meilleu premiere:premi perdre:perd tendre:tend
    bruyamment:brui avertissement:averti vivement:vivem curieusement:curieu unissent:uniss agissent:agiss
    choisissez:choisi finiront:fini trait:trai portrait:portrait parfait:parfait souhait:souh decrit:decrit
    maudit:maudit chanteraient:chant seraient:ser mangeront:mang seront:seront donnerent:donn aimerai:aim
    serai:serai donnerez:donn esperer:esp chantiez:chant aviez:avi parlez:parl nez:nez produit:produit
    endroit:endroit oeuf:oeuv chef:chef relief:reliev actif:activ docteur:docteu
    peur:peur mordu:mord vendue:vend tordue:tord eperons:eperon finissons:fini apaises:apais epoux:epou
    apaise:apais rieuse:rieu puissante:puiss croissante:croi aimante:aimant contente:cont apeure:apeur
    demeure:demeu colere:col indue:indu ardue:ardu galamment:gal recemment:recem abaissement:abai
    pieusement:pieus fameusement:fameu agissaient:agiss finissaient:fini unissons:unisson finissent:fini
    jouissent:joui finissez:fini agira:agir operaient:oper aimeraient:aim oserait:oser tueront:tueront
    dureront:dur oserent:oser aiderent:aid oserai:oserai oterez:oter aimerez:aim operer:oper operee:oper
    osera:oser aimiez:aim alliez:all avez:avez abusa:abus indus:indu ardu:ardu mangea:mang abonne:abon
    canons:canon paye:pay foyer:foy jury:juri
"""
# stem:root of its family
ROOTS = """
    licenciement:licenc licenci:licenc electoral:elector electeu:elect pension:pension pensionn:pension
    national:nation nation:nation journalist:journal journal:journ realisation:realis realisateu:realis
    presidentiel:president presid:presid actualite:actual actuel:actuel marchandis:marchand march:march
    agriculteu:agricul agricultur:agricult ministre:ministr ministeriel:minister gouvernement:gouvern
    gouvern:gouvern grev:grev port:port aboli:aboli abouti:about
"""
# forms of one word, a line each: a kind of inflection after another
MEETING = """
    jeu jeux
    tuyau tuyaux
    mal maux
    email emaux
    corail coraux
    nee nes nees naitre naissait
    traverse traverser
    recours recourir
    interpelle interpellent interpeller
    lie liee lies liees lier liait
    ecrit ecrite ecrire ecrivait
    craint crainte craindre craignait
    nul nulle nuls nulles
    epais epaisse
    epoux epouse
    gentil gentille
    inquiet inquiete
    public publique
    malin maligne
    jumeau jumelle
    passant passante passants
    ambassadeur ambassadrice
    prince princesse
    empereur imperatrice
    maire mairesse
    autrice auteur auteure
    oeil yeux
    monsieur messieurs
    savoir sait su saura sachant
    aller va vont ira allait
    rapide rapidement
    evident evidemment
    souvenir souvenirs
    tour tours
"""
APART = """
    viol violent
    vent vente
    ouvrir ouvrier
    mari marie
    jean jeanne
    louis louise
    medecin medecine
    musee muse
    passage passager
    fer ferait
    fil fils
    pari paris
    canne cannes
    port porte
    vif vivant
    poste postier
    urgent urgence
    universite univers
"""


@pytest.mark.parametrize("entry", STEMS.split())
def test_a_word_that_no_dictionary_knows_has_the_stem_that_the_rules_give(entry: str) -> None:
    word, _, expected = entry.partition(":")
    assert stem_by_rules(word) == expected


@pytest.mark.parametrize("words", MEETING.strip().splitlines())
def test_all_forms_of_a_word_meet(words: str) -> None:
    assert len({stem(canonical_spelling(word)) for word in words.split()}) == 1


@pytest.mark.parametrize("words", ["né née nés naître", "sûr sûre", "dés dé", "étés été", "entré entrée", "maïs"])
def test_a_content_word_that_is_a_stopword_without_its_accents_is_not_found_by_that(words: str) -> None:
    terms = [ANALYZER.term(word) for word in words.split()]
    assert len({term.stem for term in terms}) == 1
    assert terms[0].stem != ANALYZER.term(terms[0].word).stem
    assert not any(term.is_stopword for term in terms)


@pytest.mark.parametrize("words", APART.strip().splitlines())
def test_words_that_only_look_alike_stay_apart(words: str) -> None:
    forms = words.split()
    assert len({stem(word) for word in forms}) == len(forms)


def test_forms_that_begin_unlike_their_stem_are_listed_with_it() -> None:
    assert stem("yeux") == stem("oeil")
    assert "yeux" in irregular_words(stem("oeil"))
    assert irregular_words("porte-avions") == ()
    assert all(form[:2] != word[:2] for word, forms in irregular_forms().items() for form in forms)


def test_the_table_holds_only_what_the_rules_would_get_wrong() -> None:
    assert "chevaux" not in TABLE["chev"]
    assert stem("chevaux") == "cheval"
    assert TABLE["yeux"]["yeux"] == "oeil"


def test_a_new_word_is_inflected_by_rule() -> None:
    assert stem("youtubeurs") == stem("youtubeuse") == stem("youtubeur")
    assert stem("podcastees") == stem("podcaster")


@pytest.mark.parametrize("entry", ROOTS.split())
def test_a_stem_has_the_root_of_its_family(entry: str) -> None:
    of_word, _, expected = entry.partition(":")
    assert family_root(of_word) == expected


@pytest.mark.parametrize("word", ["a380", "c++", "abc-def", "sms", "un", ""])
def test_what_is_no_word_of_four_letters_is_its_own_stem(word: str) -> None:
    assert stem(word) == word
