"""Query texts -> trees, in French and English forms: the language as a table."""

from __future__ import annotations

from datetime import date

import pytest

from searchapp.query import (
    And,
    AtLeast,
    Bool,
    DateRange,
    Exact,
    Field,
    Fuzzy,
    MatchAll,
    Node,
    Not,
    Or,
    Phrase,
    PhrasePattern,
    Prefix,
    Proximity,
    Wildcard,
    Word,
    parse,
    show,
)
from searchapp.query.date_words import CalendarWords

TODAY = date(2024, 11, 6)
WORDS = CalendarWords(lambda: TODAY)
PONT, PORT, VIN, EAU = (Word(word) for word in ("pont", "port", "vin", "eau"))


def should(*nodes: Node) -> Bool:
    return Bool(nodes)


def must(*nodes: Node) -> Bool:
    return Bool((), nodes)


def days(first: str | None, last: str | None) -> Bool:
    return must(DateRange(*(date.fromisoformat(day) if day else None for day in (first, last))))


def field(name: str, node: Node) -> Bool:
    return must(Field(name, node))


BARE = [
    ("", MatchAll()),
    ("  … !", MatchAll()),
    ("- + --", MatchAll()),
    ("pont", should(PONT)),
    ("pont vin", should(PONT, VIN)),
    ("  pont \n vin ", should(PONT, VIN)),
    ("Pont, vin ; eau.", should(Word("Pont"), VIN, EAU)),
    ("l’état d'urgence", should(Word("l’état"), Word("d'urgence"))),
    ("porte-parole", should(Word("porte-parole"))),
    ("C.H.U. A.B", should(Word("C.H.U."), Word("A.B"))),
    ("1\u00a0200 euros", should(Word("1\u00a0200"), Word("euros"))),
    ("R&D", should(Word("R&D"))),
    ("c++", should(Word("c"))),
    ("Paris - Lyon", should(Word("Paris"), Word("Lyon"))),
    ("bonjour !", should(Word("bonjour"))),
    ("le", should(Word("le"))),
    ("?pont?", should(PONT)),
]
SIGNS = [
    ("+pont", must(PONT)),
    ("+pont +vin", must(PONT, VIN)),
    ("pont +vin", Bool((PONT,), (VIN,))),
    ("pont -vin", Bool((PONT,), (), (VIN,))),
    ("pont !vin", Bool((PONT,), (), (VIN,))),
    ("SAUF pont", Bool((), (), (PONT,))),
    ("pont --vin", Bool((PONT,), (), (VIN,))),
    ("pont –vin", Bool((PONT,), (), (VIN,))),
    ("-pont", should(PONT)),
    (" -pont", should(PONT)),
    ("(-pont) vin", should(PONT, VIN)),
    ("pont -7", should(PONT, Word("7"))),
    ("pont (-7)", should(PONT, Word("7"))),
    ("pont -vin- eau", should(PONT, Word("vin"), EAU)),
    ("pont –vin, eau–, port", should(PONT, VIN, EAU, PORT)),
    ("pont – vin", should(PONT, VIN)),
    ("+-pont", must(PONT)),
    ("eau -(pont vin)", Bool((EAU,), (), (should(PONT, VIN),))),
    ("+(pont vin) eau", Bool((EAU,), (should(PONT, VIN),))),
    ('marché -"de Noël"', Bool((Word("marché"),), (), (Phrase("de Noël"),))),
    ("pont -source:phare", Bool((PONT,), (), (Field("source", Word("phare")),))),
]
PHRASES = [
    ('"gilets  jaunes"', must(Phrase("gilets jaunes"))),
    ("«\u202fà la une\u202f»", must(Phrase("à la une"))),
    ("“à la une” marché", Bool((Word("marché"),), (Phrase("à la une"),))),
    ("„à la une“", must(Phrase("à la une"))),
    ("„à la une”", must(Phrase("à la une"))),
    ('"à la une', must(Phrase("à la une"))),
    ("«à la une", must(Phrase("à la une"))),
    ('«à la une"', must(Phrase("à la une"))),
    ('"l’affaire « pont »"', must(Phrase("l’affaire pont"))),
    ('""', MatchAll()),
    ('"…"', MatchAll()),
    ('"pont"', must(Phrase("pont"))),
    ('"pont vin"~5', must(Phrase("pont vin", 5))),
    ('"pont vin"~', must(Phrase("pont vin", 5))),
    ('"pont vin"~0', must(Phrase("pont vin"))),
    ("« pont vin »~12", must(Phrase("pont vin", 12))),
    ('pont"vin eau"', Bool((PONT,), (Phrase("vin eau"),))),
    ("pont » vin", should(PONT, VIN)),
    ('"pont (vin"', must(Phrase("pont (vin"))),
]
FORMS = [
    ("march*", should(Prefix("march"))),
    ("march**", should(Prefix("march"))),
    ("march*,", should(Prefix("march"))),
    ("l’éta*", should(Prefix("l’éta"))),
    ("l’é*", should(Word("l’é"))),
    ("ab*", should(Prefix("ab"))),
    ("a*", should(Word("a"))),
    ("*", MatchAll()),
    ("* pont", should(PONT)),
    ("*pont", should(Wildcard("*pont"))),
    ("*pont*", should(Wildcard("*pont*"))),
    ("p*nt", should(Wildcard("p*nt"))),
    ("(p?nt),", should(Wildcard("p?nt"))),
    ("l’*tion", should(Wildcard("*tion"))),
    ("p**nt**", should(Wildcard("p*nt*"))),
    ("pont SAUF p?nt", Bool((PONT,), (), (Wildcard("p?nt"),))),
    ("p*", should(Word("p"))),
    ("*p", should(Word("p"))),
    ('"vieux pon*"', must(PhrasePattern("vieux pon*"))),
    ('"l’ass* nat?onale"~3', must(PhrasePattern("ass* nat?onale", 3))),
    ('"vieux *"', must(Phrase("vieux"))),
    ('"Que faire ? Rien"', must(Phrase("Que faire ? Rien"))),
    ("titre:p?nt", must(Field("title", Wildcard("p?nt")))),
    ("atleast3 pont", must(AtLeast(3, PONT))),
    ("AUMOINS02 pon*", must(AtLeast(2, Prefix("pon")))),
    ('vin atleast2 "pont eau"', Bool((VIN,), (AtLeast(2, Phrase("pont eau")),))),
    ("vin ET atleast2 titre:pont", must(And((VIN, Field("title", AtLeast(2, PONT)))))),
    ("vin SAUF atleast2 pont", Bool((VIN,), (), (AtLeast(2, PONT),))),
    ("atleast3", should(Word("atleast3"))),
    ("atleast3 ET pont", should(Word("atleast3"), Word("et"), PONT)),
    ("pont NON vin", Bool((PONT,), (), (VIN,))),
    ("OUI OU NON", should(Word("OUI"), Word("ou"), Word("non"))),
    ("+march*", must(Prefix("march"))),
    ("pont~", should(Fuzzy("pont", 1))),
    ("pont~1", should(Fuzzy("pont", 1))),
    ("pont~2", should(Fuzzy("pont", 2))),
    ("pont~9", should(Fuzzy("pont", 2))),
    ("pont~0", should(Fuzzy("pont", 1))),
    ("pont~x", should(Word("pont~x"))),
    ("~pont", should(PONT)),
    ("=marché", must(Exact("marché"))),
    ("==marché", must(Exact("marché"))),
    ("=l’été", must(Exact("l’été"))),
    ("pont -=marché", Bool((PONT,), (), (Exact("marché"),))),
    ("= pont", should(PONT)),
    ("a=b", should(Word("a=b"))),
]
OPERATORS = [
    ("pont ET vin", must(And((PONT, VIN)))),
    ("pont AND vin", must(And((PONT, VIN)))),
    ("pont & vin", must(And((PONT, VIN)))),
    ("pont && vin", must(And((PONT, VIN)))),
    ("pont OU vin", must(Or((PONT, VIN)))),
    ("pont OR vin", must(Or((PONT, VIN)))),
    ("pont | vin", must(Or((PONT, VIN)))),
    ("pont|vin||eau", must(Or((PONT, VIN, EAU)))),
    ("pont SAUF vin", Bool((PONT,), (), (VIN,))),
    ("pont NOT vin", Bool((PONT,), (), (VIN,))),
    ("SAUF vin", Bool((), (), (VIN,))),
    ("pont ET SAUF vin", must(And((PONT, Not(VIN))))),
    ("pont AND NOT vin", must(And((PONT, Not(VIN))))),
    ("pont ET -vin", must(And((PONT, Not(VIN))))),
    ("pont ET !vin", must(And((PONT, Not(VIN))))),
    ("pont OU +vin", must(Or((PONT, VIN)))),
    ("pont ET vin OU eau", must(Or((And((PONT, VIN)), EAU)))),
    ("pont OU vin ET eau", must(Or((PONT, And((VIN, EAU)))))),
    ("pont OU SAUF vin ET eau", must(Or((PONT, And((Not(VIN), EAU)))))),
    ("(pont OU vin) ET eau", must(And((Or((PONT, VIN)), EAU)))),
    ("pont ET vin ET eau", must(And((PONT, VIN, EAU)))),
    ("pont ET (vin ET eau)", must(And((PONT, VIN, EAU)))),
    ("SAUF (pont OU vin)", Bool((), (), (Or((PONT, VIN)),))),
    ("pont OU SAUF (SAUF vin)", must(Or((PONT, Not(Not(VIN)))))),
    ("port pont OU vin", Bool((PORT,), (Or((PONT, VIN)),))),
    ("pont ET vin eau", Bool((EAU,), (And((PONT, VIN)),))),
    ("pont OU vin port OU eau", must(Or((PONT, VIN)), Or((PORT, EAU)))),
    ("pont ET (vin eau)", must(And((PONT, should(VIN, EAU))))),
    ("pont PROCHE vin", must(Phrase("pont vin", 5))),
    ("pont PROCHE/3 vin", must(Phrase("pont vin", 3))),
    ("pont NEAR/12 vin", must(Phrase("pont vin", 12))),
    ("pont PROCHE/0 vin", must(Phrase("pont vin", 1))),
    ("pont PROCHE/2 vin PROCHE/9 eau", must(Phrase("pont vin eau", 9))),
    ("pont PROCHE (vin OU eau)", must(Proximity((PONT, Or((VIN, EAU))), 5))),
    ("pont PROCHE/3 (vin ET eau)", must(And((PONT, VIN, EAU)))),
    ("(pont PROCHE/2 vin) PROCHE/9 eau", must(Proximity((Phrase("pont vin", 2), EAU), 9))),
    ('(pont PROCHE/2 "vin eau") PROCHE eau', must(Proximity((Proximity((PONT, Phrase("vin eau")), 2), EAU), 5))),
    ('titre:pont PROCHE/4 "vin eau"', must(Field("title", Proximity((PONT, Phrase("vin eau")), 4)))),
    ("titre:pont PROCHE/4 vin", must(Field("title", Phrase("pont vin", 4)))),
    ("pont PROCHE vin ET eau", must(And((Phrase("pont vin", 5), EAU)))),
    ("pont et vin", should(PONT, Word("et"), VIN)),
    ("ET", should(Word("et"))),
    ("ET pont", should(Word("et"), PONT)),
    ("pont ET", should(PONT, Word("et"))),
    ("pont OU", should(PONT, Word("ou"))),
    ("pont ET ET vin", should(PONT, Word("et"), Word("et"), VIN)),
    ("pont ET OU vin", should(PONT, Word("et"), Word("ou"), VIN)),
    ("SAUF SAUF vin", should(Word("sauf"), Word("sauf"), VIN)),
    ("PROCHE/5", should(Word("proche/5"))),
    ("& pont |", should(PONT)),
    ("NOT", should(Word("not"))),
    ("ET,", should(Word("et"))),
]
GROUPS = [
    ("(", MatchAll()),
    (")", MatchAll()),
    ("()", MatchAll()),
    ("(pont", should(PONT)),
    ("pont)", should(PONT)),
    ("((pont))", should(PONT)),
    ("(pont vin) eau", Bool((EAU,), (should(PONT, VIN),))),
    ("(pont OU vin", must(Or((PONT, VIN)))),
    ("pont ET ()", should(PONT)),
    ("(" * 40 + "pont", should(PONT)),
]
FIELDS = [
    ("titre:pont", field("title", PONT)),
    ("title:pont", field("title", PONT)),
    ("TITRE:pont", field("title", PONT)),
    ("chapo:pont", field("lead", PONT)),
    ("lead:pont", field("lead", PONT)),
    ("texte:pont", field("text", PONT)),
    ("text:pont", field("text", PONT)),
    ("source:écho", field("source", Word("écho"))),
    ("rubrique:education", field("section", Word("education"))),
    ("section:sport", field("section", Word("sport"))),
    ('auteur:"le bihan"', field("author", Phrase("le bihan"))),
    ("author:«le bihan»", field("author", Phrase("le bihan"))),
    ("mot-clé:eau", field("tag", EAU)),
    ("mot-cle:eau", field("tag", EAU)),
    ("tag:eau", field("tag", EAU)),
    ("id:echo/pont-1", field("id", Word("echo/pont-1"))),
    ("titre:march*", field("title", Prefix("march"))),
    ("titre:pont~2", field("title", Fuzzy("pont", 2))),
    ("titre:=marché", field("title", Exact("marché"))),
    ('titre:"pont vin"~3', field("title", Phrase("pont vin", 3))),
    ("titre:(pont OU vin)", field("title", Or((PONT, VIN)))),
    ("titre:(pont vin)", field("title", should(PONT, VIN))),
    ("titre:(pont)", field("title", PONT)),
    ("titre:-pont", field("title", PONT)),
    ("+titre:pont vin", Bool((VIN,), (Field("title", PONT),))),
    ("titre:pont OU vin", must(Or((Field("title", PONT), VIN)))),
    ("titre:", should(Word("titre"))),
    ("titre: pont", should(Word("titre"), PONT)),
    ("titre:()", MatchAll()),
    ("autuer:dupont", should(Word("autuer:dupont"))),
    ('autuer:"le bihan"', Bool((Word("autuer"),), (Phrase("le bihan"),))),
    ("http://example.org/pont", should(Word("http://example.org/pont"))),
    ("12:30", should(Word("12:30"))),
    ("titre:source:pont", field("title", Word("source:pont"))),
]
DATES = [
    ("date:2022", days("2022-01-01", "2022-12-31")),
    ("date:2022-11", days("2022-11-01", "2022-11-30")),
    ("date:2024-02", days("2024-02-01", "2024-02-29")),
    ("date:2022-11-08", days("2022-11-08", "2022-11-08")),
    ("date:08/11/2022", days("2022-11-08", "2022-11-08")),
    ("date:8/11/2022", days("2022-11-08", "2022-11-08")),
    ("date:8.11.2022", days("2022-11-08", "2022-11-08")),
    ("date:11/2022", days("2022-11-01", "2022-11-30")),
    ("date:novembre 2022", days("2022-11-01", "2022-11-30")),
    ('date:"novembre 2022"', days("2022-11-01", "2022-11-30")),
    ("date:november 2022", days("2022-11-01", "2022-11-30")),
    ("date:8 novembre 2022", days("2022-11-08", "2022-11-08")),
    ("date:1er mai 2024 pont", Bool((PONT,), (DateRange(date(2024, 5, 1), date(2024, 5, 1)),))),
    ("date:2020..2022", days("2020-01-01", "2022-12-31")),
    ("date:2022..2020", days("2020-01-01", "2022-12-31")),
    ("date:2020-03..2020-05-10", days("2020-03-01", "2020-05-10")),
    ("date:2020..", days("2020-01-01", None)),
    ("date:..2020", days(None, "2020-12-31")),
    ("depuis:2022", days("2022-01-01", None)),
    ("après:2022", days("2022-01-01", None)),
    ("apres:2022-02", days("2022-02-01", None)),
    ("since:2022", days("2022-01-01", None)),
    ("after:2022", days("2022-01-01", None)),
    ("avant:2022", days(None, "2021-12-31")),
    ("before:2022-03", days(None, "2022-02-28")),
    ("date:hier", days("2024-11-05", "2024-11-05")),
    ("date:yesterday", days("2024-11-05", "2024-11-05")),
    ("date:aujourd’hui", days("2024-11-06", "2024-11-06")),
    ("date:cette semaine", days("2024-11-04", "2024-11-10")),
    ("date:la semaine dernière", days("2024-10-28", "2024-11-03")),
    ("date:le mois dernier", days("2024-10-01", "2024-10-31")),
    ('date:"last month"', days("2024-10-01", "2024-10-31")),
    ("date:l’année dernière", days("2023-01-01", "2023-12-31")),
    ("date:7j", days("2024-10-30", "2024-11-06")),
    ("depuis:7j", days("2024-10-30", None)),
    ("depuis:il y a 3 jours", days("2024-11-03", None)),
    ("depuis:hier pont", Bool((PONT,), (DateRange(date(2024, 11, 5), None),))),
    ("avant:hier", days(None, "2024-11-04")),
    ("hier", should(Word("hier"))),
    ("date:2024-99-99", MatchAll()),
    ("date:2024-02-30 pont", should(PONT)),
    ("date:", MatchAll()),
    ("date:demain-jamais", MatchAll()),
    ("pont ET date:bientôt", should(PONT)),
]
TABLE = [*BARE, *SIGNS, *PHRASES, *FORMS, *OPERATORS, *GROUPS, *FIELDS, *DATES]


