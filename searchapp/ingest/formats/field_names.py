"""Names of fields: the synonyms of exports, tables and French authors for the names of a JSON Lines record."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.normalize import unaccented

__all__ = ["FIELDS", "LONGEST_NAME", "WRITTEN_FIELDS", "field_name", "no_such_field"]

FIELDS: Final = (
    *(
        "id",
        "title",
        "text",
        "lead",
        "date",
        "source",
        "section",
        "author",
        "url",
        "language",
        "tags",
        "status",
        "modified",
    ),
)

WRITTEN_FIELDS: Final = (*FIELDS, "stub")
"""The fields of a record for the journal; ``stub`` says that the text ends at a paywall."""

_ANSWER_FIELDS: Final = ("date_quality", "repairs", "links", "generation", "highlights", "spans")
"""Fields that the API adds to an article."""
LONGEST_NAME: Final = 100
"""Characters of an unknown name that a message shows."""

_SYNONYMS: Final = {
    name: field
    for field, names in {
        "id": "identifiant guid uid",
        "title": "titre headline titre-article",
        "lead": "chapo chapeau standfirst description summary resume accroche",
        "text": "texte content contenu body corps article article-body",
        "date": "published date-published published-at publication-date pubdate date-publication date-de-publication "
        "publie-le",
        "source": "journal publisher editeur media site newspaper titre-de-presse",
        "section": "rubrique category categorie",
        "author": "auteur auteurs authors byline signature journaliste",
        "url": "lien link adresse permalink",
        "language": "langue lang",
        "tags": "mots-cles keywords etiquettes",
        "status": "statut",
        "modified": "updated updated-at modified-at date-modified datemodified lastmod last-modified modifie-le "
        "corrige-le mis-a-jour-le mise-a-jour date-de-modification date-modification maj",
    }.items()
    for name in names.split()
}


def field_name(key: object) -> str:
    """Return the record's name for the field ``key``; an unknown one in small letters without accents."""
    name = unaccented(str(key).strip()).casefold().replace("_", "-").replace(" ", "-")
    return _SYNONYMS.get(name, name)


def no_such_field(key: str) -> Message:
    """Return the message that records have no field ``key``, with the nearest name."""
    shown = key[:LONGEST_NAME]
    if key in _ANSWER_FIELDS:
        return Message("the field “{field}” is what the program found out; leave it out", field=shown)
    name = field_name(shown)
    near = [name] if name in FIELDS else get_close_matches(name, WRITTEN_FIELDS, n=1)
    if near:
        return Message("there is no field “{field}”; did you mean “{near}”?", field=shown, near=near[0])
    return Message("there is no field “{field}”; there are {fields}", field=shown, fields=", ".join(WRITTEN_FIELDS))
