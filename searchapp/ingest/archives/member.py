"""A member of a ZIP or tar archive: it is read as if it lay in the corpus, under the archive's name.

No file is ever written by a member's name, so no name can leave the archive; one that tries to, and every link, is a
reject.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.reader_protocol import SiblingFiles

__all__ = ["Member", "is_ignored", "member_problem", "stored_name"]

_IGNORED: Final = (".*", "README*", "LICENSE*", "__MACOSX")
_LEADS_OUT: Final = re.compile(r"^/|^[a-zA-Z]:|\\|(?:^|/)\.\.(?:/|$)|[\0-\x1f]")


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside an archive; read ``stream`` before asking for the next member.

    ``siblings`` are the other files, where the archive is seekable.
    """

    name: str
    stream: io.BufferedReader | None
    problem: Message | None = None
    siblings: SiblingFiles | None = None


def is_ignored(name: str) -> bool:
    """Return whether the member ``name`` is skipped, as it would be in a folder."""
    parts = [part for part in name.split("/") if part not in (".", "..")]
    return any(fnmatchcase(part, pattern) for part in parts for pattern in _IGNORED)


def member_problem(name: str, *, link: bool) -> Message | None:
    """Return the reason why the member ``name`` is not read, None when it is; ``link``: it is a link."""
    if _LEADS_OUT.search(name):
        return Message("its name leads out of the archive")
    return Message("it is a link, which is not followed inside an archive") if link else None


def stored_name(name: str) -> str:
    """Return ``name`` without the ``./`` that an archive of a whole folder puts before its files."""
    return name.removeprefix("./")
