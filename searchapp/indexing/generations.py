"""The folder of generations: building, publishing, pruning, going back, and what is whole in there."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from searchapp.errors import (
    GenerationMissing,
    IndexDamaged,
    IndexInaccessible,
    IndexMissing,
    SearchappError,
    system_reason,
)
from searchapp.i18n import Message
from searchapp.indexing.damage import (
    Damage,
    marked_files,
    missing_or_resized,
    remove_mark,
    shared_files,
    unlike_digests,
    unreadable,
    write_mark,
)
from searchapp.indexing.disk_space import says_disk_full
from searchapp.indexing.durability import digest_of, sync, write_durably
from searchapp.indexing.locking import Holder, WriteLock
from searchapp.indexing.signing_key import derived_key, make_signing_key, read_signing_key
from searchapp.indexing.withdrawn import WITHDRAWN, Withdrawn, read_withdrawn, write_withdrawn

__all__ = [
    "CHECKPOINT",
    "CURRENT",
    "MANIFEST",
    "REGISTER",
    "Generations",
    "Manifest",
    "digest_of",
    "sync",
    "write_durably",
]

CURRENT: Final = "CURRENT"
MANIFEST: Final = "manifest.json"
REGISTER: Final = "register.sqlite"
"""What the corpus held, of :mod:`searchapp.indexing.index_state`, in the folder of a generation."""
# The form of a generation's name, before the random part, and how long it is.
# Ends the name of a generation that is being removed.
_DOOMED: Final = ".removed"
_FORM: Final = "%Y%m%dT%H%M%S.%fZ"
_MOMENT: Final = len("20241106T164900.000000Z")
_TICK: Final = timedelta(microseconds=1)
_NO_WAY_IN: Final = (errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)
_LISTED: Final = 5
_NAME: Final = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{4}")
# Stands in a manifest while its own digest is taken.
_NO_DIGEST: Final = "0" * 32
CHECKPOINT: Final = "CHECKPOINT"
"""Names, in the folder of an unfinished generation, the state from which its rebuild goes on."""


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

    def __init__(self, folder: Path, kept: int = 2, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """``kept`` generations stay after a publish: the new one, the one that answered before it, and older ones.

        ``clock`` tells the moment in UTC; it may be set back.
        """
        self.folder = folder
        self._kept = kept
        self._clock = clock
        self._lock = WriteLock(folder)

    def current(self) -> str:
        """Return the name of the published generation.

        Raises IndexMissing when there is none, IndexDamaged when the pointer is lost or cannot be read, and
        IndexInaccessible when the system does not let us look.
        """
        try:
            name = (self.folder / CURRENT).read_text("ascii").strip()
        except OSError as error:
            raise self._no_pointer(error) from error
        except ValueError as error:
            raise IndexDamaged(CURRENT) from error
        if not _NAME.fullmatch(name):
            raise IndexDamaged(CURRENT)
        return name

    def _no_pointer(self, error: OSError) -> SearchappError:
        if self.names():  # a pointer was there: it is moved with the last step of publishing, and never removed
            return IndexDamaged(CURRENT)
        if isinstance(error, FileNotFoundError):
            return IndexMissing()
        return IndexInaccessible(system_reason(error)) if error.errno in _NO_WAY_IN else IndexDamaged(CURRENT)

    def names(self) -> list[str]:
        """Return the generations that were completed, in the order of their making."""
        found = (path.parent.name for path in self.folder.glob(f"*/{MANIFEST}"))
        return sorted(name for name in found if _NAME.fullmatch(name))

    def started(self) -> list[str]:
        """Return the generations that were begun, completed or not."""
        return [path.name for path in self.folder.glob("*") if _NAME.fullmatch(path.name)]

    def holds(self, generation: str, file: str) -> bool:
        """Return whether a generation's folder has ``file``, as far as the system lets us look."""
        try:
            return (self.path(generation) / file).is_file()
        except OSError:
            return False

    def path(self, generation: str) -> Path:
        """Return the folder of a generation; the engine's files lie in its ``engine`` folder."""
        return self.folder / generation

    def manifest(self, generation: str) -> Manifest:
        """Return the manifest of a generation; raises IndexDamaged when it is missing or not as it was written."""
        try:
            return _read_manifest((self.path(generation) / MANIFEST).read_text("utf-8"))
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise IndexDamaged(generation) from error

    def signing_key(self, generation: str) -> bytes:
        """Return what cursors of a generation are signed with; raises IndexDamaged when its manifest is missing too."""
        try:
            return read_signing_key(self.folder) or derived_key((self.path(generation) / MANIFEST).read_bytes())
        except OSError as error:
            raise IndexDamaged(generation) from error

    def size(self, generation: str) -> int:
        """Return the bytes that the files of a generation take; files shared with another one count in both."""
        return sum(path.stat().st_size for path in self.path(generation).rglob("*") if path.is_file())

    # Writers

    @contextmanager
    def locked(self, wait: float = 0, on_wait: Callable[[Message], None] = lambda message: None) -> Iterator[None]:
        """Hold the only right to write; see :meth:`searchapp.indexing.locking.WriteLock.held`."""
        with self._lock.held(wait, on_wait):
            yield

    def holder(self) -> Holder | None:
        """Return who is writing now, if anybody is."""
        return self._lock.holder()

    @contextmanager
    def building(self, unfinished: Path | None = None, *, resume: bool = False) -> Iterator[Path]:
        """Give the folder of a new generation; with ``resume``, that of ``unfinished``, which else is left alone.

        If the block fails, the folder is removed again unless it has a checkpoint to go on from; a full disk
        needs the room, so then it goes in any case. Needs the lock.
        """
        path = self.folder / self._next_name()
        self._remove_unfinished(but=unfinished)
        self._prune_again()
        if resume and unfinished:
            unfinished.rename(path)  # others may have been published since it was begun
            sync(self.folder)
        path.mkdir(parents=True, exist_ok=True)
        try:
            yield path
        except BaseException as error:
            # What interrupts the last step of publishing must not take away what was published.
            published = self._current_or_none() == path.name
            if not published and (says_disk_full(error) or not (path / CHECKPOINT).is_file()):
                _remove(path)
            raise

    def _next_name(self) -> str:
        """Return the name of a new generation: its moment, or one after that of the latest if the clock was set back.

        The order of names is the order of making; all that falls back or goes back relies on it.
        """
        moment = self._clock()
        for name in self._known_names():
            with suppress(ValueError, OverflowError):  # no moment of any calendar, or the last one
                moment = max(moment, datetime.strptime(name[:_MOMENT], _FORM).replace(tzinfo=UTC) + _TICK)
        return f"{moment:{_FORM}}-{secrets.token_hex(2)}"

    def _known_names(self) -> Iterator[str]:
        """Yield the generations that are there or named anywhere, unfinished ones included."""
        yield from self.started()
        if current := self._current_or_none():
            yield current
        with suppress(IndexDamaged):
            yield self.withdrawn().generation

    def unfinished(self) -> Path | None:
        """Return the folder of the latest build that was interrupted after a checkpoint, if there is one."""
        incomplete = set(self.started()) - set(self.names())
        found = sorted(name for name in incomplete if self.holds(name, CHECKPOINT))
        return self.path(found[-1]) if found else None

    def publish(self, manifest: Manifest, withdrawn: Iterable[str] = ()) -> None:
        """Make a built generation durable and current, in that order, then prune. Needs the lock.

        ``withdrawn`` are the ids of articles that must not be shown from any generation, older ones included.
        """
        path, before = self.path(manifest.generation), self._current_or_none()
        manifest = replace(manifest, files=dict(self._sums(path, manifest.base)))
        for part in (*path.rglob("*"), path, self.folder):
            sync(part)
        write_durably(path / MANIFEST, _manifest_text(manifest))
        write_withdrawn(self.folder, manifest.generation, withdrawn)
        make_signing_key(self.folder)
        write_durably(self.folder / CURRENT, manifest.generation + "\n")
        self._prune(manifest.generation, before)

    def _sums(self, path: Path, base: str) -> Iterator[tuple[str, tuple[int, str]]]:
        """Yield the name, size and digest of each file; one shared with ``base`` has the digest that it had there."""
        known = self.manifest(base).files if base else {}
        for file in sorted(path.rglob("*")):
            if file.is_file() and file != path / MANIFEST:
                name = file.relative_to(path).as_posix()
                shared = name in known and file.samefile(self.path(base) / name)
                yield name, (file.stat().st_size, known[name][1] if shared else digest_of(file))

    def _prune(self, current: str, before: str | None) -> None:
        """Keep the current generation, the one that answered before it, then the latest; whole ones first."""
        others = [name for name in reversed(self.names()) if name != current]
        ranked = sorted(others, key=lambda name: (not self.is_sound(name), name != before))
        for name in ranked[self._kept - 1 :]:
            _remove(self.path(name))

    def _prune_again(self) -> None:
        """Remove what a publish left that was killed before it could prune."""
        current, names = self._current_or_none(), self.names()
        if current and len(names) > self._kept:
            self._prune(current, max((name for name in names if name < current), default=None))

    def _current_or_none(self) -> str | None:
        try:
            return self.current()
        except (IndexMissing, IndexDamaged):
            return None

    def _remove_unfinished(self, but: Path | None) -> None:
        """Remove what killed builds left, ``but`` one: we hold the lock, so nobody is building there."""
        whole = set(self.names())
        for path in self.folder.glob("????????T??????.??????Z-????"):
            if path.is_dir() and path != but and path.name not in whole:
                _remove(path)
        for path in self.folder.glob(f"????????T??????.??????Z-????{_DOOMED}"):
            shutil.rmtree(path, ignore_errors=True)

    # Going back

    def before(self, generation: str) -> str:
        """Return the generation made before ``generation``; raises GenerationMissing when none is kept."""
        earlier = [name for name in self.names() if name < generation]
        if not earlier:
            raise GenerationMissing.earlier()
        return earlier[-1]

    def make_current(self, generation: str) -> None:
        """Let a generation that is kept answer again, durably; raises GenerationMissing. Needs the lock."""
        if generation not in self.names():
            raise GenerationMissing(generation)
        write_durably(self.folder / CURRENT, generation + "\n")

    def withdrawn(self) -> Withdrawn:
        """Return the ids withdrawn when a generation was last published; raises IndexDamaged."""
        return read_withdrawn(self.folder)

    def withdrawn_version(self) -> str:
        """Return what differs whenever the list of withdrawn ids was written anew; "" when there is none."""
        try:
            status = (self.folder / WITHDRAWN).stat()
        except OSError:
            return ""
        return f"{status.st_ino}-{status.st_mtime_ns}"

    # What is whole

    def flaws(self, generation: str) -> list[Damage]:
        """Return what a look at the sizes of the files shows, and what was found wrong before: cheap."""
        path = self.path(generation)
        try:
            manifest = self.manifest(generation)
        except IndexDamaged as error:
            return [_manifest_damage(error)]
        marked = marked_files(path)
        if marked is not None:
            reason = Message("it was found damaged before")
            return [Damage(name, reason) for name in marked or (MANIFEST,)]
        named = Damage(MANIFEST, Message("it is that of another generation"))
        return [named] * (manifest.generation != generation) + list(missing_or_resized(path, manifest.files))

    def is_marked(self, generation: str) -> bool:
        """Return whether some process found a generation damaged."""
        return marked_files(self.path(generation)) is not None

    def is_sound(self, generation: str) -> bool:
        """Return whether a generation looks whole: cheap enough for each time one is opened or grown out of."""
        return not self.flaws(generation)

    def newest_sound(self) -> str | None:
        """Return the generation to answer from: the current one, or the latest before it that looks whole."""
        return next(self.candidates(), None)

    def candidates(self) -> Iterator[str]:
        """Yield the generations that look whole, best first: the current one, then those made before it.

        When the pointer cannot be read, or names none that is there, all of them. Raises IndexMissing.
        """
        try:
            current = self.current()
        except IndexDamaged:
            current = ""
        names = self.names()
        latest = current if self.path(current).is_dir() and current else max(names, default="")
        for name in sorted({*names, latest} - {""}, reverse=True):
            if name <= latest and self.is_sound(name):
                yield name

    def failure(self, generation: str) -> SearchappError:
        """Return the error of a generation that cannot be opened, or of a pointer that leads to none (CURRENT).

        IndexInaccessible when it is for want of permission: what we may not read need not be damaged.
        """
        path = self.path(generation)
        folders = [place for place in self.folder.glob("*") if _NAME.fullmatch(place.name)]
        places = [self.folder, self.folder / CURRENT, path, *path.rglob("*"), *folders]
        if any(map(_is_denied, [*places, *(folder / MANIFEST for folder in folders)])):
            return IndexInaccessible(Message("there is no permission"))
        damages = self.flaws(generation) if generation != CURRENT else []
        return IndexDamaged(generation, [damage.message() for damage in damages[:_LISTED]])

    def verify(
        self, generation: str, on_read: Callable[[int], None] = lambda size: None, *, from_disk: bool = False
    ) -> list[Damage]:
        """Read all files of a generation and return those that are not as they were written; :meth:`mark` keeps that.

        ``on_read`` is told of bytes read. ``from_disk`` does not trust what the system keeps in memory.
        """
        path = self.path(generation)
        try:
            files = self.manifest(generation).files
        except IndexDamaged as error:
            return [_manifest_damage(error)]
        found = list(missing_or_resized(path, files))
        known = {damage.file for damage in found}
        rest = {name: facts for name, facts in files.items() if name not in known}
        return found + list(unlike_digests(path, rest, on_read, from_disk=from_disk))

    def mark(self, generation: str, damages: list[Damage]) -> None:
        """Remember what :meth:`verify` found, so that all processes turn away from it at once.

        A damaged file that another generation shares damages that one too. Where the folder cannot be written, each
        process finds out by itself.
        """
        if not damages:
            remove_mark(self.path(generation))
            return
        files = [damage.file for damage in damages if not damage.denied]
        if not files:
            return
        write_mark(self.path(generation), files)
        for other in self.names():
            if other != generation and not self.is_marked(other):
                shared = shared_files(self.path(generation), self.path(other), files)
                if shared:
                    write_mark(self.path(other), shared)


