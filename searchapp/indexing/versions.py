"""Which version of an article counts, when the corpus holds several under one id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Verdict", "Version", "judge"]


@dataclass(frozen=True, slots=True)
class Version:
    """What is known of an article as one place of the corpus has it.

    ``unit`` and ``place`` say where: the unit's number, and which of its entries from 0. ``moment`` is that of this
    version, or of the article's publication, in seconds since 1970; None without a date. ``repeated``: the same article
    stands earlier in the corpus under another id.
    """

    unit: int
    place: int
    digest: bytes
    moment: float | None
    withdrawn: bool
    overrules: bool
    repeated: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """The version to show, None for an article that is not to be shown; whether it corrects an earlier one."""

    version: Version | None
    withdrawn: bool = False
    corrects: bool = False


def judge(versions: Sequence[Version]) -> Verdict:
    """Return what counts of ``versions``, which come in the order of reading.

    The journal's last word overrules files. Among files a withdrawal counts for good, whatever else they hold; else the
    latest version does (of equally late ones, the last read). A repeat of an article with another id is not shown.
    """
    said = [version for version in versions if version.overrules]
    if said:
        return Verdict(None, withdrawn=True) if said[-1].withdrawn else Verdict(said[-1])
    if any(version.withdrawn for version in versions):
        return Verdict(None, withdrawn=True)
    first = [version for version in versions if not version.repeated]
    if not first:
        return Verdict(None)
    latest, *others = first
    for version in others:
        if latest.moment is None or (version.moment is not None and version.moment >= latest.moment):
            latest = version
    return Verdict(latest, corrects=any(_earlier(version, latest) for version in first))


def _earlier(version: Version, latest: Version) -> bool:
    return version.moment is not None and latest.moment is not None and version.moment < latest.moment
