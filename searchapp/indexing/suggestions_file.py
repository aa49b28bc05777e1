"""Writing the suggestions of a generation: from all its articles, or from its base and the changed articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from searchapp.derived.databases import copy_database
from searchapp.derived.suggestions import (
    FILE_NAME,
    Form,
    build_suggestions,
    needs_new_build,
    suggested_forms,
    update_suggestions,
)
from searchapp.engines.port import EngineRequest, MatchAllClause, Reader
from searchapp.model import Article

__all__ = ["write_suggestions"]

# Articles are listed in large steps, since each is a search, and read in small ones, since they are kept in memory.
_LISTED_AT_A_TIME: Final = 10_000
_READ_AT_A_TIME: Final = 100


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
