"""The folder of an index, for writing: building, publishing, pruning and going back."""

from __future__ import annotations

import json
import logging
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from searchapp.errors import EngineUnavailable, GenerationMissing, IndexDamaged
from searchapp.i18n import Message
from searchapp.indexing import manifest as manifests
from searchapp.indexing.damage import Damage, remove_mark, shared_files, write_mark
from searchapp.indexing.disk_space import is_disk_full
from searchapp.indexing.durability import digest_of, sync, write_durably
from searchapp.indexing.generation_folder import GENERATION_NAME, GenerationFolder
from searchapp.indexing.generation_layout import CHECKPOINT, CURRENT, ENGINE, MANIFEST
from searchapp.indexing.locking import Holder, WriteLock, holder_text
from searchapp.indexing.manifest import Manifest
from searchapp.indexing.signing_key import make_signing_key
from searchapp.indexing.withdrawn import write_withdrawn

if TYPE_CHECKING:
    from searchapp.engines.port import Engine

__all__ = ["Generations", "Manifest"]

_log: Final = logging.getLogger(__name__)
# Ends the name of a generation that is being removed.
_REMOVED: Final = ".removed"
# A generation's name without the random part, and the length of that.
_TIME_FORMAT: Final = "%Y%m%dT%H%M%S.%fZ"
_TIME_LENGTH: Final = len("20241106T164900.000000Z")
_TICK: Final = timedelta(microseconds=1)


