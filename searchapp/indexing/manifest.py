"""The manifest of a generation: its content, the versions it was made with, and the digests of its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

__all__ = ["Manifest", "from_text", "to_text"]

# Stands in the text of a manifest while the digest of that text is computed.
_NO_DIGEST: Final = "0" * 32


@dataclass(frozen=True, slots=True)
class Manifest:
    """A complete generation. ``created`` is UTC, ISO 8601; ``seconds`` is the time the build took.

    ``names`` is the version of the model that recognized the names of its articles, "" when none did.
    ``base`` is the generation that it grew out of, "" after a full rebuild; ``added``, ``changed`` and ``removed``
    count the articles that differ from the generation published before. ``embargoed`` versions are held back, the first
    of them until ``next_release`` (UTC, ISO 8601; "" when none has a known moment). ``files`` gives for each file but
    this one its size in bytes and its BLAKE2b digest (128 bits, hexadecimal).
    """

    generation: str
    created: str
    seconds: float
    articles: int
    rejects: int
    engine: str
    engine_version: str
    schema: int
    analyzer: str
    timezone: str
    corpus: str
    names: str = ""
    base: str = ""
    added: int = 0
    changed: int = 0
    removed: int = 0
    withdrawn: int = 0
    duplicates: int = 0
    embargoed: int = 0
    next_release: str = ""
    files: Mapping[str, tuple[int, str]] = field(default_factory=dict)


def to_text(manifest: Manifest) -> str:
    """Return a manifest as JSON with a digest of that text, computed with zeros in place of the digest."""
    text = json.dumps({"digest": _NO_DIGEST, **asdict(manifest)}, ensure_ascii=False, indent=1) + "\n"
    return text.replace(_NO_DIGEST, _digest_of_text(text), 1)


def from_text(text: str) -> Manifest:
    """Return the manifest that :func:`to_text` was given.

    Raises ValueError, LookupError, TypeError or AttributeError for other text.
    """
    values = json.loads(text)
    digest = values.pop("digest")
    if _digest_of_text(text.replace(digest, _NO_DIGEST, 1)) != digest:
        raise ValueError(digest)
    files = {name: (int(size), str(file_digest)) for name, (size, file_digest) in values.pop("files").items()}
    return Manifest(**values, files=files)


def _digest_of_text(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
