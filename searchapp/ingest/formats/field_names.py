"""Names of fields: the synonyms of exports, tables and French authors for the names of a JSON Lines record."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.normalize import unaccented
from searchapp.schema import ARTICLE_FIELDS, ReadFrom

__all__ = ["FIELDS", "LONGEST_NAME", "WRITTEN_FIELDS", "field_name", "no_such_field", "ranked_field"]

_GIVEN: Final = [row for row in ARTICLE_FIELDS if row.read_from in (ReadFrom.RECORD, ReadFrom.RULE)]
FIELDS: Final = tuple(row.name for row in sorted(_GIVEN, key=lambda row: not row.required))
"""The fields of a record, required ones first."""

WRITTEN_FIELDS: Final = (*FIELDS, *(row.name for row in ARTICLE_FIELDS if row.read_from is ReadFrom.OWN_RECORD))
"""The fields of a record that is written into the journal."""

_COMPUTED: Final = tuple(row.name for row in ARTICLE_FIELDS if row.read_from in (ReadFrom.COMPUTED, ReadFrom.INDEXING))
_ANSWERED: Final = (*_COMPUTED, "links", "generation", "highlights", "spans")
"""The fields of an article's JSON that no record gives."""
LONGEST_NAME: Final = 100
"""Characters of an unknown name that a message shows."""

# What exports, crawlers, news APIs and publishing systems call the fields of a record, the better name first:
# news-please, newspaper4k, trafilatura, Readability, Goose, Fundus, Diffbot; NewsAPI, GNews, Mediastack, GDELT, Event
# Registry, Bing, the Guardian, the New York Times; WordPress, Drupal, Elasticsearch. Blanks, dashes, underscores,
# capitals and accents do not count.
_ALIASES: Final = {
    "id": "articleid entryid newsid storyid documentid docid contentid uuid urn uri _id",
    "title": "webtitle maintitle titletext articletitle newstitle posttitle hed titulo titel",
    "lead": "abstract excerpt dek deck trailtext leadparagraph introduction intro teaser shortdescription snippet"
    " metadescription soustitre subtitle",
    "text": "maintext fulltext bodytext articletext articlecontent articlehtml plaintext cleanedtext textcontent"
    " contenthtml contenttext contentxhtml bodyhtml bodyxhtml storytext postcontent paragraphs rawtext",
    "date": "datetimepub datepublish publishdate publishdatetime publishedtime publishtime webpublicationdate seendate"
    " firstpublished publishedon publishedfrom publishingdate issued datetime versioncreated firstcreated postdate"
    " created createdat datecreated",
    "source": "sitename sourcename sourcetitle sourcehostname newspapername publicationname publication outlet provider"
    " creditline",
    "agency": "sourcedomain hostname domain cleanurl sourceid",
    "section": "sectionname articlesection newsdesk topic categories",
    "author": "creator creators writer authorname reporter articleauthor",
    "url": "weburl pageurl articleurl canonicalurl canonicallink canonical originalurl externalurl shareurl",
    "language": "metalang humanlanguage inlanguage languagecode locale",
    "tags": "tag metakeywords labels",
    "modified": "datemodify modifieddate modifiedtime updatedtime lastupdated dateupdated updatedate postmodified",
}
_SEPARATORS: Final = str.maketrans("", "", "-_ .:\n\r\t")


def _ranked_names() -> dict[str, tuple[str, int]]:
    names: dict[str, tuple[str, int]] = {}
    synonyms = {row.name: row.synonyms for row in ARTICLE_FIELDS}
    for field in {**synonyms, **_ALIASES}:
        known = f"{field} {synonyms.get(field, '')} {_ALIASES.get(field, '')}"
        for rank, name in enumerate(known.split()):
            names.setdefault(name.translate(_SEPARATORS), (field, rank))
    return names


_NAMES: Final = _ranked_names()


def field_name(key: object) -> str:
    """Return the record's name for the field ``key``; an unknown one in small letters without accents."""
    known = ranked_field(str(key))
    return known[0] if known else unaccented(str(key).strip()).casefold().replace("_", "-").replace(" ", "-")


@lru_cache(4096)
def ranked_field(key: str) -> tuple[str, int] | None:
    """Return the field that ``key`` names, and how well it does (0: by its own name); None for an unknown key."""
    return _NAMES.get(unaccented(key[:LONGEST_NAME].strip()).casefold().translate(_SEPARATORS))


def no_such_field(key: str) -> Message:
    """Return the message that records have no field ``key``, with the nearest name."""
    shown = key[:LONGEST_NAME]
    if key in _ANSWERED:
        return Message("the field “{field}” is what the program found out; leave it out", field=shown)
    name = field_name(shown)
    near = [name] if name in FIELDS else get_close_matches(name, WRITTEN_FIELDS, n=1)
    if near:
        return Message("there is no field “{field}”; did you mean “{near}”?", field=shown, near=near[0])
    return Message("there is no field “{field}”; there are {fields}", field=shown, fields=", ".join(WRITTEN_FIELDS))
