"""The French analyzer on words as people write them."""

from __future__ import annotations

import pickle
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchapp.analysis import FrenchAnalyzer, Term, TermMatcher
from searchapp.analysis.filters import (
    elided_length,
    fold,
    join_acronym,
    join_inclusive,
    join_number,
    normalize,
    stopwords,
)
from searchapp.analysis.stemmer import stem, stem_beside_stopword
from searchapp.analysis.tokenizer import APOSTROPHES, PATTERN, raw_tokens
from searchapp.analysis.variants import canonical_spelling

ANALYZER = FrenchAnalyzer()
FRENCH = st.text(alphabet="aàâbcdeéèêëfghiîïjlmnoôœpqrstuùûüçvyz '’-.0123456789\u202f\u00ad«»", max_size=80)


def words(text: str) -> list[str]:
    return [term.word for term in ANALYZER.terms(text)]


def stems(text: str) -> list[str]:
    return [term.stem for term in ANALYZER.terms(text)]


@given(st.text(alphabet="aAéÉèçÇœŒæÿ’'`´-_ «»1\u00a0\u00adøßµ²½", max_size=12))
@example("L’Œuvre d’Été")
def test_words_of_latin_letters_are_normalised_and_folded_like_all_others(text: str) -> None:
    other = "\u4e2d"  # a Chinese letter, which no quick way takes
    assert normalize(text + other) == normalize(text) + other
    assert fold(text + other) == fold(text) + other


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l’État", ["etat"]),
        ("d'urgence", ["urgence"]),
        ("qu’aujourd’hui", ["aujourdhui"]),
        ("jusqu'alors, lorsqu'elle", ["alors", "elle"]),
        ("prud’hommes", ["prudhommes"]),
        ("presqu'île", ["presquile"]),
        ("rock'n'roll", ["rocknroll"]),
        ("vice-présidente", ["vice", "presidente"]),
        ("l’O.N.U. et la S.N.C.F", ["onu", "et", "la", "sncf"]),
        ("1\u202f200 euros", ["1200", "euros"]),
        ("2.400 procès", ["2400", "proces"]),
        ("3,5\u202f%", ["3.5"]),
        ("l’article 49.3", ["article", "49.3"]),
        ("08.11.2022", ["08", "11", "2022"]),
        ("20 000 euros, 20 000km", ["20000", "euros", "20000", "km"]),
        ("F16, F-16, l’A380, H1N1", ["f", "16", "f", "16", "a", "380", "h", "1", "n", "1"]),
        ("5km, 1,5km, 18h30, 50m²", ["5", "km", "1.5", "km", "18", "h", "30", "50", "m", "2"]),
        ("06 12 34 56 78, 06.12.34.56.78", ["0612345678", "0612345678"]),
        ("+33 6 12 34 56 78, 0033612345678, +33 (0)6 12 34 56 78", ["0612345678"] * 3),
        ("02 512 34 56, 0475 12 34 56, 0800 123 456", ["025123456", "0475123456", "0800123456"]),
        ("978-2-07-036822-8, 2-07-036822-X", ["9782070368228", "207036822x"]),
        ("13e, 13ème, 13eme, 13ième, XIIIe, treizième", ["treizieme"] * 6),
        (
            "1er, 1re, 1ère, 2nde, 21e, 71e, 80e",
            ["premier", "premiere", "premiere", "deuxieme", "vingtetunieme", "soixanteetonzieme", "quatrevingtieme"],
        ),
        (
            "Louis XIV, Vatican II, Xi, Paul VI, la vie, le VIe",
            ["louis", "14", "vatican", "2", "xi", "paul", "vi", "la", "vie", "le", "sixieme"],
        ),
        (
            "XIIIème, XXIème, IIIe, des vies en live",
            ["treizieme", "vingtetunieme", "troisieme", "des", "vies", "en", "live"],
        ),
        ("liés, Liv, vièmes", ["lies", "liv", "sixieme"]),
        (
            "clef, clefs, payement, il ruisselle, il ruissèle",
            ["cle", "cles", "paiement", "il", "ruissele", "il", "ruissele"],
        ),
        ("étudiant·e·s, candidat.e.s, auteur(e)s, élu-e-s", ["etudiants", "candidats", "auteurs", "elus"]),
        ("tous·tes, tou(te)s, acteur·rice, salarié/e/s", ["tous", "tous", "acteur", "salaries"]),
        ("C’est la fin.Elle part, est-elle là ?", ["est", "la", "fin", "elle", "part", "est", "elle", "la"]),
        ("en 2019 200 personnes", ["en", "2019", "200", "personnes"]),
        ("cœur, Œuvre, curriculum vitæ", ["coeur", "oeuvre", "curriculum", "vitae"]),
        ("ef\ufb01cace", ["efficace"]),
        ("inter\u00adna\u00adtional", ["international"]),
        ("« Été »", ["ete"]),
        ("Straße, Øresund", ["strasse", "oresund"]),
        ("…!?", []),
    ],
)
def test_words_are_folded_and_elisions_go(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize("apostrophe", sorted(APOSTROPHES))
def test_every_apostrophe_is_an_apostrophe(apostrophe: str) -> None:
    assert words(f"l{apostrophe}été d{apostrophe}aujourd{apostrophe}hui") == ["ete", "aujourdhui"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("état", "etats"),
        ("infirmières", "INFIRMIERE"),
        ("journaux", "journal"),
        ("élections", "e\u0301lection"),
    ],
)
def test_inflected_forms_share_a_stem(one: str, other: str) -> None:
    assert stems(one) == stems(other)


