"""A tree finds through an engine exactly what reading each article token by token finds."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchapp.engines.port import Engine, EngineRequest
from searchapp.model import Article
from searchapp.query import Node, parse, show
from searchapp.search.dictionary import Dictionary, Lookup
from searchapp.search.resolve import Resolver
from searchapp.search.spellings import QuerySpellings
from tests.contract.conftest import ANALYZER, ENGINES, document
from tests.oracle.strategies import corpora, trees
from tests.oracle.tokens import found


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
@settings(max_examples=60, deadline=None)
@given(corpora(), st.lists(trees(), min_size=1, max_size=12))
def test_an_engine_finds_what_the_tokens_say(engine: Engine, articles: list[Article], asked: list[Node]) -> None:
    check(engine, articles, asked)


def check(engine: Engine, articles: list[Article], asked: list[Node]) -> None:
    """See that each tree of ``asked`` finds through an index of ``articles`` what it finds without one."""
    with TemporaryDirectory() as folder:
        with engine.create(Path(folder)) as writer:
            for article in articles:
                writer.add(document(article))
        reader = engine.open(Path(folder))
        try:
            resolver = Resolver(QuerySpellings(ANALYZER), Lookup(Dictionary(reader, ANALYZER)))
            for tree in asked:
                clause = resolver.resolve(tree).clause
                result = reader.search(EngineRequest(clause, limit=len(articles)))
                ids = {one.id for one in reader.articles(candidate.document for candidate in result.candidates)}
                assert ids == found(tree, articles), show(tree)
                assert result.total == len(ids)
        finally:
            reader.close()


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
@pytest.mark.parametrize(
    "query", ['le mot-clé:"echo"', '-(le mot-clé:"echo")', 'le "pont" mot-clé:echo', "le date:2022"]
)
def test_stopwords_beside_what_only_narrows(engine: Engine, query: str) -> None:
    articles = [
        Article("a0", "pont", "le", tags=("L’Écho du Pont",)),
        Article("a1", "phare", "la tour", tags=("L’Écho du Pont",)),
    ]
    check(engine, articles, [parse(query).tree])
