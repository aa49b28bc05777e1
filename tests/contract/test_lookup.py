"""Lookups in a generation's term dictionary until the deadline, over real files of every engine."""

from __future__ import annotations

import pytest

from searchapp.engines.port import BooleanClause, Clause, EngineRequest, PhraseClause, Reader, TermClause
from searchapp.model import Deadline
from searchapp.query import parse
from searchapp.schema import STEMS, WORDS
from searchapp.search.dictionary import Dictionary, Lookup
from searchapp.search.fuzzy import is_near
from searchapp.search.resolve import Resolver
from searchapp.search.spellings import QuerySpellings
from tests.contract.conftest import ANALYZER, Open, article
from tests.work import is_linear

TEXT = "text_words"
WORDS_OF = ["mare", "marée", "marin", "marine", "maire", "mer", "marchand", "pont", "pin", "a", "ab"]
# Looked up: prefixes, fuzzy words, words of a part, values.
LOOKED_UP = [
    "mar*",
    "mare~2",
    "texte:marin",
    "auteur:zo*",
    "auteur:zoe~",
    'source:"journal 7"~2',
    "titre:(mar* OU pin~)",
]


def numbered_words(count: int) -> list[str]:
    """Different words that begin with zz, in order; digits would be words of their own."""
    return ["zz" + "".join(chr(97 + index // 26**power % 26) for power in (2, 1, 0)) for index in range(count)]


def reader_of(open_index: Open) -> Reader:
    others = (article(f"j{n}", text="Rien.", source=f"Journal {n}", authors=(f"Zoé {n}",)) for n in range(9))
    words = article("mots", title="Marins", text=" ".join(WORDS_OF))
    return open_index([words, *others, article("seul", text="Rien.")])


def late(reader: Reader) -> Lookup:
    return Lookup(Dictionary(reader, ANALYZER), Deadline(0.0))


def total(reader: Reader, clause: Clause) -> int:
    return reader.search(EngineRequest(clause)).total


@pytest.mark.parametrize("query", LOOKED_UP)
def test_out_of_time_nothing_is_looked_up_and_what_excludes_it_excludes_everything(
    open_index: Open, query: str
) -> None:
    reader = reader_of(open_index)
    for text, expected in ((query, 0), (f"rien -{query}", 0), (f"rien SAUF {query}", 0)):
        cut_short = Resolver(QuerySpellings(ANALYZER), late(reader)).resolve(parse(text).tree)
        assert total(reader, cut_short.clause) == expected
        assert not cut_short.complete
        in_time = Resolver(QuerySpellings(ANALYZER), Lookup(Dictionary(reader, ANALYZER))).resolve(parse(text).tree)
        assert total(reader, in_time.clause) > 0
        assert in_time.complete


def test_what_needs_no_look_up_excludes_as_ever(open_index: Open) -> None:
    reader = reader_of(open_index)
    resolved = Resolver(QuerySpellings(ANALYZER), late(reader)).resolve(parse("rien -pont").tree)
    assert total(reader, resolved.clause) == 10
    assert resolved.complete


@pytest.mark.parametrize("distance", [1, 2])
@pytest.mark.parametrize("word", ["mare", "marine", "a", "zzzzzzzz"])
def test_near_words_are_all_those_that_are_near_in_their_order(open_index: Open, word: str, distance: int) -> None:
    dictionary = Dictionary(reader_of(open_index), ANALYZER)
    words = dictionary.words(TEXT)
    near = dictionary.near(TEXT, word, distance, Deadline())
    assert near is not None
    assert list(near.items()) == [(each, words[each]) for each in words if is_near(word, each, distance)]


def test_values_that_were_not_all_read_in_time_are_read_on_by_the_next_search(
    open_index: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("searchapp.search.dictionary._BATCH", 2)
    dictionary = Dictionary(reader_of(open_index), ANALYZER)
    tries = [dictionary.values("source", Deadline(0.0)) for _ in range(4)]
    assert tries == [None] * 4
    values = dictionary.values("source", Deadline())
    assert [value for value, _ in values or ()] == [f"Journal {n}" for n in range(9)]


def expanded(reader: Reader, query: str) -> tuple[list[str], list[str]]:
    """The words of the text that ``query`` is looked for by, and the stems that score."""
    lookup = Lookup(Dictionary(reader, ANALYZER))
    clause = Resolver(QuerySpellings(ANALYZER), lookup).resolve(parse(f"texte:{query}").tree).clause
    words = [word for part in leaves(clause) if part.field == TEXT for word, _ in part.terms]
    return words, [word for part in leaves(clause) if part.field == STEMS for word, _ in part.terms]


def leaves(clause: Clause) -> list[TermClause]:
    if isinstance(clause, BooleanClause):
        return [leaf for part in (*clause.must, *clause.should) for leaf in leaves(part)]
    return [clause] if isinstance(clause, TermClause) else []


@pytest.mark.parametrize(("number", "scored"), [(31, 31), (32, 32), (33, 32)])
def test_a_prefix_finds_by_all_its_words_and_scores_by_the_stems_of_thirty_two(
    open_index: Open, number: int, scored: int
) -> None:
    words = [f"zz{chr(97 + place // 26)}{chr(97 + place % 26)}k" for place in range(number)]
    found, stems = expanded(open_index([article("mots", text=" ".join(words))]), "zz*")
    assert (found, len(stems)) == (sorted(words), scored)


@pytest.mark.parametrize(("number", "told"), [(1023, False), (1024, False), (1025, True)])
def test_of_a_prefix_the_1024_words_of_most_articles_are_looked_for(open_index: Open, number: int, told: bool) -> None:
    words = numbered_words(number)
    reader = open_index([article("tous", text=" ".join(words)), article("dernier", text=" ".join(words[-9:]))])
    expansion = Lookup(Dictionary(reader, ANALYZER)).with_prefix([TEXT], "zz")
    found = expansion.words[TEXT]
    assert len(found) == min(number, 1024)
    assert set(words[-9:]) <= set(found)
    assert words[0] in found
    assert expansion.cut is told
    resolver = Resolver(QuerySpellings(ANALYZER), Lookup(Dictionary(reader, ANALYZER)))
    resolution = resolver.resolve(parse("pont zz*").tree)
    assert [(remark.start, remark.end) for remark in resolution.remarks] == ([(5, 8)] if told else [])


def test_a_word_of_title_and_text_counts_in_both_when_a_prefix_has_too_many(open_index: Open) -> None:
    words = numbered_words(1200)
    reader = open_index([article("a", title=" ".join(words[1100:]), text=" ".join(words[:1150]))])
    found = Lookup(Dictionary(reader, ANALYZER)).with_prefix([WORDS["title"], TEXT], "zz").words
    assert set(words[1100:1150]) <= set(found[TEXT]) & set(found[WORDS["title"]])
    assert len(set(found[TEXT]) | set(found[WORDS["title"]])) == 1024


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("mar*", ["marchand", "mare", "maree", "marin", "marine"]),
        ("mare~", ["maire", "mare", "maree"]),
        ("mare~2", ["maire", "mare", "maree", "marin", "marine", "mer"]),
        ("marins", ["marin", "marine"]),
        ("marines", ["marin", "marine"]),
        ("ports", []),
    ],
)
def test_a_word_of_one_part_is_looked_for_by_its_forms(open_index: Open, query: str, expected: list[str]) -> None:
    found, _ = expanded(reader_of(open_index), query)
    assert sorted(found) == expected


@pytest.mark.parametrize("query", LOOKED_UP)
def test_without_a_dictionary_there_is_nothing_to_look_up(query: str) -> None:
    resolution = Resolver(QuerySpellings(ANALYZER)).resolve(parse(query).tree)
    assert not any(leaf.terms for leaf in leaves(resolution.clause))
    assert resolution.complete


@pytest.mark.parametrize("slop", [0, 5, 50])
def test_words_near_each_other_are_found_in_proportion_to_the_text(open_index: Open, slop: int) -> None:
    readers = {
        size: open_index([article(f"a{n}", text="la de le un une " * size) for n in range(20)]) for size in (250, 1_000)
    }
    asked = EngineRequest(PhraseClause(WORDS["text"], ("le", "la"), slop))
    assert is_linear(lambda size: readers[size].search(asked), 250)


@pytest.mark.parametrize("query", ['"le la"~50 ' * 8, "le PROCHE/50 la " * 8, "pont* " * 9, "(a ET b) " * 9])
def test_what_is_asked_for_many_times_is_looked_for_once(query: str) -> None:
    clause = Resolver(QuerySpellings(ANALYZER)).resolve(parse(query).tree).clause
    assert isinstance(clause, BooleanClause)
    assert len((*clause.must, *clause.should)) == 1