def test_the_exact_form_keeps_its_accents() -> None:
    assert [term.exact for term in ANALYZER.terms("Côte, CÔTÉ, cote")] == ["côte", "côté", "cote"]


def test_a_span_leaves_out_the_elided_word() -> None:
    text = "Toute l’ingérence"
    assert [text[token.start : token.end] for token in ANALYZER.tokens(text)] == ["Toute", "ingérence"]


def test_stopwords_stay_and_are_known_as_such() -> None:
    assert [(term.word, term.is_stopword) for term in ANALYZER.terms("à la une de l’été")] == [
        ("a", True),
        ("la", True),
        ("une", True),
        ("de", True),
        ("ete", False),
    ]


def test_the_steps_show_what_the_chain_gives() -> None:
    (step,) = ANALYZER.steps("l’État")
    assert (step.raw, step.start, step.end) == ("l’État", 2, 6)
    assert dict(step.stages) == {"elision": "État", "exact": "état", "word": "etat", "stem": "etat"}


def test_the_fingerprint_stays_while_the_chain_does() -> None:
    assert FrenchAnalyzer().fingerprint == ANALYZER.fingerprint
    assert len(ANALYZER.fingerprint) == 12


def test_a_pickle_gives_the_same_terms_and_leaves_out_what_was_remembered() -> None:
    analyzer = FrenchAnalyzer()
    before = pickle.dumps(analyzer)
    expected = list(analyzer.steps("L’État d’urgence, à la une"))
    assert pickle.dumps(analyzer) == before
    copy = pickle.loads(before)  # noqa: S301
    assert (list(copy.steps("L’État d’urgence, à la une")), copy.fingerprint) == (expected, analyzer.fingerprint)


@given(st.text())
def test_spans_rise_and_point_into_the_original(text: str) -> None:
    tokens = list(ANALYZER.tokens(text))
    ends = [0]
    for token in tokens:
        assert ends[-1] <= token.start < token.end <= len(text)
        ends.append(token.end)
    assert [token.term.word for token in tokens] == words(text)


@given(FRENCH)
@example("à’a.b")
def test_a_copy_without_accents_in_capitals_or_decomposed_has_the_same_words(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    assert words(text) == words(decomposed) == words(bare) == words(text.upper())


@given(FRENCH, st.booleans())
def test_wanted_tokens_are_those_of_all_tokens_that_are_wanted(text: str, with_other: bool) -> None:
    tokens = [token for token in ANALYZER.tokens(text) if not token.term.word[:1].isdigit()]

    def is_even(term: Term) -> bool:
        return not term.word[:1].isdigit() and len(term.word) % 2 == 0

    wanted = TermMatcher(
        stems=frozenset(token.term.stem for token in tokens[::3]),
        words=frozenset(token.term.word for token in tokens[1::3]),
        other=is_even if with_other else None,
    )
    expected = [(token.start, token.end) for token in tokens if wanted(token.term)]
    for _ in ("first", "once more, with what it remembers"):
        assert [(token.start, token.end) for token in ANALYZER.wanted_tokens(text, wanted)] == expected


@given(st.lists(st.sampled_from(["12", "2019", "345", "678.", "(901", "a-b", "été", "…", "_", "20", "1.234"])))
def test_terms_are_those_of_all_tokens(chunks: list[str]) -> None:
    for space in " \u00a0\u202f\n":
        text = space.join(chunks)
        assert words(text) == [token.term.word for token in ANALYZER.tokens(text)]


@given(st.text(alphabet="aéÉLdquzœ'’()«».,:0_-\u00d7\u0301\u00ad", max_size=9))
def test_the_quick_way_through_common_words_makes_no_difference(chunk: str) -> None:
    raws = PATTERN.findall(chunk.replace("_", " "))
    assert raw_tokens(chunk) == raws
    for raw in raws:
        exact = join_number(join_acronym(normalize(raw[elided_length(raw) :])))
        word = canonical_spelling(fold(join_inclusive(exact)))
        term = ANALYZER.term(raw)
        assert (term.elided, term.exact, term.word) == (elided_length(raw), exact, word)
        beside = word in stopwords() and exact not in stopwords() and exact.isalpha()
        assert term.is_stopword is (exact in stopwords())
        assert term.stem == (stem_beside_stopword(exact) if beside else stem(word))
