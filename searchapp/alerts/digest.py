"""A digest: the new articles of one saved search, for one channel."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date

from searchapp.i18n import Message, Translate, translations, translator
from searchapp.model import Article
from searchapp.output.answer_json import article_path
from searchapp.output.timestamps import rfc3339

__all__ = ["DeliveryError", "Digest", "Masthead", "digest_id", "json_text", "plain_text", "subject"]

_LONGEST_SUMMARY: Final = 240


class DeliveryError(Exception):
    """A digest could not be delivered, and is tried again; ``message`` has the reason for people.

    ``is_down``: the mailer or receiver itself does not answer, so that no other digest would reach it either.
    """

    def __init__(self, message: Message, *, is_down: bool = False) -> None:
        super().__init__(message.text)
        self.message = message
        self.is_down = is_down

    def __str__(self) -> str:
        return self.message.render()


@dataclass(frozen=True, slots=True)
class Masthead:
    """The site as digests name it: its name, its address without a final slash, language and time zone."""

    site: str
    address: str
    language: str
    timezone: ZoneInfo

    @property
    def translate(self) -> Translate:
        """Translates program text into the language."""
        return translator(self.language)

    def link(self, article: Article) -> str:
        """Return the absolute address of an article's page."""
        return self.address + article_path(article.id)


@dataclass(frozen=True, slots=True)
class Digest:
    """New articles for the saved search ``name``, and its query. ``id`` is the same at each attempt."""

    id: str
    name: str
    query: str
    articles: Sequence[Article]


def digest_id(name: str, channel: str, number: int, articles: Iterable[str]) -> str:
    """Return the id of a digest: of the ids of its articles, and the ``number`` of its first match."""
    text = json.dumps([name, channel, number, *articles])
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def subject(digest: Digest, masthead: Masthead) -> str:
    """Return one line: site, alert and number of articles."""
    return f"[{masthead.site}] {digest.name} – {_counted(digest, masthead)}"


def plain_text(digest: Digest, masthead: Masthead) -> str:
    """Return the digest as plain text in the language of the site."""
    head = _counted(digest, masthead) + (f" – {digest.query}" if digest.query else "")
    stop = Message("To stop this alert: searchapp alerts remove {name}", name=digest.name).render(masthead.translate)
    entries = (_entry(number, article, masthead) for number, article in enumerate(digest.articles, 1))
    return "\n\n".join((head, *entries, f"-- \n{masthead.site} · {stop}")) + "\n"


def json_text(digest: Digest, masthead: Masthead) -> bytes:
    """Return the digest as JSON, as a webhook gets it."""
    articles = [
        {
            "id": article.id,
            "title": article.title,
            "lead": article.lead,
            "date": rfc3339(article.date.astimezone(masthead.timezone)) if article.date else None,
            "source": article.source,
            "section": article.section,
            "status": article.status.value,
            "url": masthead.link(article),
        }
        for article in digest.articles
    ]
    answer = {"id": digest.id, "alert": digest.name, "query": digest.query, "articles": articles}
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")


def _counted(digest: Digest, masthead: Masthead) -> str:
    ngettext, count = translations(masthead.language).ngettext, len(digest.articles)
    return ngettext("{count} new article", "{count} new articles", count).format(count=count)


def _entry(number: int, article: Article, masthead: Masthead) -> str:
    date = article.date.astimezone(masthead.timezone) if article.date else None
    day = format_date(date, "long", locale=masthead.language) if date else ""
    facts = " · ".join(filter(None, (article.source, article.section, day)))
    summary = " ".join((article.lead or article.text[: 2 * _LONGEST_SUMMARY]).split())
    if len(summary) > _LONGEST_SUMMARY:
        summary = summary[:_LONGEST_SUMMARY].rpartition(" ")[0] + " …"
    lines = (facts, summary, masthead.link(article))
    return "\n".join((f"{number}. {' '.join(article.title.split())}", *(f"   {line}" for line in lines if line)))
