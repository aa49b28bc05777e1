"""Marks and fragments over stored text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchapp.analysis import FrenchAnalyzer
from searchapp.model import Deadline, Fragment
from searchapp.output.highlight_html import marked, paragraphs
from searchapp.query import parse
from searchapp.search.fragments import FRAGMENT_LENGTH
from searchapp.search.highlight import EXCERPT_TEXT, MOST_MARKS, Highlighter
from searchapp.search.highlight_terms import HighlightTerms, extract_highlight_terms
from searchapp.search.spellings import QuerySpellings
from tests.work import is_linear

ANALYZER = FrenchAnalyzer()
HIGHLIGHTER = Highlighter(ANALYZER)
PARAGRAPH = "Le conseil a siégé tard. Il fut question de tout, du pont, du port et même du vin. " * 6


def highlight_terms(query: str) -> HighlightTerms:
    return extract_highlight_terms(parse(query).tree, QuerySpellings(ANALYZER))


def marks(text: str, query: str) -> list[str]:
    return [text[start:end] for start, end in HIGHLIGHTER.whole(text, highlight_terms(query)).spans]


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Toute l’ingérence", "ingerence", ["ingérence"]),
        ("Deux chevaux, un cheval", "cheval", ["chevaux", "cheval"]),
        ("L’e\u0301tat", "état", ["e\u0301tat"]),
        ("Les gilets jaunes et un gilet jaune", '"gilets jaunes"', ["gilets jaunes"]),
        ("Le marché de Noël", "le marché -noël", ["marché"]),
        ("La une", "la", ["La"]),
        ("L’O.N.U. siège", "onu", ["O.N.U."]),
        ("Rien", "", []),
    ],
)
def test_marks_stand_on_the_original_spelling(text: str, query: str, expected: list[str]) -> None:
    assert marks(text, query) == expected


ENDS = "Le port.\n\nQuai neuf.\n \n* * *\n\nLe port\nquai, en 2 000 tonnes de gravats, Louis XIV."


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('"port quai"', ["port\nquai"]),
        ('"quai neuf"', ["Quai neuf"]),
        # Numbers are looked for among all tokens, others among those of interest.
        ('"port quai" 2000', ["port\nquai", "2 000"]),
        ('"neuf port"~1', []),
        ('"neuf port"~2', ["port", "neuf", "port"]),
    ],
)
def test_no_phrase_is_marked_over_the_end_of_a_paragraph(query: str, expected: list[str]) -> None:
    assert marks(ENDS, query) == expected


def test_phrases_that_may_cross_paragraphs_are_marked_there() -> None:
    crossing = Highlighter(FrenchAnalyzer(phrases_cross_paragraphs=True))
    terms = highlight_terms('"port quai"')
    assert [ENDS[start:end] for start, end in crossing.whole(ENDS, terms).spans] == ["port.\n\nQuai", "port\nquai"]


def test_a_fragment_begins_with_a_sentence_and_ends_on_a_word() -> None:
    fragment, *_ = HIGHLIGHTER.fragments(
        PARAGRAPH + "Enfin, le phare fut vendu. " + PARAGRAPH, highlight_terms("phare")
    )
    assert fragment.text.startswith("Enfin, le phare fut vendu.")
    assert len(fragment.text) <= FRAGMENT_LENGTH
    assert (fragment.cut_before, fragment.cut_after) == (True, True)
    assert PARAGRAPH.find(fragment.text.split(". ", 1)[1]) == 0


def test_the_piece_with_most_different_words_is_chosen() -> None:
    text = f"Un phare, un phare, un phare.\n\n{PARAGRAPH}\n\nLe phare de Sarmane est à vendre."
    (fragment,) = HIGHLIGHTER.fragments(text, highlight_terms("phare Sarmane"), count=1)
    assert fragment.text == "Le phare de Sarmane est à vendre."


def test_two_fragments_come_in_the_order_of_the_text_and_do_not_overlap() -> None:
    text = f"Un phare.\n\n{PARAGRAPH}\n\nSarmane dort. Le phare de Sarmane veille."
    first, second = HIGHLIGHTER.fragments(text, highlight_terms("phare Sarmane"))
    assert first.text == "Un phare."
    assert first.start + len(first.text) <= second.start


def test_a_text_without_a_match_gives_its_opening() -> None:
    (fragment,) = HIGHLIGHTER.fragments(PARAGRAPH, highlight_terms("phare"))
    assert fragment.spans == ()
    assert PARAGRAPH.startswith(fragment.text)
    assert fragment.cut_after


def test_an_empty_text_gives_nothing() -> None:
    assert HIGHLIGHTER.fragments("", highlight_terms("phare")) == ()


@given(
    st.text(alphabet="le phare.\n \u202fé«»" + "x" * 3, max_size=600),
    st.sampled_from(["phare", '"le phare"', "é x"]),
)
def test_fragments_are_pieces_of_the_text_with_their_marks_inside(text: str, query: str) -> None:
    for fragment in HIGHLIGHTER.fragments(text, highlight_terms(query)):
        end = fragment.start + len(fragment.text)
        assert text[fragment.start : end] == fragment.text
        assert "\n" not in fragment.text
        assert all(fragment.start <= start < stop <= end for start, stop in fragment.spans)


@given(
    st.lists(
        st.lists(st.sampled_from(["le", "la", "phare", "l’", "20", "000", "vents,", "rouges", "port\n"])).map(" ".join),
        min_size=2,
        max_size=4,
    ),
    st.sampled_from(
        [
            '"le phare"',
            '"le port"~3 vent',
            "vent rouge",
            "20 000",
            '"20 000 vents"',
            "le",
            'pha* "vent rouge"',
            "20000",
            "=20000",
            "200*",
        ]
    ),
)
def test_marks_are_the_same_whether_all_tokens_are_looked_at_or_only_those_of_interest(
    texts: list[str], query: str
) -> None:
    thorough = Highlighter(ANALYZER)
    thorough._tokens = thorough._all_tokens  # type: ignore[method-assign]
    looked_for = highlight_terms(query)
    assert [HIGHLIGHTER.whole(text, looked_for) for text in texts] == [
        thorough.whole(text, looked_for) for text in texts
    ]


PROSE = "Le maire de la ville et le conseil de la région ont parlé de la gare, puis de la place. "


@pytest.mark.parametrize(
    "query",
    [
        '"de la"~5',
        '"de la"~99',
        '"la ville" "de la" "le conseil"',
        f'"{"de la " * 60}"',
        "v* g* pl* co* re* ma*",
        "maire~2 gare~2",
        "le la de",
        '"20 000" de',
    ],
)
def test_marks_and_fragments_take_time_in_proportion_to_the_text(query: str) -> None:
    asked = highlight_terms(query)

    def mark(size: int) -> None:
        HIGHLIGHTER.whole(PROSE * size, asked)
        HIGHLIGHTER.fragments(PROSE * size, asked)

    assert is_linear(mark, 200)


def test_a_text_of_many_different_words_is_marked_in_proportion_to_it() -> None:
    asked = highlight_terms("ma*")
    texts = {size: " ".join(f"ma{number}" for number in range(size)) for size in (1_500, 6_000)}
    assert is_linear(lambda size: HIGHLIGHTER.whole(texts[size], asked), 1_500)


@pytest.mark.parametrize("separator", [" ", "\n\n"])
def test_marks_become_html_in_proportion_to_the_text(separator: str) -> None:
    views = {size: HIGHLIGHTER.whole(f"La gare{separator}" * size, highlight_terms("gare")) for size in (2_000, 8_000)}
    assert is_linear(lambda size: [marked(views[size]), *paragraphs(views[size])], 2_000)


def test_out_of_time_a_text_is_shown_without_marks() -> None:
    late = Deadline(0.0)
    assert HIGHLIGHTER.whole(PROSE, highlight_terms("maire"), late) == Fragment(PROSE, 0)
    (opening,) = HIGHLIGHTER.fragments(PARAGRAPH, highlight_terms("port"), late)
    assert (opening.start, opening.spans) == (0, ())


def test_time_that_runs_out_midway_leaves_the_marks_before() -> None:
    class Ticking(Deadline):
        looks = iter([False] * 5)

        def passed(self) -> bool:
            return next(self.looks, True)

    text = PROSE * 10_000
    spans = HIGHLIGHTER.whole(text, highlight_terms("maire"), Ticking()).spans
    whole = HIGHLIGHTER.whole(text, highlight_terms("maire")).spans
    assert 0 < len(spans) < len(whole)
    assert spans == whole[: len(spans)]


def test_marks_are_so_many_at_most_and_excerpts_look_at_the_beginning_only() -> None:
    text = PROSE * (2 + EXCERPT_TEXT // len(PROSE)) + "Un phare."
    assert len(HIGHLIGHTER.whole(PROSE * MOST_MARKS, highlight_terms("maire")).spans) == MOST_MARKS
    assert [text[start:end] for start, end in HIGHLIGHTER.whole(text, highlight_terms("phare")).spans] == ["phare"]
    assert [fragment.start for fragment in HIGHLIGHTER.fragments(text, highlight_terms("phare"))] == [0]


@given(st.lists(st.sampled_from(["le", "phare,", "20", "000", "port", "l’été", "\n", "le phare"]), max_size=60))
@example(["le", "20", "20", "20", "20", "20", "000", "phare,"])
def test_marks_do_not_depend_on_where_the_text_is_cut_for_analysis(words: list[str]) -> None:
    text = " ".join(words)
    for query in ('"le phare"', '"le port"~2', "20 000", "ete phare", "pha* =été"):
        with pytest.MonkeyPatch.context() as patch:
            whole = HIGHLIGHTER.whole(text, highlight_terms(query))
            patch.setattr("searchapp.search.highlight._STRETCH", 24)
            assert HIGHLIGHTER.whole(text, highlight_terms(query)) == whole