@pytest.mark.parametrize(("text", "tree"), TABLE)
def test_a_text_becomes_a_tree(text: str, tree: Node) -> None:
    assert parse(text, WORDS).tree == tree


@pytest.mark.parametrize(("text", "tree"), TABLE)
def test_a_tree_is_shown_as_a_text_that_becomes_it_again(text: str, tree: Node) -> None:
    assert parse(show(tree)).tree == tree


def test_the_table_is_long_enough_to_be_the_language() -> None:
    assert len({text for text, _ in TABLE}) >= 150


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("title:pont AND source:phare", "titre:pont ET source:phare"),
        ("tag:eau OR NOT vin", "mot-clé:eau OU SAUF vin"),
        ("« à la une »", '"à la une"'),
        ("pont NEAR/3 vin", '"pont vin"~3'),
        ("date:08/11/2022", "date:2022-11-08"),
        ("since:2022-01 before:2022-03-02", "depuis:2022 avant:2022-03-02"),
        ("date:le mois dernier", "date:2024-10"),
        ("eau (pont OU vin)", "eau (pont OU vin)"),
        ("eau -(pont vin)", "eau -(pont vin)"),
        ("eau SAUF 7", "eau SAUF 7"),
        ("SAUF pont SAUF vin", "SAUF pont -vin"),
        ("pont~2 march* =été", "pont~2 march* =été"),
    ],
)
def test_the_normal_form_is_short_and_french(text: str, normal: str) -> None:
    assert show(parse(text, WORDS).tree) == normal


