"""Fitting the latent space of a corpus: when there is none yet, or when the corpus is another one by now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Final

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.port import Engine, Place, Reader
from searchapp.i18n import Message
from searchapp.indexing.content_check import all_documents
from searchapp.indexing.generation_layout import ENGINE, SEMANTIC
from searchapp.indexing.generations import Generations
from searchapp.indexing.locking import WriteLock
from searchapp.semantic.lsa import LSA_FILE, SAMPLE, FittedOn, fit, read_latent_space, write_latent_space

__all__ = ["fit_latent_space"]

# The corpus has drifted when it has grown, or shrunk, by so much since the latent space was fitted.
_DRIFT: Final = 1.5
# Of a very long article the beginning tells its subject.
_MOST_TEXT: Final = 20_000


def fit_latent_space(
    generations: Generations,
    engine_of: Callable[[str], Engine],
    analyzer: FrenchAnalyzer,
    wait: float = 0.0,
    on_wait: Callable[[Message], None] = lambda message: None,
) -> FittedOn | None:
    """Fit the latent space of the published generation unless the one that there is still fits.

    Return the articles that it was fitted on, None when nothing was done: too few articles have nothing to learn from.
    Raises IndexMissing, IndexDamaged, EngineUnavailable, IndexUnwritable, and IndexLocked.
    """
    name = generations.current()
    manifest, path = generations.manifest(name), generations.folder / SEMANTIC / LSA_FILE
    with WriteLock(path.parent).held(wait, on_wait):
        present = read_latent_space(path)
        if present and present.fitted_on.analyzer == manifest.analyzer:
            before = present.fitted_on.articles
            if before <= _DRIFT * manifest.articles and manifest.articles <= _DRIFT * before:
                return None
        engine = engine_of(manifest.engine)
        with closing(engine.open(Place(generations.path(name) / ENGINE))) as reader:
            fitted_on = FittedOn(manifest.analyzer, manifest.articles, min(manifest.articles, SAMPLE))
            space = fit(_sampled_words(reader, analyzer, -(-manifest.articles // SAMPLE)), fitted_on)
        if space is None:
            return None
        write_latent_space(path, space)
    return fitted_on


def _sampled_words(reader: Reader, analyzer: FrenchAnalyzer, every: int) -> Iterator[list[tuple[str, str]]]:
    """Yield the content words of one article in ``every``, evenly spread, as (stem, form) pairs."""
    place = 0
    for documents in all_documents(reader):
        chosen = [document for number, document in enumerate(documents, place) if number % every == 0]
        place += len(documents)
        for article in reader.articles(chosen):
            terms, _ = analyzer.analyze(f"{article.title}\n\n{article.lead}\n\n{article.text}"[:_MOST_TEXT])
            yield [(term.stem, term.exact) for term in terms if not term.is_stopword]
