"""Writing the suggestions of a generation: from all its articles, or from its base and the changed articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from searchapp.derived.databases import copy_database
from searchapp.derived.suggestions import (
    FILE_NAME,
    Form,
    SuggestionsBuilder,
    build_suggestions,
    needs_new_build,
    suggested_forms,
    update_suggestions,
)
from searchapp.engines.port import EngineRequest, MatchAllClause, Reader
from searchapp.indexing.update import Sink
from searchapp.model import Article

__all__ = ["CountingSink", "write_suggestions"]

# Articles are listed in large steps, since each is a search, and read in small ones, since they are kept in memory.
_LISTED_AT_A_TIME: Final = 10_000
_READ_AT_A_TIME: Final = 100


class CountingSink:
    """A sink that passes articles on and counts what they suggest, so that a first build does not read them again.

    That holds while all articles are new: of one that is replaced or deleted it would have to subtract the forms.
    """

    def __init__(self, path: Path, sink: Sink) -> None:
        self._sink = sink
        self._builder: SuggestionsBuilder | None = SuggestionsBuilder(path / FILE_NAME)

    def add(self, article: Article, *, is_new: bool = False) -> None:
        self._sink.add(article, is_new=is_new)
        if not is_new:
            self._give_up()
        elif self._builder:
            self._builder.add(article)

    def delete(self, article_id: str) -> None:
        self._sink.delete(article_id)
        self._give_up()

    def forget(self, article: Article) -> None:
        """Count an article no more that the engine did not take."""
        if self._builder:
            self._builder.remove(article)

    def write(self, count: int) -> bool:
        """Write the suggestions of ``count`` articles, or return False when they were not counted."""
        if self._builder is None:
            return False
        self._builder.write(count)
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_up()

    def _give_up(self) -> None:
        if self._builder:
            self._builder.close()
            self._builder = None


def write_suggestions(
    path: Path,
    reader: Reader,
    base: tuple[Path, Reader] | None = None,
    changed: Iterable[tuple[str, bool, bool]] = (),
) -> None:
    """Write the suggestions of the generation at ``path``, whose engine is open as ``reader``.

    With ``base``, the folder and open engine of the generation before, the cost follows the ``changed`` articles: id,
    whether it was indexed before, whether it is now.
    """
    if base is None or needs_new_build(base[0] / FILE_NAME, reader.count):
        build_suggestions(path / FILE_NAME, _all_articles(reader), reader.count)
        return
    folder, earlier = base
    copy_database(folder / FILE_NAME, path / FILE_NAME)
    changes: Counter[Form] = Counter()
    for article_id, before, now in changed:
        if before and (article := earlier.article(article_id)):
            changes.subtract(suggested_forms(article))
        if now and (article := reader.article(article_id)):
            changes.update(suggested_forms(article))
    update_suggestions(path / FILE_NAME, changes)


def _all_articles(reader: Reader) -> Iterator[Article]:
    request = EngineRequest(MatchAllClause(), limit=_LISTED_AT_A_TIME)
    while candidates := reader.search(request).candidates:
        for start in range(0, len(candidates), _READ_AT_A_TIME):
            some = candidates[start : start + _READ_AT_A_TIME]
            yield from reader.articles(candidate.document for candidate in some)
        request = replace(request, after=candidates[-1].sort_key)
