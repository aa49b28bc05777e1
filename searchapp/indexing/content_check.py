"""Checking the content of a generation: every article is read, and some are searched for."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.databases import open_database
from searchapp.derived.near_duplicates import FILE_NAME as DUPLICATES
from searchapp.derived.near_duplicates import TABLES as DUPLICATES_TABLES
from searchapp.derived.rerank_features import read_rerank_features
from searchapp.derived.spelling import FILE_NAME as SPELLING_DICTIONARY
from searchapp.derived.spelling import TABLES as SPELLING_TABLES
from searchapp.derived.suggestions import FILE_NAME as SUGGESTIONS
from searchapp.derived.suggestions import TABLES as SUGGESTIONS_TABLES
from searchapp.engines.port import (
    BooleanClause,
    DocumentHandle,
    Engine,
    EngineRequest,
    MatchAllClause,
    Place,
    Reader,
    TermClause,
)
from searchapp.errors import EngineUnavailable, IndexDamaged
from searchapp.i18n import Message
from searchapp.indexing.damage import Damage
from searchapp.indexing.generation_layout import ENGINE, INDEX_STATE
from searchapp.indexing.index_state_tables import TABLES as INDEX_STATE_TABLES
from searchapp.indexing.manifest import Manifest
from searchapp.model import Article
from searchapp.schema import ID, STEMS

__all__ = ["SAMPLES", "all_documents", "content_damages"]

SAMPLES: Final = 200
"""Articles that the words of their title have to find, evenly spread."""
# Articles are listed in large steps, since each is a search, and read in small ones, since they are kept in memory.
_LISTED_AT_A_TIME: Final = 10_000
_READ_AT_A_TIME: Final = 100
_TITLE_TERMS: Final = 8
_DATABASES: Final = (
    (SPELLING_DICTIONARY, SPELLING_TABLES),
    (SUGGESTIONS, SUGGESTIONS_TABLES),
    (DUPLICATES, DUPLICATES_TABLES),
    (INDEX_STATE, INDEX_STATE_TABLES),
)
_ENDS: Final = (KeyboardInterrupt, SystemExit, GeneratorExit)


def content_damages(
    folder: Path,
    manifest: Manifest,
    engine: Engine,
    analyzer: FrenchAnalyzer,
    on_article: Callable[[int], None] = lambda count: None,
) -> Iterator[Damage]:
    """Yield the damages in the content of a generation whose files are as they were written.

    Every stored article is read, with its rerank features. The words of its title have to find each sampled article.
    """
    for name, tables in _DATABASES:
        yield from _database_damages(folder / name, tables)
    try:
        reader = engine.open(Place(folder / ENGINE))
    except EngineUnavailable:
        raise
    except BaseException as error:  # a panic of an engine in Rust is no Exception
        if isinstance(error, _ENDS):
            raise
        yield _engine_damage(error)
        return
    with closing(reader):
        if reader.count != manifest.articles:
            text = Message("it holds {found} articles in place of {count}", found=reader.count, count=manifest.articles)
            yield Damage(ENGINE, text)
        # Terms of another analyzer are not those of the index.
        current_analyzer = analyzer if manifest.analyzer == analyzer.fingerprint else None
        try:
            yield from _article_damages(reader, current_analyzer, on_article)
        except BaseException as error:
            if isinstance(error, _ENDS):
                raise
            yield _engine_damage(error)


def _article_damages(
    reader: Reader, analyzer: FrenchAnalyzer | None, on_article: Callable[[int], None]
) -> Iterator[Damage]:
    every, read = max(1, reader.count // SAMPLES), 0
    for documents in all_documents(reader):
        details = reader.details(documents, features=True)
        for article, features in zip(details.articles, details.features, strict=True):
            read_rerank_features(features)
            if analyzer is not None and read % every == 0 and not _is_found(reader, article, analyzer):
                text = Message("the words of its title do not find the article “{id}”", id=article.id)
                yield Damage(ENGINE, text)
            read += 1
        on_article(read)
    if read != reader.count:
        text = Message("{found} of {count} articles can be read", found=read, count=reader.count)
        yield Damage(ENGINE, text)


def all_documents(reader: Reader) -> Iterator[list[DocumentHandle]]:
    """Yield the handles of all documents, some at a time."""
    request = EngineRequest(MatchAllClause(), limit=_LISTED_AT_A_TIME)
    while candidates := reader.search(request).candidates:
        for start in range(0, len(candidates), _READ_AT_A_TIME):
            yield [candidate.document for candidate in candidates[start : start + _READ_AT_A_TIME]]
        request = replace(request, after=candidates[-1].sort_key)


def _is_found(reader: Reader, article: Article, analyzer: FrenchAnalyzer) -> bool:
    stems = dict.fromkeys(term.stem for term in analyzer.terms(article.title)[:_TITLE_TERMS])
    words = (TermClause(STEMS, ((stem, 1.0),)) for stem in stems)
    request = EngineRequest(BooleanClause(must=(*words, TermClause(ID, ((article.id, 1.0),)))), limit=2)
    result = reader.search(request)
    documents = [candidate.document for candidate in result.candidates]
    return result.total == 1 and reader.articles(documents) == [article] == [reader.article(article.id)]


def _database_damages(path: Path, tables: str) -> Iterator[Damage]:
    try:
        with closing(open_database(path, tables)) as connection:
            (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except (IndexDamaged, sqlite3.Error) as error:
        answer = str(error.__cause__ or error)
    if answer != "ok":
        yield Damage(path.name, Message("it cannot be read ({reason})", reason=answer))


def _engine_damage(error: BaseException) -> Damage:
    if isinstance(error, IndexDamaged) and error.details:
        values = error.details[0].values
        return Damage(values["file"], values["reason"])
    cause = error.__cause__ or error
    reason = f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__
    return Damage(ENGINE, Message("it cannot be read ({reason})", reason=reason))
