"""The article's fields and its facets, each in one table, and the fields of every engine's index.

:data:`ARTICLE_FIELDS` drives records, digests, stored forms, JSON and ``ingest --show``: each field is stored, hashed
and shown, and a row declares how it differs from the others. :data:`FACETS` drives the index, filters, addresses, pages
and JSON.

Text fields of an index hold terms of the French analyzer. A *part* of an article (title, lead, text) is indexed twice:
as folded words with positions, for phrases and for searches in one part, and as exact forms. The stems of all parts are
in one field, which is scored. Value fields hold whole values. A facet also has a field of keys, the same for all
spellings of a value: these filter and are counted.

SCHEMA_VERSION changes when older indexes lack something that searches need, such as a new field or facet.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from operator import attrgetter
from typing import Any, Final

from searchapp.i18n import Message

__all__ = [
    "ARTICLE_FIELDS",
    "EXACT",
    "FACETS",
    "FACET_FIELDS",
    "FACET_KEYS",
    "ID",
    "LANGUAGE",
    "PARTS",
    "SCHEMA_VERSION",
    "STEMS",
    "STORED_FIELDS",
    "TAG",
    "VALUE_ATTRIBUTES",
    "VALUE_FIELDS",
    "WORDS",
    "YEAR",
    "ArticleField",
    "Facet",
    "FieldType",
    "ReadFrom",
    "article_key",
    "canonical_id",
    "digested_values",
    "stored_values",
]

SCHEMA_VERSION: Final = 10


class FieldType(Enum):
    """The type of an article's field."""

    TEXT = auto()  # paragraphs
    LINE = auto()
    LINES = auto()  # a tuple of lines
    MOMENT = auto()  # a datetime with a time zone, or None
    FLAG = auto()
    STATUS = auto()  # an ArticleStatus
    DATE_QUALITY = auto()  # a DateQuality


class ReadFrom(Enum):
    """Origin of a field's value when an article is read."""

    RECORD = auto()  # the record's value, cleaned by its type; a line may be inherited from a folder
    RULE = auto()  # the record's value, by a rule of this field (ingest/cleaning/record.py)
    OWN_RECORD = auto()  # like RULE, but only from records that the program wrote
    COMPUTED = auto()  # never from a record
    INDEXING = auto()  # added while indexing: an article as it is read has none, so no digest counts it


@dataclass(frozen=True, slots=True)
class ArticleField:
    """A row: the field's name in records, stored forms and JSON, its type and its properties.

    ``attribute`` is its name in :class:`~searchapp.model.Article`. A ``required`` field is written into records even
    when it is empty. ``in_hit`` puts it into a hit's JSON. ``synonyms`` are other names of it in exports and tables,
    without accents, separated by spaces.
    """

    name: str
    type: FieldType
    read_from: ReadFrom = ReadFrom.RECORD
    attribute: str = ""
    required: bool = False
    in_hit: bool = False
    synonyms: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "attribute", self.attribute or self.name)


# In the order of records and of JSON. The "url" of a hit is the address of its page, which output/ adds.
ARTICLE_FIELDS: Final = (
    ArticleField("id", FieldType.LINE, ReadFrom.RULE, required=True, synonyms="identifiant guid uid"),
    ArticleField(
        "title",
        FieldType.LINE,
        ReadFrom.RULE,
        required=True,
        in_hit=True,
        synonyms="titre headline titre-article",
    ),
    ArticleField(
        "lead",
        FieldType.TEXT,
        ReadFrom.RULE,
        synonyms="chapo chapeau standfirst description summary resume accroche",
    ),
    ArticleField(
        "text",
        FieldType.TEXT,
        ReadFrom.RULE,
        required=True,
        synonyms="texte content contenu body corps article article-body",
    ),
    ArticleField(
        "date",
        FieldType.MOMENT,
        ReadFrom.RULE,
        in_hit=True,
        synonyms="published date-published published-at publication-date pubdate date-publication date-de-publication "
        "publie-le",
    ),
    ArticleField(
        "source",
        FieldType.LINE,
        ReadFrom.RULE,
        in_hit=True,
        synonyms="journal publisher editeur media site newspaper titre-de-presse",
    ),
    ArticleField("section", FieldType.LINE, in_hit=True, synonyms="rubrique category categorie"),
    ArticleField(
        "author",
        FieldType.LINES,
        ReadFrom.RULE,
        attribute="authors",
        in_hit=True,
        synonyms="auteur auteurs authors byline signature journaliste",
    ),
    ArticleField("url", FieldType.LINE, ReadFrom.RULE, synonyms="lien link adresse permalink"),
    ArticleField("language", FieldType.LINE, ReadFrom.RULE, synonyms="langue lang"),
    ArticleField("tags", FieldType.LINES, synonyms="mots-cles keywords etiquettes"),
    ArticleField("status", FieldType.STATUS, ReadFrom.RULE, in_hit=True, synonyms="statut"),
    ArticleField(
        "modified",
        FieldType.MOMENT,
        ReadFrom.RULE,
        in_hit=True,
        synonyms="updated updated-at modified-at date-modified datemodified lastmod last-modified modifie-le "
        "corrige-le mis-a-jour-le mise-a-jour date-de-modification date-modification maj",
    ),
    ArticleField(
        "embargo", FieldType.MOMENT, ReadFrom.RULE, synonyms="embargoed embargo-jusqu-au sous-embargo-jusqu-au"
    ),
    ArticleField("date_quality", FieldType.DATE_QUALITY, ReadFrom.COMPUTED),
    ArticleField("stub", FieldType.FLAG, ReadFrom.OWN_RECORD),
    ArticleField("repairs", FieldType.LINES, ReadFrom.COMPUTED),
    ArticleField("person", FieldType.LINES, ReadFrom.INDEXING, attribute="people"),
    ArticleField("organisation", FieldType.LINES, ReadFrom.INDEXING, attribute="organisations"),
    ArticleField("place", FieldType.LINES, ReadFrom.INDEXING, attribute="places"),
)


