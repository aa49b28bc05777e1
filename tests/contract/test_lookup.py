"""What a search looks up in a generation's dictionary while there is time, over real files of every engine."""

from __future__ import annotations

import pytest

from searchapp.engines.port import BooleanClause, Clause, EngineRequest, PhraseClause, Reader
from searchapp.model import Deadline
from searchapp.query import parse
from searchapp.schema import WORDS
from searchapp.search.dictionary import Dictionary, Lookup
from searchapp.search.fuzzy import is_near
from searchapp.search.resolve import Resolver
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
        cut_short = Resolver(ANALYZER, late(reader)).resolve(parse(text).tree)
        assert total(reader, cut_short.clause) == expected
        assert not cut_short.complete
        in_time = Resolver(ANALYZER, Lookup(Dictionary(reader, ANALYZER))).resolve(parse(text).tree)
        assert total(reader, in_time.clause) > 0
        assert in_time.complete


def test_what_needs_no_look_up_excludes_as_ever(open_index: Open) -> None:
    reader = reader_of(open_index)
    resolved = Resolver(ANALYZER, late(reader)).resolve(parse("rien -pont").tree)
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


@pytest.mark.parametrize("slop", [0, 5, 50])
def test_words_near_each_other_are_found_in_proportion_to_the_text(open_index: Open, slop: int) -> None:
    readers = {
        size: open_index([article(f"a{n}", text="la de le un une " * size) for n in range(20)]) for size in (250, 1_000)
    }
    asked = EngineRequest(PhraseClause(WORDS["text"], ("le", "la"), slop))
    assert is_linear(lambda size: readers[size].search(asked), 250)


@pytest.mark.parametrize("query", ['"le la"~50 ' * 8, "le PROCHE/50 la " * 8, "pont* " * 9, "(a ET b) " * 9])
def test_what_is_asked_for_many_times_is_looked_for_once(query: str) -> None:
    clause = Resolver(ANALYZER).resolve(parse(query).tree).clause
    assert isinstance(clause, BooleanClause)
    assert len((*clause.must, *clause.should)) == 1
