"""Writing the spelling dictionary of a generation: from all its terms, or from its base and the changed articles.

Of all terms, it takes a process a twentieth of the time of indexing, at the end, when the processes that analysed are
done. So a process of its own writes that of a large generation while this one writes the other files.
"""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.spelling import FILE_NAME, build_spelling_dictionary, update_spelling_dictionary
from searchapp.engines.port import Engine, EngineRequest, ParallelEngine, Place, Reader, TermClause
from searchapp.engines.workers import Pool
from searchapp.indexing.documents import processors, terms_of
from searchapp.indexing.generation_layout import ENGINE
from searchapp.model import Article
from searchapp.schema import EXACT

__all__ = ["spelling_dictionary_written", "write_spelling_dictionary"]

# Fewer articles have a dictionary in the time in which a process starts.
_MIN_PARALLEL_ARTICLES: Final = 10_000


@contextmanager
def spelling_dictionary_written(
    path: Path, reader: Reader, engine: Engine, analyzer: FrenchAnalyzer, superseded: int, jobs: int
) -> Iterator[None]:
    """Write the dictionary of a generation without a base until the block ends, beside it if ``jobs`` allow for that.

    Raises EngineUnavailable when the process beside it dies. See :func:`write_spelling_dictionary` for the rest.
    """
    parallel = (jobs or processors()) > 1 and isinstance(engine, ParallelEngine)
    if not parallel or reader.count < _MIN_PARALLEL_ARTICLES:
        write_spelling_dictionary(path, reader, analyzer, superseded=superseded)
        yield
        return
    with Pool(1, _Build(engine, analyzer)) as pool:
        pool.request(pool.least_busy(1), (path, superseded))
        yield
        pool.answer()


@dataclass(frozen=True, slots=True)
class _Build:
    """The handler of the process: takes the generation's path and the number of its deleted documents."""

    engine: Engine
    analyzer: FrenchAnalyzer

    def __call__(self, message: tuple[Path, int]) -> None:
        path, superseded = message
        with closing(self.engine.open(Place(path / ENGINE))) as reader:
            write_spelling_dictionary(path, reader, self.analyzer, superseded=superseded)


def write_spelling_dictionary(
    path: Path,
    reader: Reader,
    analyzer: FrenchAnalyzer,
    base: tuple[Path, Reader] | None = None,
    changed: Iterable[tuple[str, bool, bool]] = (),
    superseded: int = 0,
) -> None:
    """Write the spelling dictionary of the generation at ``path``, whose engine is open as ``reader``.

    With ``base``, the folder and open engine of the generation before, the cost follows the ``changed`` articles: id,
    whether it was indexed before, whether it is now. Without, ``superseded`` is the number of the engine's deleted
    documents.
    """
    if base is None:
        build_spelling_dictionary(path / FILE_NAME, _exact_forms(reader, superseded), analyzer)
        return
    folder, earlier = base
    shutil.copyfile(folder / FILE_NAME, path / FILE_NAME)
    changes: Counter[str] = Counter()
    for article_id, before, now in changed:
        if before and (article := earlier.article(article_id)):
            changes.subtract(_forms(article, analyzer))
        if now and (article := reader.article(article_id)):
            changes.update(_forms(article, analyzer))
    update_spelling_dictionary(path / FILE_NAME, {form: change for form, change in changes.items() if change}, analyzer)


def _exact_forms(reader: Reader, superseded: int) -> Iterator[tuple[str, int]]:
    """Yield the exact forms of documents with their frequency. An engine may still count deleted documents."""
    for field in EXACT.values():
        for form, documents in reader.terms_with_prefix(field, "", sys.maxsize):
            if documents <= superseded:
                documents = reader.search(EngineRequest(TermClause(field, ((form, 1.0),)), limit=0)).total
            if documents:
                yield form, documents


def _forms(article: Article, analyzer: FrenchAnalyzer) -> Counter[str]:
    """Return the number of parts of ``article`` (title, lead, text) that hold each exact form."""
    parts = (article.title, article.lead, article.text)
    analyzed = (analyzer.analyze(part) for part in parts)
    return Counter(form for terms, joined in analyzed for form in {term.exact for term in (*terms, *terms_of(joined))})
