"""An open generation, as the stages of a search use it, and how one is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.near_duplicates import FILE_NAME as DUPLICATES
from searchapp.derived.near_duplicates import NearDuplicates
from searchapp.derived.spelling import FILE_NAME, SpellingDictionary
from searchapp.derived.suggestions import FILE_NAME as SUGGESTIONS_FILE
from searchapp.derived.suggestions import Suggestions
from searchapp.engines.panics import panics_as_exceptions
from searchapp.engines.port import Engine, Place, Reader
from searchapp.errors import ArticleNotFound, ArticleWithdrawn, Corrupt, EngineUnavailable, IndexDamaged, SearchappError
from searchapp.indexing.generation_layout import ENGINE
from searchapp.indexing.generations import Generations
from searchapp.indexing.withdrawn import Withdrawn
from searchapp.model import Article
from searchapp.search.exclude_withdrawn import exclude

__all__ = ["OpenGeneration", "is_unexpected", "open_generation"]


@dataclass(frozen=True, slots=True, eq=False)
class OpenGeneration:
    """An open generation: the engine's reader, its derived files, the ids of withdrawn articles.

    The reader excludes articles withdrawn after this generation was published; those of them that the corpus's journal
    names are ``withdrawn_since``. ``signing_key`` signs cursors.
    """

    name: str
    reader: Reader
    spelling: SpellingDictionary
    suggestions: Suggestions
    duplicates: NearDuplicates
    withdrawn: Withdrawn
    signing_key: bytes
    withdrawn_since: frozenset[str] = frozenset()

    @property
    def version(self) -> str:
        """The key of its answers: the name and, of an older generation, a digest of the articles it excludes."""
        parts = [self.name]
        if self.withdrawn.excluded_from(self.name):
            parts.append(self.withdrawn.generation)
        if self.withdrawn_since:
            parts.append(blake2b("\0".join(sorted(self.withdrawn_since)).encode(), digest_size=8).hexdigest())
        return " ".join(parts)

    @property
    def excludes_articles(self) -> bool:
        """True when some of its articles are not to be shown."""
        return bool(self.withdrawn_since or self.withdrawn.excluded_from(self.name))

    def article(self, article_id: str) -> Article:
        """Return an article; raises ArticleNotFound, ArticleWithdrawn."""
        article = self.reader.article(article_id)
        if article is None:
            raise ArticleWithdrawn if self.is_withdrawn(article_id) else ArticleNotFound(article_id)
        return article

    def is_withdrawn(self, article_id: str) -> bool:
        """Return whether an article of this id was withdrawn."""
        return article_id in self.withdrawn.ids or article_id in self.withdrawn_since

    def excludes_the_same(self, withdrawn: Withdrawn, since: frozenset[str]) -> bool:
        """Return whether opening it again with these withdrawals would exclude the same articles."""
        return self.withdrawn_since == since and withdrawn.excludes_the_same(self.withdrawn, self.name)

    def close(self) -> None:
        """Close the files."""
        self.reader.close()
        self.spelling.close()
        self.suggestions.close()
        self.duplicates.close()


def open_generation(
    generations: Generations,
    name: str,
    engine_of: Callable[[str], Engine],
    analyzer: FrenchAnalyzer,
    withdrawn: Withdrawn,
    since: frozenset[str],
) -> OpenGeneration:
    """Open a generation without the articles that were withdrawn later; raises IndexDamaged, EngineUnavailable."""
    path = generations.path(name)
    engine = engine_of(generations.manifest(name).engine)
    excluded = withdrawn.excluded_from(name) | since
    reader = exclude(_open_reader(engine, path / ENGINE), excluded)
    spelling = SpellingDictionary(path / FILE_NAME, analyzer)
    suggestions = Suggestions(path / SUGGESTIONS_FILE)
    duplicates = NearDuplicates(path / DUPLICATES, excluded)
    key = generations.signing_key(name)
    return OpenGeneration(name, reader, spelling, suggestions, duplicates, withdrawn, key, since)


def is_unexpected(error: Exception) -> bool:
    """Return whether an engine may have raised ``error`` over damaged files."""
    return isinstance(error, Corrupt) or not isinstance(error, SearchappError)


def _open_reader(engine: Engine, folder: Path) -> Reader:
    try:
        with panics_as_exceptions():
            return engine.open(Place(folder))
    except (EngineUnavailable, IndexDamaged):
        raise
    except Exception as error:
        if not is_unexpected(error):
            raise
        raise IndexDamaged(folder.parent.name) from error
