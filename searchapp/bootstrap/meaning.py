"""Parts of the setting ``semantic``: ranking, neighbouring words, and the computation of their data."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final

from searchapp.bootstrap.child_processes import process_of, settings_of_parent
from searchapp.bootstrap.engine_choice import engines_of, generations_of, open_analyzer
from searchapp.config import CONFIG_FILE, Config
from searchapp.errors import ConfigurationError
from searchapp.i18n import Message
from searchapp.indexing.generation_layout import SEMANTIC

if TYPE_CHECKING:
    from searchapp.analysis import FrenchAnalyzer
    from searchapp.indexing.embedding import EmbeddingProgress, EmbeddingSummary
    from searchapp.search.neighbours import NeighbourWords
    from searchapp.search.semantic_rank import SemanticRanker
    from searchapp.semantic.language_model import LanguageModel
    from searchapp.semantic.lsa import FittedOn

__all__ = ["embed", "embed_in_background", "embedding_beside", "neighbour_words", "semantic_ranker"]

_E5_WEIGHT: Final = 0.1
"""Weight of the language model; calibrated on four judged sets (docs/semantique.md)."""
_LOWEST_PRIORITY: Final = 19


def semantic_ranker(config: Config) -> SemanticRanker | None:
    if not config.language_model:
        return None
    from searchapp.search.e5_similarities import E5Similarities
    from searchapp.search.semantic_rank import SemanticRanker
    from searchapp.semantic.vector_store import FILE_NAME, StoredVectors

    model = _open_language_model(config.language_model)
    vectors = StoredVectors(config.index / SEMANTIC / FILE_NAME, model.name)
    return SemanticRanker([E5Similarities(model, vectors, _E5_WEIGHT)])


def _open_language_model(name: str) -> LanguageModel:
    """Return the model “e5”, or that of a folder; raises EngineUnavailable and ConfigurationError."""
    if name == "e5":
        from searchapp.semantic.e5 import E5

        return E5()
    from searchapp.semantic.model_folder import open_model_folder

    return open_model_folder(Path(name))


def neighbour_words(config: Config, analyzer: FrenchAnalyzer) -> NeighbourWords | None:
    if not config.learns_neighbours:
        return None
    from searchapp.search.neighbours import NeighbourWords
    from searchapp.semantic.lsa import LSA_FILE

    return NeighbourWords(config.index / SEMANTIC / LSA_FILE, analyzer.fingerprint)


def embed(
    config: Config,
    on_progress: Callable[[EmbeddingProgress], None] = lambda progress: None,
    on_wait: Callable[[Message], None] = lambda message: None,
) -> tuple[FittedOn | None, EmbeddingSummary | None]:
    """Compute what ``semantic`` needs of the published generation: the latent space (lsa), the vectors (e5).

    Return the articles that the first was fitted on, if it was, and the summary of the second. Raises
    ConfigurationError when ``semantic`` is off or its folder has no model, and IndexMissing, IndexDamaged,
    EngineUnavailable, IndexUnwritable, and IndexLocked while another process does this.
    """
    from searchapp.indexing.disk_space import unwritable_as_error
    from searchapp.indexing.embedding import EmbeddingJob
    from searchapp.indexing.embedding import embed as compute
    from searchapp.indexing.latent_space import fit_latent_space

    if config.semantic == "off":
        raise ConfigurationError(
            Message('Ordering by meaning is off. Set semantic = "e5" in {file}, then run this again.', file=CONFIG_FILE)
        )
    generations, fitted, summary = generations_of(config), None, None
    with unwritable_as_error(generations):
        if config.learns_neighbours:
            fitted = fit_latent_space(generations, engines_of(config), open_analyzer(config), config.lock_wait, on_wait)
        if config.language_model:
            model, engine_of = _open_language_model(config.language_model), engines_of(config)
            job = EmbeddingJob(generations, engine_of, model, config.jobs, config.lock_wait, on_progress, on_wait)
            summary = compute(job)
    return fitted, summary


@contextmanager
def embedding_beside(config: Config) -> Iterator[None]:
    """Have a process do the work of :func:`embed` for each new generation during the block; none if it is off.

    Whatever happens to it, searches go on. It ends when its standard input is closed, here or by the end of this one.
    """
    if config.semantic == "off":
        yield
        return
    with process_of(embed_in_background, config):
        yield


def embed_in_background() -> None:
    """The work of the process that :func:`embedding_beside` starts: one thread, at the lowest priority."""
    from searchapp.indexing.embedding import keep_embedded

    source, config = settings_of_parent(_LOWEST_PRIORITY)
    config = replace(config, jobs=1)

    def end_with_parent() -> None:
        source.read(1)
        os._exit(0)  # at any moment: what is not committed is computed again

    Thread(target=end_with_parent, daemon=True).start()
    keep_embedded(generations_of(config), lambda: embed(config))