def _stored_order() -> tuple[ArticleField, ...]:
    rows = list(ARTICLE_FIELDS)
    names = [row.name for row in rows]
    modified = rows.pop(names.index("modified"))
    rows.insert(names.index("date") + 1, modified)
    return tuple(rows)


STORED_FIELDS: Final = _stored_order()
"""The rows in the order of stored forms and digests: "modified" follows "date". In another order every article would
count as changed."""
stored_values: Final[Callable[[Any], tuple[Any, ...]]] = attrgetter(*(row.attribute for row in STORED_FIELDS))
"""Article -> its values in that order."""
digested_values: Final[Callable[[Any], tuple[Any, ...]]] = attrgetter(
    *(row.attribute for row in STORED_FIELDS if row.read_from is not ReadFrom.INDEXING)
)
"""Article -> its values as it was read, in that order."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A row: values by which searches are filtered and which are counted.

    ``field`` is its name in the index, in addresses and in JSON; ``attribute`` is that in the article, with one value
    or several (the year is that of the date); ``label`` is that on pages, ``all_label`` the link to all its values.
    Pages show facets by rising ``position``. ``browse`` is the heading of its values on the home page, None for a facet
    that is not listed there.
    """

    field: str
    attribute: str
    label: Message
    all_label: Message
    position: int
    browse: Message | None = None


TAG: Final = "tag"
YEAR: Final = "year"
LANGUAGE: Final = "language"
ID: Final = "id"

FACETS: Final = (
    Facet("source", "source", Message("Source"), Message("All sources"), 2, Message("By source")),
    Facet("section", "section", Message("Section"), Message("All sections"), 1, Message("By section")),
    Facet("author", "authors", Message("Author"), Message("All authors"), 3),
    Facet(TAG, "tags", Message("Tag"), Message("All tags"), 4),
    Facet(YEAR, "date", Message("Year"), Message("All years"), 8),
    Facet(LANGUAGE, "language", Message("Language"), Message("All languages"), 9),
    Facet("person", "people", Message("Person"), Message("All people"), 5),
    Facet("organisation", "organisations", Message("Organisation"), Message("All organisations"), 6),
    Facet("place", "places", Message("Place"), Message("All places"), 7),
)

PARTS: Final = ("title", "lead", "text")

# Stems of all parts. BM25 of the candidates is computed on this field, so a word costs one posting list.
STEMS: Final = "stems"
# Part -> field of its folded words with positions.
WORDS: Final = {part: f"{part}_words" for part in PARTS}
# Part -> field of its exact forms, accents kept.
EXACT: Final = {part: f"{part}_exact" for part in PARTS}

FACET_FIELDS: Final = tuple(facet.field for facet in FACETS)
# Facet -> field of the keys of its values.
FACET_KEYS: Final = {name: f"{name}_key" for name in FACET_FIELDS}
# Field of values as they are written -> attribute of the article. A year is written in one way only.
VALUE_ATTRIBUTES: Final = {ID: "id", **{facet.field: facet.attribute for facet in FACETS if facet.field != YEAR}}
VALUE_FIELDS: Final = (*VALUE_ATTRIBUTES, *FACET_KEYS.values())


def canonical_id(text: str) -> str:
    """Return the stored form of an id: NFC, since keyboards and systems encode accents differently."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def article_key(article_id: str) -> int:
    """Return the key of an article, by which a generation's groups refer to it: 63 bits of a digest of its id."""
    digest = hashlib.blake2b(article_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
