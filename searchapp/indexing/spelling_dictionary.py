"""Writing the spelling dictionary of a generation: from all its terms, or from its base and the changed articles."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.spelling import FILE_NAME, build_spelling_dictionary, update_spelling_dictionary
from searchapp.engines.port import EngineRequest, Reader, TermClause
from searchapp.indexing.documents import terms_of
from searchapp.model import Article
from searchapp.schema import EXACT

__all__ = ["write_spelling_dictionary"]


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