def _remove(path: Path) -> None:
    """Remove a generation under another name: what a kill or a power cut leaves of it is not taken for damaged."""
    doomed = path.with_name(path.name + _DOOMED)
    try:
        path.rename(doomed)
        sync(path.parent)
    except OSError:  # some systems do not rename what is open
        doomed = path
    shutil.rmtree(doomed, ignore_errors=True)


def _manifest_text(manifest: Manifest) -> str:
    """Return a manifest as JSON with a digest of its own text, in which zeros stand in its place."""
    text = json.dumps({"digest": _NO_DIGEST, **asdict(manifest)}, ensure_ascii=False, indent=1) + "\n"
    return text.replace(_NO_DIGEST, _text_digest(text), 1)


def _read_manifest(text: str) -> Manifest:
    """Return what :func:`_manifest_text` wrote; raises what JSON of another shape raises."""
    values = json.loads(text)
    digest = values.pop("digest")
    if _text_digest(text.replace(digest, _NO_DIGEST, 1)) != digest:
        raise ValueError(digest)
    files = {name: (int(size), str(file_digest)) for name, (size, file_digest) in values.pop("files").items()}
    return Manifest(**values, files=files)


def _text_digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _manifest_damage(error: IndexDamaged) -> Damage:
    cause = error.__cause__
    if isinstance(cause, FileNotFoundError):
        return Damage(MANIFEST, Message("it is missing"))
    if isinstance(cause, OSError):
        return unreadable(MANIFEST, cause)
    return Damage(MANIFEST, Message("its content is not what was written"))


def _is_denied(path: Path) -> bool:
    """Return whether the system does not let us read a file, or list a folder, that is there."""
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
