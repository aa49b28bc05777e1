"""Names of fields: what exports, tables and French hands write for the names of a JSON Lines record."""

from __future__ import annotations

from typing import Final

from searchapp.ingest.normalize import unaccented

__all__ = ["FIELDS", "field_name"]

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
    """Return the record's name for the field ``key``; what no name is known for, in small letters without accents."""
    name = unaccented(str(key).strip()).casefold().replace("_", "-").replace(" ", "-")
    return _SYNONYMS.get(name, name)
