"""Words for the status of an article, of agencies, publishing systems and French hands."""

from __future__ import annotations

from typing import Final

from searchapp.ingest.cleaning.normalize import unaccented
from searchapp.model import ArticleStatus

__all__ = ["status_of"]

_WORDS: Final = {
    ArticleStatus.PUBLISHED: "published publish public usable final live online active publie publiee en-ligne valide",
    ArticleStatus.CORRECTED: "corrected updated update revised corrige corrigee modifie modifiee mis-a-jour rectifie",
    # A draft is not published yet, which comes to the same: it is not to be found.
    ArticleStatus.WITHDRAWN: "withdrawn withheld canceled cancelled retracted deleted removed unpublished killed trash "
    "draft auto-draft pending private future retire retiree annule annulee supprime supprimee depublie depubliee "
    "brouillon en-attente prive corbeille",
}
_STATUSES: Final = {word: status for status, words in _WORDS.items() for word in words.split()}


def status_of(label: str) -> ArticleStatus | None:
    """Return the status that ``label`` names, perhaps behind a prefix (``stat:usable``); None for another word."""
    word = unaccented(label).casefold().rpartition(":")[2].strip()
    return _STATUSES.get(word.replace("_", "-").replace(" ", "-"))
