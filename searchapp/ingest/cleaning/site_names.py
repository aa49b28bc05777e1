"""The name of the site in a title: « L’eau manque à l’est - Le Phare » is « L’eau manque à l’est ».

A part of a title is cut only where something else says that it is the site: its name, its domain, or a heading of the
page that goes without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from searchapp.ingest.cleaning.normalize import same_words, unaccented

__all__ = ["domain_name", "without_site_name"]

_SEPARATORS: Final = ("|", "-", "–", "—", "•", "·", "»", "::", ":", "//", "/", "›", ">")
_MAX_PARTS: Final = 3
_LONGEST_NAME: Final = 60
_ENDINGS: Final = ("fr", "com", "info", "org", "net", "be", "ch", "ca", "lu", "tv", "eu")
_ARTICLES: Final = ("le", "la", "les", "l")
_NOT_LETTERS: Final = re.compile(r"[\W_]+")
_SUBDOMAINS: Final = frozenset(("www", "m", "amp", "mobile", "actu", "news"))


def without_site_name(title: str, names: Iterable[str], heading: str = "") -> str:
    """Return ``title`` without the name of the site at its end or its beginning.

    ``names`` are those of the site and of its newspaper, "" for none; ``heading`` is that of the page.
    """
    known = {form for name in names for form in _forms(name)}
    for _ in range(_MAX_PARTS):
        shorter = next((rest for rest, part in _cuts(title) if _is_site(part, rest, known, heading)), "")
        if not shorter:
            break
        title = shorter
    return title


def domain_name(address: str) -> str:
    """Return « lemonde » of ``https://www.lemonde.fr/…``, "" for what is no address."""
    try:
        labels = (urlsplit(address).hostname or "").split(".")[:-1]
    except ValueError:
        return ""
    return next((label for label in reversed(labels) if len(label) > len("co.")), "") if labels else ""


def _cuts(title: str) -> Iterator[tuple[str, str]]:
    """Yield what remains and what is cut: the last part behind each separator, then the first one before it."""
    for sign in _SEPARATORS:
        separator = f" {sign} "
        for parts in (title.rpartition(separator), title.partition(separator)[::-1]):
            rest, part = parts[0].strip(), parts[2].strip()
            if rest and 0 < len(part) <= _LONGEST_NAME:
                yield rest, part


def _is_site(part: str, rest: str, known: set[str], heading: str) -> bool:
    return not known.isdisjoint(_forms(part)) or (bool(heading) and same_words(rest, heading))


def _forms(name: str) -> Iterator[str]:
    """Yield the letters of a name; also without an ending of domains, and without its article."""
    letters = _NOT_LETTERS.sub("", unaccented(name.casefold()))
    ended = name.casefold().rpartition(".")
    short = [letters, _NOT_LETTERS.sub("", unaccented(ended[0]))] if ended[2].strip() in _ENDINGS else [letters]
    words = _NOT_LETTERS.split(unaccented(name.casefold()).strip())
    if words[0] in _ARTICLES and len(words) > 1:
        short.append("".join(words[1:]))
    yield from filter(None, short)
