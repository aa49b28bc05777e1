"""Reading all of a generation: is every file as it was written, and does the engine find what is in there?"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.databases import open_database
from searchapp.derived.rerank_features import read_rerank_features
from searchapp.derived.spelling import FILE_NAME as LEXICON
from searchapp.derived.spelling import TABLES as LEXICON_TABLES
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
from searchapp.errors import EngineUnavailable, GenerationMissing, IndexDamaged, IndexMissing
from searchapp.i18n import Message
from searchapp.indexing.damage import Damage
from searchapp.indexing.generations import CURRENT, MANIFEST, Generations, Manifest
from searchapp.indexing.index_state import FILE_NAME as REGISTER
from searchapp.indexing.index_state import TABLES as REGISTER_TABLES
from searchapp.indexing.withdrawn import WITHDRAWN
from searchapp.model import Article
from searchapp.schema import ID, STEMS

__all__ = ["CheckProgress", "CheckReport", "check_folder", "check_generation", "content_damages", "go_back"]

ENGINE_FOLDER: Final = "engine"
# Articles are found in large steps, since each is a search, and read in small ones, since they are kept in memory.
_FOUND_AT_A_TIME: Final = 10_000
_READ_AT_A_TIME: Final = 100
_SAMPLES: Final = 200
_WORDS_OF_A_TITLE: Final = 8
_ENDS: Final = (KeyboardInterrupt, SystemExit, GeneratorExit)
# Written after all other files of a generation but its manifest.
_LAST_FILE: Final = "rejects.jsonl"


@dataclass(frozen=True, slots=True)
class CheckProgress:
    """How far a check is: bytes of files read, then articles read."""

    bytes_done: int = 0
    bytes_total: int = 0
    articles_done: int = 0
    articles_total: int = 0


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was read of a generation, and what is wrong with it: nothing, when ``damages`` is empty."""

    generation: str
    damages: tuple[Damage, ...]
    files: int = 0
    size: int = 0
    articles: int = 0
    samples: int = 0


def check_generation(
    generations: Generations,
    name: str,
    engine_of: Callable[[str], Engine],
    analyzer: FrenchAnalyzer,
    on_progress: Callable[[CheckProgress], None] = lambda progress: None,
) -> CheckReport:
    """Read all of a generation, and remember beside it whether it is damaged. Memory does not grow with its size.

    Raises EngineUnavailable when the engine that wrote it is not installed, IndexInaccessible for want of permission.
    """
    try:
        manifest = generations.manifest(name)
        strange = manifest.generation != name
        damages = [Damage(MANIFEST, Message("it is that of another generation"))] if strange else []
    except IndexDamaged:
        damages = generations.verify(name)
        if any(damage.denied for damage in damages):
            raise generations.failure(name) from None
    if damages:  # without a manifest nothing can be said of the other files
        generations.mark(name, damages)
        return CheckReport(name, tuple(damages))
    size = sum(size for size, _ in manifest.files.values())
    progress = CheckProgress(bytes_total=size, articles_total=manifest.articles)

    def on_read(count: int) -> None:
        nonlocal progress
        progress = replace(progress, bytes_done=progress.bytes_done + count)
        on_progress(progress)

    def on_article(count: int) -> None:
        on_progress(replace(progress, articles_done=count))

    damages = generations.verify(name, on_read, from_disk=True)
    if any(damage.denied for damage in damages):
        raise generations.failure(name)
    samples = 0
    if not damages:  # else the engine would only say so in its own words
        found = list(
            content_damages(generations.path(name), manifest, engine_of(manifest.engine), analyzer, on_article)
        )
        damages = found
        samples = min(_SAMPLES, manifest.articles)
    generations.mark(name, damages)
    return CheckReport(name, tuple(damages), len(manifest.files), size, manifest.articles, samples)


def check_folder(generations: Generations) -> CheckReport | None:
    """Return what is wrong beside the generations, with the pointer and the list of withdrawn articles, if anything is.

    A generation with all its files but the manifest has lost that, unless it is newer than the published one: then an
    interrupted reindex left it.
    """
    damages: list[Damage] = []
    names = set(generations.names())
    complete = {name for name in generations.started() if generations.holds(name, _LAST_FILE)}
    published = max(names, default="")
    try:
        published = generations.current()
        if published not in names | complete:
            damages.append(Damage(CURRENT, Message("its content is not what was written")))
    except IndexMissing:
        return None
    except IndexDamaged:
        missing = not (generations.folder / CURRENT).exists()
        reason = Message("it is missing") if missing else Message("its content is not what was written")
        damages.append(Damage(CURRENT, reason))
    try:
        generations.withdrawn()
        if not (generations.folder / WITHDRAWN).is_file():
            damages.append(Damage(WITHDRAWN, Message("it is missing")))
    except IndexDamaged:
        damages.append(Damage(WITHDRAWN, Message("its content is not what was written")))
    lost = (name for name in sorted(complete - names) if name <= published)
    damages += [Damage(f"{name}/{MANIFEST}", Message("it is missing")) for name in lost]
    return CheckReport("", tuple(damages)) if damages else None


