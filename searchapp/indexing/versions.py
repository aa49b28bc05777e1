"""Versions of an article: their digest, and the one that counts when the corpus holds several under one id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from searchapp.model import Article
from searchapp.schema import digested_values

__all__ = ["Resolution", "Version", "digest_of_article", "resolve"]


def digest_of_article(article: Article) -> bytes:
    """Return 128 bits that differ when any field of ``article`` does, names recognized in it left out."""
    texts = ("\2".join(value) if isinstance(value, tuple) else str(value) for value in digested_values(article))
    return blake2b("\1".join(texts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Version:
    """An article as one unit of the corpus has it.

    ``unit`` is the unit's number, ``place`` the number of the entry in it, from 0. ``moment`` is that of this version,
    or of the article's publication, in seconds since 1970; None without a date. ``repeated``: the same article stands
    earlier in the corpus under another id.
    """

    unit: int
    place: int
    digest: bytes
    moment: float | None
    withdrawn: bool
    from_journal: bool
    repeated: bool


@dataclass(frozen=True, slots=True)
class Resolution:
    """The version to show, None for an article that is not shown. ``corrects``: it corrects an earlier version."""

    version: Version | None
    withdrawn: bool = False
    corrects: bool = False


def resolve(versions: Sequence[Version]) -> Resolution:
    """Return the resolution of ``versions``, which come in the order of reading.

    The journal's last entry wins over files. Among files a withdrawal is final, whatever else they hold; otherwise the
    latest version counts (of equally late ones, the last read). A repeat of an article with another id is not shown.
    """
    journal_versions = [version for version in versions if version.from_journal]
    if journal_versions:
        last = journal_versions[-1]
        return Resolution(None, withdrawn=True) if last.withdrawn else Resolution(last)
    if any(version.withdrawn for version in versions):
        return Resolution(None, withdrawn=True)
    originals = [version for version in versions if not version.repeated]
    if not originals:
        return Resolution(None)
    latest, *others = originals
    for version in others:
        if latest.moment is None or (version.moment is not None and version.moment >= latest.moment):
            latest = version
    return Resolution(latest, corrects=any(_is_earlier(version, latest) for version in originals))


def _is_earlier(version: Version, latest: Version) -> bool:
    return version.moment is not None and latest.moment is not None and version.moment < latest.moment