@pytest.mark.parametrize(
    ("text", "said", "place"),
    [
        ("pont (vin", "closing parenthesis was added", "("),
        ("pont) vin", "without an opening one", ")"),
        ('pont "vin', "closing quotation mark", '"vin'),
        ("pont autuer:dupont", "did you mean auteur?", "autuer"),
        ("pont pays:chine", "Unknown field “pays”", "pays"),
        ("pont a* vin", "at least 2 letters", "a*"),
        ("pont *v", "2 others at least", "*v"),
        ("pont *", "alone it was left out", "*"),
        ("pont date:2024-99-99", "is no date", "date:2024-99-99"),
        ("pont titre: vin", "right after the colon", "titre:"),
        ("a PROCHE (b c)", "alternatives", "a PROCHE (b c)"),
        ("SAUF pont", "every other article", "SAUF pont"),
        ("pont –vin", "which excludes", "–vin"),
        ("(-7)", "read as a word", "-7"),
        ('"président de la *"', "star between quotation marks", '"président de la *"'),
        ("atleast3 source:gazette", "counts words", "atleast3"),
        ('pont auteur:"—"', "no word", 'auteur:"—"'),
        ("🙂", "no word", "🙂"),
    ],
)
def test_what_is_odd_is_told_with_its_place(text: str, said: str, place: str) -> None:
    (remark,) = parse(text, WORDS).remarks
    assert said in str(remark.message)
    assert text[remark.start : remark.end] == place