def go_back(
    generations: Generations,
    name: str | None,
    engine_of: Callable[[str], Engine],
    analyzer: FrenchAnalyzer,
    on_progress: Callable[[CheckProgress], None] = lambda progress: None,
) -> tuple[Manifest, str]:
    """Make generation ``name``, or the one before the current one, current; return its manifest and who was current.

    Needs the lock. Raises IndexMissing, GenerationMissing, EngineUnavailable, and IndexDamaged when a check finds
    anything wrong with it: then nothing has changed.
    """
    try:
        current = generations.current()
    except IndexDamaged:
        current = CURRENT
    # A pointer that cannot be read comes after all generations.
    target = name or generations.before(current)
    if target not in generations.names():
        raise GenerationMissing(target)
    report = check_generation(generations, target, engine_of, analyzer, on_progress)
    if report.damages:
        raise IndexDamaged(target, [damage.message() for damage in report.damages])
    generations.make_current(target)
    return generations.manifest(target), current


def content_damages(
    folder: Path,
    manifest: Manifest,
    engine: Engine,
    analyzer: FrenchAnalyzer,
    on_article: Callable[[int], None] = lambda count: None,
) -> Iterator[Damage]:
    """Yield what is wrong with the content of a generation whose files are as they were written.

    Every stored article and its evidence is read; of some, evenly spread, the words of the title have to find them.
    """
    for name, tables in ((LEXICON, LEXICON_TABLES), (REGISTER, REGISTER_TABLES)):
        yield from _database_damages(folder / name, tables)
    try:
        reader = engine.open(Place(folder / ENGINE_FOLDER))
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
            yield Damage(ENGINE_FOLDER, text)
        words = analyzer if manifest.analyzer == analyzer.fingerprint else None
        try:
            yield from _article_damages(reader, words, on_article)
        except BaseException as error:
            if isinstance(error, _ENDS):
                raise
            yield _engine_damage(error)


def _article_damages(
    reader: Reader, analyzer: FrenchAnalyzer | None, on_article: Callable[[int], None]
) -> Iterator[Damage]:
    every, read = max(1, reader.count // _SAMPLES), 0
    for documents in _documents(reader):
        for article, evidence in zip(reader.articles(documents), reader.rerank_features(documents), strict=True):
            read_rerank_features(evidence)
            if analyzer is not None and read % every == 0 and not _is_found(reader, article, analyzer):
                text = Message("the words of its title do not find the article “{id}”", id=article.id)
                yield Damage(ENGINE_FOLDER, text)
            read += 1
        on_article(read)
    if read != reader.count:
        text = Message("{found} of {count} articles can be read", found=read, count=reader.count)
        yield Damage(ENGINE_FOLDER, text)


def _documents(reader: Reader) -> Iterator[list[DocumentHandle]]:
    """Yield the numbers of all documents, some at a time."""
    request = EngineRequest(MatchAllClause(), limit=_FOUND_AT_A_TIME)
    while found := reader.search(request).candidates:
        for start in range(0, len(found), _READ_AT_A_TIME):
            yield [candidate.document for candidate in found[start : start + _READ_AT_A_TIME]]
        request = replace(request, after=found[-1].sort_key)


def _is_found(reader: Reader, article: Article, analyzer: FrenchAnalyzer) -> bool:
    stems = dict.fromkeys(term.stem for term in analyzer.terms(article.title)[:_WORDS_OF_A_TITLE])
    words = (TermClause(STEMS, ((stem, 1.0),)) for stem in stems)
    request = EngineRequest(BooleanClause(must=(*words, TermClause(ID, ((article.id, 1.0),)))), limit=2)
    found = reader.search(request)
    documents = [candidate.document for candidate in found.candidates]
    return found.total == 1 and reader.articles(documents) == [article] == [reader.article(article.id)]


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
        told = error.details[0].values
        return Damage(told["file"], told["reason"])
    cause = error.__cause__ or error
    reason = f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__
    return Damage(ENGINE_FOLDER, Message("it cannot be read ({reason})", reason=reason))
