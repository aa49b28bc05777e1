"""The lexicon of a generation: made from its dictionary, or grown out of its base's by the words that came and went."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.port import Reader
from searchapp.lexicon import FILE_NAME, build_lexicon, grow_lexicon
from searchapp.model import Article
from searchapp.schema import EXACT

__all__ = ["write_lexicon"]


def write_lexicon(
    path: Path,
    reader: Reader,
    analyzer: FrenchAnalyzer,
    base: tuple[Path, Reader] | None = None,
    touched: Iterable[tuple[str, bool, bool]] = (),
) -> None:
    """Write the lexicon of the generation at ``path``, whose engine is open as ``reader``.

    With ``base``, the folder and open engine of the generation before, the cost follows the articles ``touched``: id,
    whether it was there before, whether it is there now.
    """
    if base is None:
        forms = (entry for field in EXACT.values() for entry in reader.terms_with_prefix(field, "", sys.maxsize))
        build_lexicon(path / FILE_NAME, forms, analyzer)
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


def _forms(article: Article, analyzer: FrenchAnalyzer) -> Counter[str]:
    """Return in how many parts of ``article`` each exact form stands."""
    parts = (article.title, article.lead, article.text)
    return Counter(form for part in parts for form in {term.exact for term in analyzer.terms(part)})
