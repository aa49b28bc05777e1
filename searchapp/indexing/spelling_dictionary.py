"""The lexicon of a generation: made from its dictionary, or grown out of its base's by the words that came and went."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.spelling import FILE_NAME, build_lexicon, grow_lexicon
from searchapp.engines.port import EngineRequest, Reader, TermClause
from searchapp.model import Article
from searchapp.schema import EXACT

__all__ = ["write_lexicon"]


def write_lexicon(
    path: Path,
    reader: Reader,
    analyzer: FrenchAnalyzer,
    base: tuple[Path, Reader] | None = None,
    touched: Iterable[tuple[str, bool, bool]] = (),
    superseded: int = 0,
) -> None:
    """Write the lexicon of the generation at ``path``, whose engine is open as ``reader``.

    With ``base``, the folder and open engine of the generation before, the cost follows the articles ``touched``: id,
    whether it was there before, whether it is there now. Without, ``superseded`` documents of the engine are deleted.
    """
    if base is None:
        build_lexicon(path / FILE_NAME, _dictionary(reader, superseded), analyzer)
        return
    folder, earlier = base
    shutil.copyfile(folder / FILE_NAME, path / FILE_NAME)
    changes: Counter[str] = Counter()
    for article_id, before, now in touched:
        if before and (article := earlier.article(article_id)):
            changes.subtract(_forms(article, analyzer))
        if now and (article := reader.article(article_id)):
            changes.update(_forms(article, analyzer))
    grow_lexicon(path / FILE_NAME, {form: change for form, change in changes.items() if change}, analyzer)


def _dictionary(reader: Reader, superseded: int) -> Iterator[tuple[str, int]]:
    """Yield the exact forms that a document holds; an engine may go on counting those that are deleted."""
    for field in EXACT.values():
        for form, documents in reader.terms_with_prefix(field, "", sys.maxsize):
            if documents <= superseded:
                documents = reader.search(EngineRequest(TermClause(field, ((form, 1.0),)), limit=0)).total
            if documents:
                yield form, documents


def _forms(article: Article, analyzer: FrenchAnalyzer) -> Counter[str]:
    """Return in how many parts of ``article`` each exact form stands."""
    parts = (article.title, article.lead, article.text)
    return Counter(form for part in parts for form in {term.exact for term in analyzer.terms(part)})
