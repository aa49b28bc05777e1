"""The folder of generations: building, publishing, pruning, and the lock that keeps writers apart."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from searchapp.errors import IndexDamaged, IndexLocked, IndexMissing
from searchapp.i18n import Message

__all__ = ["CHECKPOINT", "Generations", "Manifest", "digest_of", "sync", "write_durably"]

_CURRENT: Final = "CURRENT"
_LOCK: Final = "LOCK"
_HOLDER: Final = "LOCK.holder"
_MANIFEST: Final = "manifest.json"
_WITHDRAWN: Final = "WITHDRAWN"
CHECKPOINT: Final = "CHECKPOINT"
"""Names, in the folder of an unfinished generation, the state from which its rebuild goes on."""
_KEPT: Final = 2
"""The published generation and the one before, which readers may still be using."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds and what it was made with. ``created`` is UTC, ISO 8601; ``seconds`` took to build.

    ``base`` is the generation that it grew out of, "" when everything was indexed anew; ``added``, ``changed`` and
    ``removed`` count the articles that differ from the generation published before. ``files`` gives for each file but
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
    base: str = ""
    added: int = 0
    changed: int = 0
    removed: int = 0
    withdrawn: int = 0
    duplicates: int = 0
    files: Mapping[str, tuple[int, str]] = field(default_factory=dict)


class Generations:
    """The generations under one index folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> str:
        """Return the name of the published generation; raises IndexMissing when there is none."""
        try:
            return (self.folder / _CURRENT).read_text("ascii").strip()
        except (FileNotFoundError, NotADirectoryError):
            raise IndexMissing from None

    def path(self, generation: str) -> Path:
        """Return the folder of a generation; the engine's files lie in its ``engine`` folder."""
        return self.folder / generation

    def manifest(self, generation: str) -> Manifest:
        """Return the manifest of a generation; raises IndexDamaged when it is missing or cannot be read."""
        try:
            values = json.loads((self.path(generation) / _MANIFEST).read_text("utf-8"))
            files = {name: (int(size), str(digest)) for name, (size, digest) in values.pop("files", {}).items()}
            return Manifest(**values, files=files)
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise IndexDamaged(generation) from error

    def size(self, generation: str) -> int:
        """Return the bytes that the files of a generation take."""
        return sum(path.stat().st_size for path in self.path(generation).rglob("*") if path.is_file())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the only right to write; raises IndexLocked, naming the holder, when another process has it.

        The lock is the operating system's: it is free the moment its holder ends, however it ends.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / _LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise IndexLocked(self._locked_message()) from None
        holder = self.folder / _HOLDER
        try:
            holder.write_text(json.dumps({"pid": os.getpid(), "since": _now()}), "utf-8")
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

    @contextmanager
    def building(self, unfinished: Path | None = None, *, resume: bool = False) -> Iterator[Path]:
        """Give the folder of a new generation; with ``resume``, that of ``unfinished``, which else is left alone.

        If the block fails, the folder is removed again unless it has a checkpoint to go on from; a full disk
        needs the room, so then it goes in any case. Needs the lock.
        """
        self._remove_unfinished(but=unfinished)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(2)}"
        path = unfinished if resume and unfinished else self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        try:
            yield path
        except BaseException as error:
            if isinstance(error, OSError) or not (path / CHECKPOINT).is_file():
                shutil.rmtree(path, ignore_errors=True)
            raise

    def unfinished(self) -> Path | None:
        """Return the folder of the latest build that was interrupted after a checkpoint, if there is one."""
        whole = set(self._names())
        found = sorted(path.parent for path in self.folder.glob(f"*/{CHECKPOINT}") if path.parent.name not in whole)
        return found[-1] if found else None

    def publish(self, manifest: Manifest, withdrawn: Iterable[str] = ()) -> None:
        """Make a built generation durable and current, in that order, then prune. Needs the lock.

        ``withdrawn`` are the ids of articles that must not be shown from any generation, older ones included.
        """
        path = self.path(manifest.generation)
        manifest = replace(manifest, files=dict(self._sums(path, manifest.base)))
        write_durably(path / _MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1) + "\n")
        for part in (*path.rglob("*"), path, self.folder):
            sync(part)
        lines = (json.dumps(entry, ensure_ascii=False) for entry in (manifest.generation, *withdrawn))
        write_durably(self.folder / _WITHDRAWN, "\n".join(lines) + "\n")
        write_durably(self.folder / _CURRENT, manifest.generation + "\n")
        self._prune()

    def _sums(self, path: Path, base: str) -> Iterator[tuple[str, tuple[int, str]]]:
        """Yield the name, size and digest of each file; one shared with ``base`` has the digest that it had there."""
        known = self.manifest(base).files if base else {}
        for file in sorted(path.rglob("*")):
            if file.is_file():
                name = file.relative_to(path).as_posix()
                shared = name in known and file.samefile(self.path(base) / name)
                yield name, (file.stat().st_size, known[name][1] if shared else digest_of(file))

    def _prune(self) -> None:
        others = [name for name in self._names() if name != self.current()]
        for name in others[: 1 - _KEPT]:
            shutil.rmtree(self.path(name), ignore_errors=True)

    def _names(self) -> list[str]:
        """Return the whole generations, oldest first."""
        return sorted(path.parent.name for path in self.folder.glob(f"*/{_MANIFEST}"))

    def _remove_unfinished(self, but: Path | None) -> None:
        """Remove what killed builds left, ``but`` one: we hold the lock, so nobody is building there."""
        whole = set(self._names())
        for path in self.folder.glob("????????T??????.??????Z-????"):
            if path.is_dir() and path != but and path.name not in whole:
                shutil.rmtree(path, ignore_errors=True)

    def _locked_message(self) -> Message:
        try:
            holder: dict[str, Any] = json.loads((self.folder / _HOLDER).read_text("utf-8"))
            return Message(
                "Another reindex is running (process {pid}, since {since}). Wait for it to end, then run this again.",
                pid=holder["pid"],
                since=holder["since"],
            )
        except (OSError, ValueError, KeyError):
            return Message("Another reindex is running. Wait for it to end, then run this again.")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def digest_of(path: Path) -> str:
    """Return the BLAKE2b digest of a file's content, 128 bits in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def write_durably(path: Path, text: str) -> None:
    """Replace a small file in one step: readers see the old text or the new one, also after a power cut."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Ask the operating system to put a file's or folder's content on the disk."""
    if path.is_dir() and os.name == "nt":  # Windows cannot open folders
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
