"""Random corpora, random clauses: every engine finds, counts and orders what the plain Python of the oracle does.

A case is one request to one corpus. ``make test`` draws few; this draws 2,250 an engine::

    DIFFERENTIAL_CORPORA=150 .venv/bin/python -m pytest tests/contract/test_differential.py
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from searchapp.analysis import Term
from searchapp.engines.clauses import AnyWord, Close, Either, Row, unscored
from searchapp.engines.port import (
    BooleanClause,
    Clause,
    DayClause,
    Document,
    Engine,
    EngineRequest,
    FirstOfClause,
    MatchAllClause,
    MinimumWeightClause,
    PhraseClause,
    Reader,
    SpanClause,
    TermClause,
)
from searchapp.model import Article, Deadline, Filters, Sort
from searchapp.schema import EXACT, FACET_FIELDS, FACET_KEYS, ID, STEMS, WORDS
from tests.contract.oracle import Oracle

CORPORA: Final = int(os.environ.get("DIFFERENTIAL_CORPORA", "25"))
REQUESTS: Final = 5
DRAWS: Final = settings(
    max_examples=CORPORA,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize="DIFFERENTIAL_CORPORA" not in os.environ,
)

# Forms that fold and stem together or apart; one holds a space, as the odd sign gives.
TERMS: Final = [
    Term(exact, word, stem, False, 0)
    for exact, word, stem in (
        ("pêche", "peche", "pech"),
        ("péché", "peche", "pech"),
        ("pêcheur", "pecheur", "pech"),
        ("le", "le", "le"),
        ("la", "la", "la"),
        ("vin", "vin", "vin"),
        ("vins", "vins", "vin"),
        ("d'or", "dor", "dor"),
        ("a b", "a b", "a b"),
        ("été", "ete", "ete"),
    )
]
WORD_FORMS: Final = [*sorted({term.word for term in TERMS}), "absent"]
STEM_FORMS: Final = [*sorted({term.stem for term in TERMS}), "absent"]
EXACT_FORMS: Final = [*sorted({term.exact for term in TERMS}), "absent"]
SOURCES: Final = ("", "Écho", "écho", "ECHO", "La Gazette", "La-Gazette.")
PEOPLE: Final = ("Anne Le Bihan", "Noël Çatal", "NOEL CATAL", "Zoé")
IDS: Final = [f"article/{number}" for number in range(12)]
PARIS: Final = ZoneInfo("Europe/Paris")
DAYS: Final = [date(1999, 12, 31), date(2000, 1, 1), date(2024, 2, 29), date(2024, 3, 1)]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    day = draw(st.sampled_from([*DAYS, None]))
    moment = datetime(day.year, day.month, day.day, 9, tzinfo=PARIS) if day else None
    if moment and draw(st.booleans()):
        moment += timedelta(seconds=1)
    article = Article(
        id=draw(st.sampled_from(IDS)),
        title="Titre",
        text="Texte",
        date=moment,
        source=draw(st.sampled_from(SOURCES)),
        section=draw(st.sampled_from(SOURCES)),
        authors=tuple(draw(st.lists(st.sampled_from(PEOPLE), max_size=3))),
        tags=tuple(draw(st.lists(st.sampled_from(PEOPLE), max_size=2))),
        language=draw(st.sampled_from(["fr", "en"])),
        people=tuple(draw(st.lists(st.sampled_from(PEOPLE), max_size=2))),
        organisations=tuple(draw(st.lists(st.sampled_from(SOURCES[1:]), max_size=2))),
        places=tuple(draw(st.lists(st.sampled_from(SOURCES[1:]), max_size=1))),
    )
    terms = st.lists(st.sampled_from(TERMS), max_size=9)
    text = draw(terms) * draw(st.sampled_from([1, 1, 1, 8]))
    number = int(day.strftime("%Y%m%d")) if day else 0
    places = st.lists(st.integers(1, max(len(text) - 1, 1)), max_size=2, unique=True).map(sorted)
    breaks = draw(places) if len(text) > 1 else []
    return Document(article, draw(terms), draw(terms), text, number, b"preuve", breaks=((), (), breaks))


def term_clauses() -> st.SearchStrategy[Clause]:
    boosts = st.sampled_from([1.0, 0.5, 2.0])

    def over(fields: Sequence[str], values: Sequence[str]) -> st.SearchStrategy[Clause]:
        terms = st.lists(st.tuples(st.sampled_from(values), boosts), max_size=3).map(tuple)
        return st.builds(TermClause, st.sampled_from(fields), terms)

    return st.one_of(
        over([STEMS], STEM_FORMS),
        over(list(WORDS.values()), WORD_FORMS),
        over(list(EXACT.values()), EXACT_FORMS),
        over([*FACET_FIELDS, *FACET_KEYS.values(), "no_such_field"], [*SOURCES[1:], *PEOPLE]),
        over([ID], IDS),
    )


def phrase_clauses() -> st.SearchStrategy[Clause]:
    terms = st.lists(st.sampled_from(WORD_FORMS), min_size=2, max_size=4).map(tuple)
    return st.builds(PhraseClause, st.sampled_from(list(WORDS.values())), terms, st.sampled_from([0, 0, 1, 2, 5]))


def span_clauses() -> st.SearchStrategy[Clause]:
    words = st.builds(AnyWord, st.lists(st.sampled_from(WORD_FORMS), min_size=1, max_size=3).map(tuple))
    rows = st.builds(Row, st.lists(words, min_size=1, max_size=3).map(tuple))
    either = st.builds(Either, st.tuples(words, rows))
    slops = st.sampled_from([0, 1, 2, 5])
    close = st.builds(Close, st.one_of(words, rows), words, slops)
    nested = st.builds(Close, close, words, slops)
    spans = st.one_of(words, rows, either, close, nested)
    return st.builds(SpanClause, st.sampled_from(list(WORDS.values())), spans, st.sampled_from([1, 1, 1, 2, 3]))


def day_clauses() -> st.SearchStrategy[Clause]:
    days = st.sampled_from([0, 1, *(int(day.strftime("%Y%m%d")) for day in DAYS), 99999999])
    return st.builds(DayClause, days, days)


def weight_clauses() -> st.SearchStrategy[Clause]:
    weights = st.sampled_from([0.25, 0.5, 1.0, 1.0, 2.5])

    def over(field: str, values: Sequence[str]) -> st.SearchStrategy[Clause]:
        terms = st.lists(st.tuples(st.sampled_from(values), weights), max_size=5, unique_by=lambda term: term[0])
        return st.builds(
            MinimumWeightClause, st.just(field), terms.map(tuple), st.sampled_from([0.25, 1.0, 1.75, 3.0, 6.0])
        )

    return over(STEMS, STEM_FORMS) | over(WORDS["text"], WORD_FORMS)


@st.composite
def levels(draw: st.DrawFn) -> Clause:
    """The first of falling shares of a weight that enough documents reach, else any of the words."""
    words = draw(st.lists(st.tuples(st.sampled_from(STEM_FORMS), st.sampled_from([0.5, 1.0, 2.5])), max_size=4))
    terms = tuple(dict(words).items())
    shares = draw(st.lists(st.sampled_from([0.25, 1.0, 1.75, 3.0]), max_size=3).map(sorted))
    any_word = TermClause(STEMS, tuple((stem, 0.0) for stem, _ in terms))
    weighed = (MinimumWeightClause(STEMS, terms, share) for share in reversed(shares))
    return FirstOfClause((*weighed, any_word), draw(st.integers(1, 4)))


def grown(clauses: st.SearchStrategy[Clause]) -> st.SearchStrategy[Clause]:
    parts = st.lists(clauses, max_size=3).map(tuple)
    return st.builds(BooleanClause, should=parts, must=parts, must_not=st.lists(clauses, max_size=1).map(tuple))


CLAUSES: Final = st.recursive(
    st.one_of(
        *(term_clauses(), term_clauses(), phrase_clauses(), span_clauses(), weight_clauses(), levels(), day_clauses()),
        st.just(MatchAllClause()),
    ),
    grown,
    max_leaves=8,
)


@st.composite
def requests(draw: st.DrawFn) -> EngineRequest:
    chosen = st.lists(st.sampled_from([*SOURCES[1:], *PEOPLE, "2024", "fr"]), max_size=2).map(tuple)
    few = st.one_of(st.just(()), st.just(()), st.just(()), chosen)
    some_day = st.sampled_from([None, None, *DAYS])
    return EngineRequest(
        clause=draw(CLAUSES),
        filters=Filters(
            {name: draw(few) for name in FACET_FIELDS},
            draw(some_day),
            draw(some_day),
            {name: draw(few) for name in FACET_FIELDS},
        ),
        sort=draw(st.sampled_from(list(Sort))),
        limit=100,
        facets=FACET_FIELDS,
        facet_limit=draw(st.sampled_from([None, 0, 1, 2])),
        histogram=True,
        timeline=True,
        months_by_day=draw(st.sampled_from([0, 1, 2, 24])),
        counted=draw(st.none() | CLAUSES),
        instead=draw(st.just(()) | st.lists(CLAUSES, max_size=2).map(tuple)),
        features=draw(st.sampled_from([0, 2, 100])),
    )


def ids(reader: Reader, request: EngineRequest) -> list[str]:
    return [entry.id for entry in reader.articles(found.document for found in reader.search(request).candidates)]


def walk(reader: Reader, request: EngineRequest) -> list[str]:
    """The ids of all pages, each of which goes on after the last candidate of the one before."""
    found: list[int] = []
    while page := reader.search(request).candidates:
        found += [candidate.document for candidate in page]
        request = replace(request, after=page[-1].sort_key)
    return [entry.id for entry in reader.articles(found)]


def check(reader: Reader, oracle: Oracle, request: EngineRequest, *, scores: bool = True) -> None:
    result = reader.search(request)
    found = ids(reader, request)
    assert result.total == oracle.total(request) == len(found)
    assert (result.counted, result.instead) == (oracle.counted(request), oracle.instead(request))
    for name in FACET_FIELDS:
        expected_buckets = oracle.facet(request, name)
        assert result.facets[name] == expected_buckets[: request.facet_limit]
        assert (name in result.truncated) == (len(result.facets[name]) < len(expected_buckets))
    assert result.histogram == oracle.histogram(request)
    assert result.timeline == oracle.timeline(request)
    if request.sort is not Sort.RELEVANCE:
        assert found == oracle.ranked(request)
    assert sorted(found) == sorted(oracle.scores(request))
    if scores and request.sort is Sort.RELEVANCE:
        expected = oracle.scores(request)
        given_scores = [candidate.score for candidate in result.candidates]
        assert given_scores == pytest.approx([expected[entry] for entry in found], rel=1e-4, abs=1e-5)
        assert given_scores == sorted(given_scores, reverse=True)
    check_unscored(reader, oracle, request)
    page = replace(request, offset=2, limit=3)
    assert ids(reader, page) == found[2:5]
    assert walk(reader, replace(request, limit=3)) == found
    assert result.complete
    check_late(reader, oracle, replace(request, deadline=Deadline(0.0), instead=()))


def check_unscored(reader: Reader, oracle: Oracle, request: EngineRequest) -> None:
    """Without its scores a clause finds the same; each document comes with its day."""
    silent = {"clause": unscored(request.clause), "instead": tuple(map(unscored, request.instead))}
    candidates = reader.search(replace(request, **silent, features=99)).candidates
    documents = [candidate.document for candidate in candidates]
    found = [entry.id for entry in reader.articles(documents)]
    days = {document.article.id: document.day for document in oracle.documents}
    assert sorted(found) == sorted(oracle.scores(request))
    assert {candidate.score for candidate in candidates} <= {0.0}
    assert [candidate.day for candidate in candidates] == [days[entry] for entry in found]
    assert {candidate.features for candidate in candidates} <= {b"preuve"}


def check_late(reader: Reader, oracle: Oracle, request: EngineRequest) -> None:
    """Out of time, an engine finds less or as much, never what it should not, and says which."""
    result = reader.search(request)
    found, expected = set(ids(reader, request)), set(oracle.scores(request))
    assert found <= expected
    assert result.total == len(found)
    if result.complete:
        assert found == expected


def write(engine: Engine, folder: Path, added: Sequence[Document], base: Path | None = None, gone: str = "") -> Path:
    folder.mkdir()
    with engine.create(folder, base) if base else engine.create(folder) as writer:
        for entry in added:
            writer.add(entry)
        if gone:
            writer.delete(gone)
    return folder


def live(added: Sequence[Document]) -> list[Document]:
    """The documents that remain when a later one replaces an earlier one of the same id."""
    latest = {entry.article.id: entry for entry in added}
    return [entry for entry in added if latest[entry.article.id] is entry]


@DRAWS
@given(
    st.lists(documents(), max_size=12, unique_by=lambda entry: entry.article.id),
    st.lists(requests(), min_size=REQUESTS, max_size=REQUESTS),
)
def test_engines_answer_as_the_oracle(engine: Engine, corpus: list[Document], asked: list[EngineRequest]) -> None:
    oracle = Oracle(corpus)
    with TemporaryDirectory() as folder:
        reader = engine.open(write(engine, Path(folder, "engine"), corpus))
        assert reader.count == len(corpus)
        for field in (STEMS, WORDS["text"], EXACT["title"], "author"):
            assert reader.terms_with_prefix(field, "", 99) == oracle.dictionary(field)
        for request in asked:
            check(reader, oracle, request)
        reader.close()


@DRAWS
@given(st.lists(documents(), max_size=20), st.lists(requests(), min_size=REQUESTS, max_size=REQUESTS))
def test_replaced_documents_are_gone(engine: Engine, added: list[Document], asked: list[EngineRequest]) -> None:
    with TemporaryDirectory() as folder:
        reader = engine.open(write(engine, Path(folder, "engine"), added))
        oracle = Oracle(live(added))
        assert reader.count == len(oracle.documents)
        for request in asked:
            check(reader, oracle, request, scores=False)
        reader.close()


@DRAWS
@given(
    st.lists(st.tuples(st.lists(documents(), max_size=8), st.sampled_from(IDS)), min_size=2, max_size=3),
    st.lists(requests(), min_size=REQUESTS, max_size=REQUESTS),
)
def test_generations_grow_out_of_each_other(
    engine: Engine, generations: list[tuple[list[Document], str]], asked: list[EngineRequest]
) -> None:
    with TemporaryDirectory() as folder:
        base, kept = None, []
        for number, (added, gone) in enumerate(generations):
            base = write(engine, Path(folder, str(number)), added, base, gone)
            kept = [entry for entry in live([*kept, *added]) if entry.article.id != gone]
        assert base is not None
        reader = engine.open(base)
        assert reader.count == len(kept)
        for request in asked:
            check(reader, Oracle(kept), request, scores=False)
        reader.close()
