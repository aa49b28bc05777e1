"""The stemmer's rules, each at its boundary: words that a rule just takes, and words that it just leaves alone.

A change of a rule changes a line here; tests/quality says whether the change is for the better.
"""

from __future__ import annotations

import pytest

from searchapp.analysis.stemmer import family_root, stem

# word:stem
STEMS = """
    paierons:pai poissons:poisson beaux:beal abus:abu punaise:punai ardoise:ardoi actrice:acteu restante:rest
    attente:attent auteure:auteu guere:guer rendue:rend perdues:perd actes:act lues:lue notamment:not
    evidemment:evid lentement:lent logement:logem batissaient:bati finissait:fini agissait:agiss croissant:croi
    baissant:baiss laissez:laiss finira:fini esperait:esp reperent:rep esperais:esp reperee:rep jouera:jou
    aimaient:aim avaient:avai aurait:aur avait:avai allez:all annee:ann idee:idee crier:cri fier:fie devant:dev
    avant:avant dansent:dans argent:argent costa:cost aura:aura finir:fini noir:noir delit:deli doit:doit
    rendu:rend perdu:perd soeur:soeu soif:soiv francaises:francai chinoises:chinoi bateaux:bateau eaux:eaux
    journaux:journal travaux:travail cheveux:cheveu feux:feux bijoux:bijou roux:roux presse:press russe:russ
    prise:pris permise:permi requise:requi chanteuse:chanteu gueuse:gueu directrice:directeu finissante:fini
    plante:plant cliente:client presente:present meilleure:meilleu premiere:premi perdre:perd tendre:tend
    bruyamment:brui avertissement:averti vivement:vivem curieusement:curieu unissent:uniss agissent:agiss
    choisissez:choisi finiront:fini trait:trai portrait:portrait parfait:parfait souhait:souh decrit:decrit
    maudit:maudit chanteraient:chant seraient:ser mangeront:mang seront:seront donnerent:donn aimerai:aim
    serai:serai donnerez:donn esperer:esp chantiez:chant aviez:avi parlez:parl nez:nez produit:produit
    endroit:endroit neuf:neuv oeuf:oeuv bref:brev chef:chef relief:reliev actif:activ vif:viv docteur:docteu
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
    licenciement:licenc licenci:licenc electoral:elector electeu:elect pension:pension pensionn:pensionn
    national:nation nation:nation journalist:journal journal:journ realisation:realis realisateu:realis
    presidentiel:president presid:presid actualite:actual actuel:actuel marchandis:marchand march:march
    agriculteu:agricul agricultur:agricult ministre:ministr ministeriel:minister gouvernement:gouvern
    gouvern:gouvern grev:grev port:port aboli:aboli abouti:about
"""


@pytest.mark.parametrize("entry", STEMS.split())
def test_a_word_has_its_stem(entry: str) -> None:
    word, _, expected = entry.partition(":")
    assert stem(word) == expected


@pytest.mark.parametrize("entry", ROOTS.split())
def test_a_stem_has_the_root_of_its_family(entry: str) -> None:
    of_word, _, expected = entry.partition(":")
    assert family_root(of_word) == expected


@pytest.mark.parametrize("word", ["a380", "c++", "abc-def", "sms", "un", ""])
def test_what_is_no_word_of_four_letters_is_its_own_stem(word: str) -> None:
    assert stem(word) == word
