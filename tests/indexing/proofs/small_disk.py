"""Reindexes on disks of every size, from none to enough: a real small disk where one may be mounted, else a quota."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from tests.indexing.proofs.commands import Index, full
from tests.indexing.proofs.record import Kind, Layer, read_record
from tests.indexing.proofs.states import AUBE, SOIR, Corpus, State, opened, read_everything, shown_state

__all__ = ["Outcome", "SmallDisk", "Squeeze", "small_disk"]

_PLENTY: Final = 1 << 26
# What names of files have that differs from run to run.
_RANDOM: Final = re.compile(r"(?<=^\.tmp)\w+$|(?<=^MAIN_)\w+|[0-9a-f]{32}|(?<=\.toc\.).*")
# The folder of the index and the file that its lock is on.
_STAY: Final = ("index", "index/LOCK")
_TOLD: Final = re.compile(r"up to (\d+) MB more are needed, (\d+) MB are free")


class SmallDisk(Protocol):
    """A disk under ``folder`` whose free room can be chosen."""

    folder: Path

    def leave(self, room: int) -> tuple[dict[str, str], Path]:
        """Leave this many bytes free; return the environment of the process under test, and its record."""


class Mounted:
    """A tmpfs, resized; ``work`` is for the storage layer, which records what happens there."""

    def __init__(self, folder: Path, work: Path) -> None:
        self.folder = folder
        self._layer = Layer(work)

    def leave(self, room: int) -> tuple[dict[str, str], Path]:
        disk = os.statvfs(self.folder)
        size = (disk.f_blocks - disk.f_bfree) * disk.f_frsize + room
        pages = max(1, -(-size // 4096))  # none would mean: no limit
        subprocess.run(["mount", "-o", f"remount,size={pages * 4096}", self.folder], check=True)
        return self._layer.recording(self.folder)


class Quota:
    """The storage layer's count of the bytes that may still be written."""

    def __init__(self, folder: Path, work: Path) -> None:
        self.folder = folder
        self._layer = Layer(work)

    def leave(self, room: int) -> tuple[dict[str, str], Path]:
        return self._layer.small_disk(self.folder, room)


@contextmanager
def small_disk(work: Path, *, mounted: bool) -> Iterator[SmallDisk]:
    """Give a small disk, if possible a ``mounted`` one: that needs a right which containers seldom give."""
    folder = work.resolve() / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", folder]
    if not mounted or subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode:
        yield Quota(folder, work)
        return
    try:
        yield Mounted(folder, work)
    finally:
        subprocess.run(["umount", folder], check=True)


@dataclass(slots=True)
class Outcome:
    """Outcome of the reindexes. ``full`` had too little room; ``stages`` counts the files at which they failed.

    ``enough`` is the least room in bytes that was enough, ``generation`` the size of what was published.
    """

    disk: str
    steps: int = 0
    full: int = 0
    enough: int = 0
    generation: int = 0
    stages: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Return the counts by name."""
        return asdict(self)


class Squeeze:
    """One corpus, reindexed again and again into an index on a small disk."""

    def __init__(
        self,
        work: Path,
        engine: str,
        disk: SmallDisk,
        articles: int,
        on_step: Callable[[Outcome], None] = lambda outcome: None,
    ) -> None:
        self._corpus = Corpus(work / "corpus", articles)
        self._disk = disk
        self._index = Index(disk.folder / "index", self._corpus.folder, engine)
        self._shown: State | None = None
        self._asked_for = 0
        self._on_step = on_step
        self.outcome = Outcome(type(disk).__name__)

    def run(self, steps: int) -> Outcome:
        """Index with too little room and with plenty, first into nothing, then beside an older generation.

        Then find out, in so many steps, how much is enough, and whether what a full disk asked for is.
        """
        self._corpus.write(AUBE)
        for room in (0, _PLENTY >> 10, _PLENTY):
            self._try(room)
        size = self.outcome.generation = sum(_files(self._index.folder / self._index.current()).values())
        least, most = 0, _PLENTY
        for room in (0, size >> 8, size >> 4, size >> 2):
            least, most = (least, room) if self._try(room) else (room, most)
        most = min(most, 2 * size)
        for _ in range(steps):
            room = (least + most) // 2
            least, most = (least, room) if self._try(room) else (room, most)
        self.outcome.enough = most
        if not self._try(self._asked_for):
            self.outcome.failures.append(f"{self._asked_for} bytes were asked for and are not enough, but {most} are")
        return self.outcome

    def _try(self, room: int) -> bool:
        """Reindex with so much room; return whether it was enough."""
        before = _files(self._disk.folder)
        environment, record = self._disk.leave(room)
        code, output = self._index.start(*full(), environment=environment).finish()
        self.outcome.steps += 1
        try:
            if code == 0:
                self._shown = SOIR if self._shown is AUBE else AUBE
                self._answers()
                self._corpus.write(SOIR if self._shown is AUBE else AUBE)
            else:
                self._is_told(code, output, record)
                self._answers()
                assert not (left := _files(self._disk.folder).items() ^ before.items()), f"files: {left}"
        except AssertionError as error:
            self.outcome.failures.append(f"{room} bytes: {error}")
        self._on_step(self.outcome)
        return code == 0

    def _is_told(self, code: int, output: str, record: Path) -> None:
        self.outcome.full += 1
        written = [entry.path.name for entry in read_record(record) if entry.kind in (Kind.CREATE, Kind.WRITE)]
        stage = _RANDOM.sub("*", written[-1]) if written else "nothing"
        self.outcome.stages[stage] = self.outcome.stages.get(stage, 0) + 1
        assert code == 4, f"exit code {code}: {output.splitlines()[-1:]}"
        told = _TOLD.search(output)
        assert told, output.splitlines()[-1:]
        self._asked_for = sum(map(int, told.groups())) * 1_000_000

    def _answers(self) -> None:
        if self._shown is None:
            assert not self._index.current()
            return
        with opened(self._index.folder, self._index.engine) as service:
            assert shown_state(service, self._corpus) is self._shown
            read_everything(service, self._corpus, self._shown)


def _files(folder: Path) -> dict[str, int]:
    """Return the size of each file, -1 for folders, by path, but for those that stay in any case."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {name: -1 if path.is_dir() else path.stat().st_size for name, path in found.items() if name not in _STAY}