class Generations(GenerationFolder):
    """The generations in one folder. The methods that write need the lock."""

    def __init__(
        self,
        folder: Path,
        kept: int = 2,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        engine_of: Callable[[str], Engine] | None = None,
    ) -> None:
        """``kept`` generations stay after a publish: the new one, the one that answered before it, and older ones.

        ``clock`` returns the moment in UTC; it may be set back. ``engine_of`` returns the engine of a name in a
        manifest, which removes its index; without it a generation is removed as a folder.
        """
        super().__init__(folder)
        self._kept = kept
        self._clock = clock
        self._engine_of = engine_of
        self._lock = WriteLock(folder)

    @contextmanager
    def locked(
        self,
        wait: float = 0,
        on_wait: Callable[[Message], None] = lambda message: None,
        engine: Engine | None = None,
    ) -> Iterator[None]:
        """Hold the write lock, and the lease of ``engine`` if it gives one.

        See :meth:`searchapp.indexing.locking.WriteLock.held`.
        """
        from searchapp.engines.port import LeasingEngine

        with self._lock.held(wait, on_wait), ExitStack() as stack:
            shared: object = engine
            if isinstance(shared, LeasingEngine):
                stack.enter_context(shared.lease(holder_text(), wait, on_wait))
            yield

    def holder(self) -> Holder | None:
        """Return the process that is writing now, if there is one."""
        return self._lock.holder()

    # Building

    @contextmanager
    def building(self, unfinished: Path | None = None, *, engine: str = "", resume: bool = False) -> Iterator[Path]:
        """Give the folder of a new generation of ``engine``.

        With ``resume`` it is that of ``unfinished``, which otherwise stays as it is. If the block fails, the folder is
        removed, unless it has a checkpoint to resume from; on a full disk it is removed in any case.
        """
        path = self.folder / self._next_name()
        self._remove_unfinished(engine, keep=unfinished)
        self._prune_again()
        if resume and unfinished:
            unfinished.rename(path)  # others may have been published since it was begun
            sync(self.folder)
        path.mkdir(parents=True, exist_ok=True)
        try:
            yield path
        except BaseException as error:
            # An interrupt during the last step of publishing must not remove the published generation.
            published = self.current_or_none() == path.name
            if not published and (is_disk_full(error) or not (path / CHECKPOINT).is_file()):
                self._remove(path, engine)
            raise

    def now(self) -> datetime:
        """Return the moment in UTC."""
        return self._clock()

    def _next_name(self) -> str:
        """Return the name of a new generation: its moment, or one after the latest if the clock was set back.

        The order of names is the order of making; falling back and going back rely on it.
        """
        moment = self._clock()
        for name in self._known_names():
            with suppress(ValueError, OverflowError):  # no moment of any calendar, or the last one
                known = datetime.strptime(name[:_TIME_LENGTH], _TIME_FORMAT).replace(tzinfo=UTC)
                moment = max(moment, known + _TICK)
        return f"{moment:{_TIME_FORMAT}}-{secrets.token_hex(2)}"

    def _known_names(self) -> Iterator[str]:
        """Yield the generations that exist or are named anywhere, unfinished ones included."""
        yield from self.started()
        if current := self.current_or_none():
            yield current
        with suppress(IndexDamaged):
            yield self.withdrawn().generation

    # Publishing

    def publish(self, manifest: Manifest, withdrawn: Iterable[str] = ()) -> None:
        """Make a built generation durable and current, in that order, then prune.

        ``withdrawn`` are the ids of articles that must not be shown from any generation, older ones included.
        """
        path, before = self.path(manifest.generation), self.current_or_none()
        self._publish_index(path, manifest.engine)
        manifest = replace(manifest, files=dict(self._sizes_and_digests(path, manifest.base)))
        for part in (*path.rglob("*"), path, self.folder):
            sync(part)
        write_durably(path / MANIFEST, manifests.to_text(manifest))
        write_withdrawn(self.folder, manifest.generation, withdrawn)
        make_signing_key(self.folder)
        write_durably(self.folder / CURRENT, manifest.generation + "\n")
        self._prune(manifest.generation, before)

    def _sizes_and_digests(self, path: Path, base: str) -> Iterator[tuple[str, tuple[int, str]]]:
        """Yield the name, size and digest of each file; a file shared with ``base`` keeps its digest."""
        known = self.manifest(base).files if base else {}
        for file in sorted(path.rglob("*")):
            if file.is_file() and file != path / MANIFEST:
                name = file.relative_to(path).as_posix()
                shared = name in known and file.samefile(self.path(base) / name)
                yield name, (file.stat().st_size, known[name][1] if shared else digest_of(file))

    def make_current(self, generation: str) -> None:
        """Let a generation that is kept answer again, durably; raises GenerationMissing."""
        if generation not in self.names():
            raise GenerationMissing(generation)
        self._publish_index(self.path(generation), self.manifest(generation).engine)
        write_durably(self.folder / CURRENT, generation + "\n")

    def _publish_index(self, path: Path, engine: str) -> None:
        """Have an engine whose indexes lie elsewhere mark there the one of a generation that is about to answer."""
        from searchapp.engines.port import Place, PublishingEngine

        if self._engine_of and isinstance(publisher := self._engine_of(engine), PublishingEngine):
            publisher.publish(Place(path / ENGINE))

    # Pruning

    def _prune(self, current: str, before: str | None) -> None:
        """Keep the current generation, the one that answered before it, then the latest; intact ones first."""
        others = [name for name in reversed(self.names()) if name != current]
        ranked = sorted(others, key=lambda name: (not self.is_intact(name), name != before))
        for name in ranked[self._kept - 1 :]:
            self._remove(self.path(name))

    def _prune_again(self) -> None:
        """Finish the pruning of a publish that was killed before it."""
        current, names = self.current_or_none(), self.names()
        if current and len(names) > self._kept:
            self._prune(current, max((name for name in names if name < current), default=None))

    def _remove_unfinished(self, engine: str, keep: Path | None) -> None:
        """Remove the folders of killed builds, except ``keep``: under the lock, no build is at work there."""
        complete = set(self.names())
        for path in self.folder.glob("*"):
            name = path.name.removesuffix(_REMOVED)
            if path.is_dir() and GENERATION_NAME.fullmatch(name) and path != keep and path.name not in complete:
                self._remove(path, engine)

    def _remove(self, path: Path, engine: str = "") -> None:
        """Remove a generation, renamed first: after a kill or a power cut its rest is not taken for a damaged one.

        ``engine`` made it if neither its manifest nor its checkpoint names another.
        """
        engine = _engine_in(path) or engine
        if not path.name.endswith(_REMOVED):
            renamed = path.with_name(path.name + _REMOVED)
            with suppress(OSError):  # some systems do not rename what is open
                path.rename(renamed)
                path = renamed
                sync(path.parent)
        if not engine or self._removes_indexes(path, engine):
            shutil.rmtree(path, ignore_errors=True)

    def _removes_indexes(self, path: Path, engine: str) -> bool:
        """Have an engine remove its indexes in a generation's folder: they may lie elsewhere, in part or whole.

        Return False when it cannot be reached: what says where they lie stays, and the next build tries again.
        """
        from searchapp.engines.port import Place

        remover = None
        try:
            remover = self._engine_of(engine) if self._engine_of else None
            for place in path.glob(f"{ENGINE}*"):
                if remover:
                    remover.remove(Place(place))
        except Exception as error:
            _log.warning("The index of %s in generation %s may not be removed: %s", engine, path.name, error)
            # An engine that is not installed may never be again.
            return remover is None or not isinstance(error, EngineUnavailable)
        return True

    # Marks of damage

    def mark(self, generation: str, damages: list[Damage]) -> None:
        """Mark a generation that :meth:`verify` found damaged, so that no process opens it; without damages, unmark it.

        A damaged file that another generation shares damages that one too. Where the folder cannot be written, each
        process finds the damage by itself.
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


def _engine_in(path: Path) -> str:
    """Return the engine that a generation's manifest or checkpoint names; "" when neither can be read."""
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
        return manifests.from_text((path / MANIFEST).read_text("utf-8")).engine
    with suppress(OSError, ValueError, LookupError, TypeError):
        return str(json.loads(json.loads((path / CHECKPOINT).read_text("utf-8"))["made_with"])[0])
    return ""
