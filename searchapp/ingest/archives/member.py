"""ZIP and tar archives: each file inside is read as if it lay in the corpus, under the archive's name.

Nothing is ever unpacked by its name, so no name can lead anywhere; one that tries to, and every link, is a reject.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.reader_protocol import Beside

__all__ = ["Member", "is_left_out", "problem_of", "shown"]

_LEFT_OUT: Final = (".*", "README*", "LICENSE*", "__MACOSX")
_LEADS_OUT: Final = re.compile(r"^/|^[a-zA-Z]:|\\|(?:^|/)\.\.(?:/|$)|[\0-\x1f]")


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside an archive; ``stream`` is to be read before the next member is asked for.

    ``beside`` knows the other files, where the archive can be read to and fro.
    """

    name: str
    stream: io.BufferedReader | None
    problem: Message | None = None
    beside: Beside | None = None


def is_left_out(name: str) -> bool:
    """Return whether the file ``name`` is passed over, as it would be in a folder."""
    parts = [part for part in name.split("/") if part not in (".", "..")]
    return any(fnmatchcase(part, pattern) for part in parts for pattern in _LEFT_OUT)


def problem_of(name: str, *, link: bool) -> Message | None:
    """Return why the file ``name``, or ``link``, is not read; None when nothing is wrong with it."""
    if _LEADS_OUT.search(name):
        return Message("its name leads out of the archive")
    return Message("it is a link, which is not followed inside an archive") if link else None


def shown(name: str) -> str:
    """Return ``name`` without the ``./`` that an archive of a whole folder puts before its files."""
    return name.removeprefix("./")