@pytest.mark.parametrize(
    "text", ["http://example.org", "12:30", "C:\\Windows", "pont", "R&D", "titre:pont", "dit: non"]
)
def test_ordinary_text_is_not_remarked_on(text: str) -> None:
    assert parse(text, WORDS).remarks == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mot " * 400, "first 1024 characters"),
        ("ab " * 80, "first 64 words"),
        ("(" * 33 + "pont" + ")" * 33, "deeper than 32 levels"),
    ],
)
def test_limits_are_told_when_they_bite(text: str, said: str) -> None:
    assert any(said in str(remark.message) for remark in parse(text).remarks)


def test_a_remark_that_would_be_told_often_is_told_once() -> None:
    assert len(parse("pont )))) (pont").remarks) == 2


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("(((", "((("),
        ('"((', '"(('),
        ("🙂", "🙂"),
        ("pont 🙂", "🙂"),
        ("pont +🙂", "+🙂"),
        ('pont "…"', '"…"'),
        ('pont -"…"', '-"…"'),
        ("pont ET ( (…) )", "( (…) )"),
        ("pont titre:()", "titre:()"),
        ("pont source:…", "source:…"),
        ("pont auteur:🙂", "auteur:🙂"),
    ],
)
def test_a_condition_without_a_word_is_told_and_nothing_else_of_it(text: str, condition: str) -> None:
    start = text.index(condition)
    (remark,) = parse(text).remarks
    assert f"“{condition}” holds no word" in str(remark.message)
    assert (remark.start, remark.end) == (start, start + len(condition))


@pytest.mark.parametrize("text", ["pont !", "pont : le bilan ?", "« pont » …", "pont – gare", "100 € le pont"])
def test_punctuation_beside_words_is_not_told(text: str) -> None:
    assert not any("holds no word" in str(remark.message) for remark in parse(text).remarks)


def test_a_dash_inside_a_word_closes_no_bracket() -> None:
    tree = parse("„1“ !r-,2").tree
    assert parse(show(tree)).tree == tree
