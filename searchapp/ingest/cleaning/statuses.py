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
    "embargoed embargo publie publiee en-ligne actif valide",
    ArticleStatus.CORRECTED: "corrected correction correct amended rectified rectify rectification updated update "
    "revised corrige corrigee correctif modifie modifiee mis-a-jour rectifie rectifiee rectificatif",
    # A draft is not published yet, which comes to the same: it is not to be found.
    ArticleStatus.WITHDRAWN: "withdrawn withdraw withheld canceled cancelled cancel killed kill deleted delete removed "
    "retracted retraction unpublished revoked draft auto-draft pending private future hidden trash retire retiree "
    "annule annulee annulation supprime supprimee depublie depubliee brouillon en-attente prive corbeille",
}
_STATUSES: Final = {word: status for status, words in _WORDS.items() for word in words.split()}


def known_status(label: str) -> ArticleStatus | None:
    """Return the status that ``label`` names, perhaps behind the prefix of a vocabulary (``stat:usable``)."""
    word = unaccented(label).casefold().rpartition(":")[2].rpartition("/")[2].strip()
    return _STATUSES.get(word.replace("_", "-").replace(" ", "-"))
