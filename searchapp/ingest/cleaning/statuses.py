"""The status of an article in the words of agencies, content systems and newspapers.

Sources: IPTC's publication status (usable, canceled, withheld), NewsML 1 and NITF, schema.org creativeWorkStatus.
"""

from __future__ import annotations

from typing import Final

from searchapp.ingest.cleaning.normalize import unaccented
from searchapp.model import ArticleStatus

__all__ = ["known_status"]

_WORDS: Final = {
    ArticleStatus.PUBLISHED: "published publish usable public live released release active online normal ok final new "
    "updated update embargoed embargo publie publiee en-ligne actif",
    ArticleStatus.CORRECTED: "corrected correction correct amended rectified rectify rectification correctif corrige "
    "corrigee rectifie rectifiee rectificatif",
    ArticleStatus.WITHDRAWN: "withdrawn withdraw canceled cancelled cancel withheld killed kill deleted delete removed "
    "retracted retraction unpublished revoked draft private hidden trash retire retiree supprime supprimee annule "
    "annulee annulation depublie depubliee brouillon",
}
_STATUSES: Final = {word: status for status, words in _WORDS.items() for word in words.split()}


def known_status(text: str) -> ArticleStatus | None:
    """Return the status that ``text`` names, with or without the prefix of a vocabulary (``stat:usable``)."""
    word = unaccented(text).casefold().replace("_", "-").replace(" ", "-")
    return _STATUSES.get(word) or _STATUSES.get(word.rpartition(":")[2].rpartition("/")[2])
