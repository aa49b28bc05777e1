"""Numbers and posting lists are read back as they were written; what they cannot be is malformed."""

from __future__ import annotations

from itertools import starmap

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.engines.whoosh_engine.codec import posting_lists
from searchapp.engines.whoosh_engine.codec.layout import Lists, Shape, offsets
from searchapp.engines.whoosh_engine.codec.malformed_index import Malformed
from searchapp.engines.whoosh_engine.codec.posting_lists import EncodedList, EncodedLists, decode_lists, encode_lists
from searchapp.engines.whoosh_engine.codec.term_dictionary import DictionaryReader, TermInfo, encode_dictionary
from searchapp.engines.whoosh_engine.codec.varints import all_varints, decode_varints, encode_varints

numbers = st.one_of(st.integers(0, 200), st.integers(0, (1 << 35) - 1))
# A posting: the gap to the document before, and the gaps between its positions.
postings = st.tuples(st.integers(1, 70_000), st.lists(st.integers(1, 70_000), min_size=1, max_size=4))


@given(st.lists(numbers))
def test_numbers_are_read_back(values: list[int]) -> None:
    content, sizes = encode_varints(np.array(values, np.int64))
    assert decode_varints(content)[0].tolist() == values
    assert list(all_varints(content.tobytes())) == values
    assert sizes.tolist() == [max(1, -(-value.bit_length() // 7)) for value in values]


@pytest.mark.parametrize("content", [b"\x80", b"\x01\xff", b"\xff" * 5 + b"\x01"])
def test_a_number_that_does_not_end_is_malformed(content: bytes) -> None:
    with pytest.raises(Malformed):
        decode_varints(np.frombuffer(content, np.uint8))


def lists_of(drawn: list[list[tuple[int, list[int]]]]) -> Lists:
    documents = [np.cumsum([gap for gap, _ in one]) - 1 for one in drawn]
    places = [np.cumsum(gaps) - 1 for one in drawn for _, gaps in one]
    return Lists(
        np.array([len(one) for one in drawn]),
        np.concatenate(documents),
        np.array([len(gaps) for one in drawn for _, gaps in one]),
        np.concatenate(places),
    )


def encoded(lists: Lists, shape: Shape) -> list[EncodedList]:
    made = encode_lists(lists, shape)
    content = memoryview(b"".join(made.pieces))
    rows = zip(offsets(made.sizes).tolist(), made.sizes.tolist(), lists.sizes.tolist(), made.is_packed, strict=True)
    return [EncodedList(content[at : at + size], count, bool(packed)) for at, size, count, packed in rows]


@given(drawn=st.lists(st.lists(postings, min_size=1, max_size=40), min_size=1), packed_from=st.integers(1, 99))
@pytest.mark.parametrize("shape", Shape)
def test_posting_lists_are_read_back(shape: Shape, drawn: list[list[tuple[int, list[int]]]], packed_from: int) -> None:
    lists = lists_of(drawn)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(posting_lists, "_PACKED_FROM", packed_from)
        written = encoded(lists, shape)
    read = decode_lists(written, np.full(len(written), 1 << 31), shape)
    assert read.sizes.tolist() == lists.sizes.tolist()
    assert read.documents.tolist() == lists.documents.tolist()
    assert read.frequencies.tolist() == (
        [1] * len(read.documents) if shape is Shape.EXISTENCE else lists.frequencies.tolist()
    )
    assert read.positions.tolist() == (lists.positions.tolist() if shape is Shape.POSITIONS else [])


@pytest.mark.parametrize("shape", Shape)
def test_documents_that_are_not_there_are_malformed(shape: Shape) -> None:
    written = encoded(lists_of([[(3, [1, 2]), (5, [4])]]), shape)
    assert decode_lists(written, np.array([8]), shape).documents.tolist() == [2, 7]
    with pytest.raises(Malformed):
        decode_lists(written, np.array([7]), shape)


@pytest.mark.parametrize("documents", [0, 1, 3, 99])
@pytest.mark.parametrize("shape", [Shape.EXISTENCE, Shape.POSITIONS])
def test_a_list_of_another_length_than_the_dictionary_says_is_malformed(shape: Shape, documents: int) -> None:
    (one,) = encoded(lists_of([[(3, [1, 2]), (5, [4])]]), shape)
    with pytest.raises(Malformed):
        decode_lists([one._replace(documents=documents)], np.array([99]), shape)


@given(st.sets(st.text("ab\0é", max_size=12).map(lambda text: text * 4 + text[:1]), min_size=1), st.text("ab\0é"))
def test_a_dictionary_finds_the_terms_that_it_holds_and_no_other(held: set[str], other: str) -> None:
    terms = sorted(text.encode() for text in held)
    sizes = np.arange(1, len(terms) + 1) * 50
    lists = EncodedLists([], sizes, sizes % 3 == 0)
    reader = DictionaryReader(memoryview(b"".join(encode_dictionary(terms, sizes + 7, lists))))
    infos = zip((sizes + 7).tolist(), offsets(sizes).tolist(), sizes.tolist(), (sizes % 3 == 0).tolist(), strict=True)
    assert [reader.find(term) for term in terms] == list(starmap(TermInfo, infos))
    beside = {end for term in terms for end in (term[:-1], term + b"a", term + b"\0", other.encode())} - set(terms)
    assert not any(map(reader.find, beside))
    assert [term for term, _ in reader.terms_from(b"a")] == [term for term in terms if term.startswith(b"a")]
