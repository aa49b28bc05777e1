"""Small French corpora and trees over their words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from searchapp.model import Article
from searchapp.query import (
    And,
    AtLeast,
    Bool,
    DateRange,
    Exact,
    Field,
    Fuzzy,
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
from searchapp.query.leaves import is_pattern

__all__ = ["corpora", "trees"]

PARIS = ZoneInfo("Europe/Paris")
# Near to each other in every way the language knows: stems, accents, beginnings, slips, elisions, stopwords.
WORDS = (
    "pont",
    "ponts",
    "Pont",
    "port",
    "porte",
    "marche",
    "marché",
    "marchés",
    "marchand",
    "l’eau",
    "yeux",
    "œil",
    "eau",
    "le",
    "la",
    "de",
)
VALUES = ("L’Écho du Pont", "Le Phare", "Écho", "Anne Le Bihan", "Bihan Anne", "eau")
FIRST_DAY = date(2022, 1, 1)


def corpora() -> st.SearchStrategy[list[Article]]:
    """Up to eight articles of a few words."""
    text = st.lists(st.sampled_from((*WORDS, "\n\n")), max_size=6).map(" ".join)
    value = st.sampled_from(("", *VALUES))
    values = st.lists(st.sampled_from(VALUES), max_size=2, unique=True).map(tuple)
    dates = st.none() | st.datetimes(datetime(2022, 1, 1), datetime(2022, 2, 28)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0, tzinfo=PARIS)
    )
    article = st.builds(
        lambda **fields: fields,
        title=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join),
        lead=text,
        text=text,
        date=dates,
        source=value,
        section=value,
        authors=values,
        tags=values,
    )
    return st.lists(article, min_size=1, max_size=8).map(
        lambda many: [Article(id=f"a{number}", **fields) for number, fields in enumerate(many)]
    )


def trees() -> st.SearchStrategy[Node]:
    """Trees as the parser makes them."""
    return st.recursive(leaves() | days(), branches, max_leaves=8).map(lambda tree: parse(show(tree)).tree)


def leaves() -> st.SearchStrategy[Node]:
    word = st.sampled_from((*WORDS, "port-eau"))
    phrase = st.lists(word, min_size=1, max_size=3).map(" ".join)
    plain = st.sampled_from(("pont", "ponts", "port", "marche", "eau", "le", "de"))
    form = st.sampled_from(("p?nt", "*rt", "p*t", "m*ch?s", "*ea*", "??nt"))
    begun = st.sampled_from(("po", "por", "march", "marc", "eau", "pont-ma", "zz"))
    leaf = (
        word.map(Word)
        | st.builds(Phrase, phrase, st.sampled_from((0, 0, 1, 3)))
        | begun.map(Prefix)
        | st.builds(Fuzzy, word, st.sampled_from((1, 2)))
        | word.map(Exact)
        | form.map(Wildcard)
        | st.lists(st.one_of(plain, form), min_size=2, max_size=3).map(" ".join).filter(is_pattern).map(PhrasePattern)
    )
    span = plain.map(Word) | form.map(Wildcard) | st.lists(plain, min_size=2, max_size=2).map(" ".join).map(Phrase)
    either = st.lists(span, min_size=2, max_size=2).map(tuple).map(Or)
    near = st.builds(Proximity, st.tuples(span | either, span), st.integers(1, 3))
    nested = st.builds(Proximity, st.tuples(near, span), st.integers(1, 3))
    leaf = leaf | near | nested | st.builds(AtLeast, st.integers(1, 3), plain.map(Word) | form.map(Wildcard))
    value = st.sampled_from(("echo", "phare", "le bihan", "anne", "bihan", "eau", "du pont")).map(Phrase)
    names = st.sampled_from(("title", "lead", "text"))
    return (
        leaf
        | leaf
        | st.builds(Field, names, leaf)
        | st.builds(Field, st.sampled_from(("source", "section", "author", "tag")), value | leaf)
    )


def days() -> st.SearchStrategy[Node]:
    day = st.integers(0, 60).map(lambda number: FIRST_DAY + timedelta(days=number))
    both = st.tuples(day, day).map(lambda pair: DateRange(min(pair), max(pair)))
    return both | day.map(lambda first: DateRange(first, None)) | day.map(lambda last: DateRange(None, last))


def branches(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    many = st.lists(inner, min_size=2, max_size=3).map(tuple)
    some = st.lists(inner, max_size=2).map(tuple)
    return (
        many.map(And)
        | many.map(Or)
        | inner.map(Not)
        | st.builds(Bool, some, some, some)
        | st.builds(Field, st.sampled_from(("title", "text", "author")), inner)
    )
