"""The folder of an index, for reading: its generations, which one is published, and which are intact."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from searchapp.errors import (
    GenerationMissing,
    IndexDamaged,
    IndexInaccessible,
    IndexMissing,
    IndexOfOtherVersion,
    SearchappError,
    system_reason,
)
from searchapp.i18n import Message
from searchapp.indexing import manifest as manifests
from searchapp.indexing.damage import Damage, marked_files, missing_or_resized, unlike_digests, unreadable
from searchapp.indexing.generation_layout import CHECKPOINT, CURRENT, MANIFEST
from searchapp.indexing.manifest import Manifest
from searchapp.indexing.signing_key import derived_key, read_signing_key
from searchapp.indexing.withdrawn import WITHDRAWN, Withdrawn, read_withdrawn
from searchapp.schema import SCHEMA_VERSION

__all__ = ["GENERATION_NAME", "GenerationFolder"]

GENERATION_NAME: Final = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{4}")
"""The moment of making, in UTC, and four random digits."""
_NO_ACCESS: Final = (errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)
# An error lists this many damaged files.
_MAX_LISTED: Final = 5


class GenerationFolder:
    """The generations in one folder, read only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> str:
        """Return the name of the published generation.

        Raises IndexMissing when there is none, IndexDamaged when the pointer is lost or cannot be read, and
        IndexInaccessible when the system denies access.
        """
        try:
            name = (self.folder / CURRENT).read_text("ascii").strip()
        except OSError as error:
            raise self._without_pointer(error) from error
        except ValueError as error:
            raise IndexDamaged(CURRENT) from error
        if not GENERATION_NAME.fullmatch(name):
            raise IndexDamaged(CURRENT)
        return name

    def _without_pointer(self, error: OSError) -> SearchappError:
        """Return the error for a pointer that cannot be read. It is written by the last step of publishing."""
        try:
            if self.names():
                return IndexDamaged(CURRENT)
        except OSError as denied:  # a folder in the index may not be listed
            error = denied
        if isinstance(error, FileNotFoundError):
            return IndexMissing()
        return IndexInaccessible(system_reason(error)) if error.errno in _NO_ACCESS else IndexDamaged(CURRENT)

    def current_or_none(self) -> str | None:
        """Return the name of the published generation; None when there is none or the pointer cannot be read."""
        try:
            return self.current()
        except (IndexMissing, IndexDamaged):
            return None

    def names(self) -> list[str]:
        """Return the complete generations, in the order of making."""
        folders = (path.parent.name for path in self.folder.glob(f"*/{MANIFEST}"))
        return sorted(name for name in folders if GENERATION_NAME.fullmatch(name))

    def started(self) -> list[str]:
        """Return all generations, complete or not."""
        return [path.name for path in self.folder.glob("*") if GENERATION_NAME.fullmatch(path.name)]

    def unfinished(self) -> Path | None:
        """Return the folder of the latest interrupted build that has a checkpoint, if there is one."""
        incomplete = set(self.started()) - set(self.names())
        resumable = [name for name in incomplete if self.holds(name, CHECKPOINT)]
        return self.path(max(resumable)) if resumable else None

    def previous(self, generation: str) -> str:
        """Return the generation made before ``generation``; raises GenerationMissing when none is kept."""
        earlier = [name for name in self.names() if name < generation]
        if not earlier:
            raise GenerationMissing.earlier()
        return earlier[-1]

    # One generation

    def path(self, generation: str) -> Path:
        """Return the folder of a generation."""
        return self.folder / generation

    def holds(self, generation: str, file: str) -> bool:
        """Return whether a generation has ``file``, and the system allows us to see it."""
        try:
            return (self.path(generation) / file).is_file()
        except OSError:
            return False

    def manifest(self, generation: str) -> Manifest:
        """Return the manifest of a generation; raises IndexDamaged when it is missing or not as it was written."""
        try:
            return manifests.from_text((self.path(generation) / MANIFEST).read_text("utf-8"))
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise IndexDamaged(generation) from error

    def signing_key(self, generation: str) -> bytes:
        """Return the key that signs the cursors of a generation; raises IndexDamaged without key and manifest."""
        try:
            return read_signing_key(self.folder) or derived_key((self.path(generation) / MANIFEST).read_bytes())
        except OSError as error:
            raise IndexDamaged(generation) from error

    def size(self, generation: str) -> int:
        """Return the bytes of all files of a generation; a file that two generations share counts in both."""
        return sum(path.stat().st_size for path in self.path(generation).rglob("*") if path.is_file())

    # Withdrawn articles

    def withdrawn(self) -> Withdrawn:
        """Return the ids withdrawn when a generation was last published; raises IndexDamaged."""
        return read_withdrawn(self.folder)

    def withdrawn_version(self) -> str:
        """Return a text that changes whenever the list of withdrawn ids is written; "" without one."""
        try:
            status = (self.folder / WITHDRAWN).stat()
        except OSError:
            return ""
        return f"{status.st_ino}-{status.st_mtime_ns}"

    # Integrity

    def quick_check(self, generation: str) -> list[Damage]:
        """Return the damages that file sizes and the mark of an earlier check show; no file is read."""
        path = self.path(generation)
        try:
            manifest = self.manifest(generation)
        except IndexDamaged as error:
            return [_manifest_damage(error)]
        marked = marked_files(path)
        if marked is not None:
            reason = Message("it is known to be damaged")
            return [Damage(name, reason) for name in marked or (MANIFEST,)]
        misnamed = Damage(MANIFEST, Message("it is that of another generation"))
        return [misnamed] * (manifest.generation != generation) + list(missing_or_resized(path, manifest.files))

    def is_marked(self, generation: str) -> bool:
        """Return whether some process found a generation damaged."""
        return marked_files(self.path(generation)) is not None

    def is_intact(self, generation: str) -> bool:
        """Return whether the quick check finds no damage: fast enough for each opening of a generation."""
        return not self.quick_check(generation)

    def latest_intact(self) -> str | None:
        """Return the generation to answer from: the current one, or the latest intact one before it."""
        return next(self.candidates(), None)

    def candidates(self) -> Iterator[str]:
        """Yield the intact generations, best first: the current one, then the earlier ones.

        When the pointer cannot be read, or its generation is missing, all of them. Raises IndexMissing.
        """
        try:
            current = self.current()
        except IndexDamaged:
            current = ""
        names = self.names()
        latest = current if self.path(current).is_dir() and current else max(names, default="")
        for name in sorted({*names, latest} - {""}, reverse=True):
            if name <= latest and self.is_intact(name):
                yield name

    def failure(self, generation: str) -> SearchappError:
        """Return the error of a generation that cannot be opened, or of a pointer without a generation (CURRENT).

        IndexInaccessible when permission is missing: a file that we may not read need not be damaged. Nor need a
        generation of another schema, whose files have their sizes: IndexOfOtherVersion.
        """
        path = self.path(generation)
        folders = [entry for entry in self.folder.glob("*") if GENERATION_NAME.fullmatch(entry.name)]
        paths = [self.folder, self.folder / CURRENT, path, *path.rglob("*"), *folders]
        if any(map(_is_denied, [*paths, *(folder / MANIFEST for folder in folders)])):
            return IndexInaccessible(Message("there is no permission"))
        damages = self.quick_check(generation) if generation != CURRENT else []
        if generation != CURRENT and not damages:
            schema = self.manifest(generation).schema
            if schema != SCHEMA_VERSION:
                return IndexOfOtherVersion(generation, schema, SCHEMA_VERSION)
        return IndexDamaged(generation, [damage.message() for damage in damages[:_MAX_LISTED]])

    def verify(
        self, generation: str, on_read: Callable[[int], None] = lambda size: None, *, from_disk: bool = False
    ) -> list[Damage]:
        """Read all files of a generation and return those that are not as they were written.

        ``on_read`` gets the number of bytes of each block read. ``from_disk`` bypasses the memory of the system.
        """
        path = self.path(generation)
        try:
            files = self.manifest(generation).files
        except IndexDamaged as error:
            return [_manifest_damage(error)]
        damages = list(missing_or_resized(path, files))
        damaged = {damage.file for damage in damages}
        rest = {name: size_and_digest for name, size_and_digest in files.items() if name not in damaged}
        return damages + list(unlike_digests(path, rest, on_read, from_disk=from_disk))


def _manifest_damage(error: IndexDamaged) -> Damage:
    cause = error.__cause__
    if isinstance(cause, FileNotFoundError):
        return Damage(MANIFEST, Message("it is missing"))
    if isinstance(cause, OSError):
        return unreadable(MANIFEST, cause)
    return Damage(MANIFEST, Message("its content differs from its digest"))


def _is_denied(path: Path) -> bool:
    """Return whether a file or folder exists and the system denies reading it."""
    try:
        if path.is_dir():
            os.scandir(path).close()
        else:
            path.open("rb").close()
    except PermissionError:
        return True
    except OSError:
        return False
    return False
