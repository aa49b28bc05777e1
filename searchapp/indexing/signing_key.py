"""The signing key of cursors: one secret for all generations of an index and all processes.

Publishing a generation creates it. Readers never do: where the file is missing (an index of an earlier version, a
copied generation) or cannot be read (another user's), they derive a key from the manifest, which visitors do not see
and which is the same for all processes that read this generation.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from pathlib import Path
from typing import Final

from searchapp.indexing.durability import write_durably

__all__ = ["SIGNING_KEY", "derived_key", "make_signing_key", "read_signing_key"]

SIGNING_KEY: Final = "SIGNING_KEY"
_BYTES: Final = 32
_FORM: Final = re.compile(rb"[0-9a-f]{64}\n")


def make_signing_key(folder: Path) -> None:
    """Create the key of an index folder, durably, unless there is one that can be read. Needs the lock."""
    if read_signing_key(folder) is None:
        write_durably(folder / SIGNING_KEY, secrets.token_hex(_BYTES) + "\n", private=True)


def read_signing_key(folder: Path) -> bytes | None:
    """Return the key of an index folder, None where none can be read."""
    try:
        with (folder / SIGNING_KEY).open("rb") as file:
            text = file.read(2 * _BYTES + 2)
    except OSError:
        return None
    return bytes.fromhex(text.decode()) if _FORM.fullmatch(text) else None


def derived_key(manifest: bytes) -> bytes:
    """Return the key of a generation whose index has none that can be read."""
    return hashlib.blake2b(manifest, digest_size=_BYTES, person=b"searchapp key").digest()
