"""Power cuts at every moment of a reindex: its record is replayed up to there, and what is left is opened."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner

from searchapp.cli import cli
from tests.indexing.proofs.commands import Index, full, knows
from tests.indexing.proofs.disk import STYLES, Disk
from tests.indexing.proofs.record import Kind, Layer, Operation, read_record
from tests.indexing.proofs.states import AUBE, SOIR, Corpus, State, opened, shown_state

__all__ = ["SCENARIOS", "Cuts", "Recording", "Replay", "record_reindex"]

SCENARIOS: Final = ("first", "full", "incremental")
"""A reindex into nothing; one of everything beside two older generations; one of what changed beside two."""


# Writes are many, and a cut within one leaves what "torn" leaves: of these, some.
_POINTS: Final = frozenset(Kind) - {Kind.WRITE}


@dataclass(frozen=True, slots=True)
class Recording:
    """The writes of a reindex to a disk, and the state that each generation shows."""

    disk: Disk
    folder: Path
    operations: list[Operation]
    states: dict[str, State]
    new: str
    engine: str
    corpus: Corpus


@dataclass(slots=True)
class Cuts:
    """Outcome of the power cuts. ``states`` are different contents of the disk, each opened once."""

    operations: int = 0
    moments: int = 0
    cuts: int = 0
    states: int = 0
    old: int = 0
    new: int = 0
    nothing_yet: int = 0
    checks: int = 0
    reindexes: int = 0
    failures: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Return the counts by name."""
        return asdict(self)


def record_reindex(work: Path, engine: str, scenario: str) -> Recording:
    """Record a real reindex; raises AssertionError when the record does not explain every byte that it left."""
    corpus = Corpus(work / "corpus", 60, sentences=3)
    folder = work.resolve() / "disk"
    folder.mkdir()
    index = Index(folder / "index", corpus.folder, engine)
    states: dict[str, State] = {}
    for state in () if scenario == "first" else (SOIR, AUBE):
        corpus.write(state)
        index.reindex(*full())
        states[index.current()] = state
    before = Disk(folder)
    seen = deepcopy(before)
    corpus.write(SOIR)
    environment, record = Layer(work).recording(folder)
    index.reindex(*(full() if scenario == "full" else ()), environment=environment)
    operations = list(read_record(record))
    for operation in operations:
        seen.apply(operation)
    assert seen.contents() == Disk(folder).contents(), "the record does not explain what is on the disk"
    return Recording(before, folder, operations, {**states, index.current(): SOIR}, index.current(), engine, corpus)


class Replay:
    """Replays a recording with a power cut after any of its operations; ``work`` is for the disks that are left."""

    def __init__(self, recording: Recording, work: Path, seed: int = 0) -> None:
        self._recording = recording
        self._place = work / "replay"
        self._dice = random.Random(seed)
        self._opened: dict[str, bool] = {}
        self._checks = self._thorough = 0.0
        self.cuts = Cuts()

    def run(
        self,
        *,
        styles: int = len(STYLES),
        building: float = 1.0,
        writes: float = 0.05,
        late: int = len(STYLES),
        checks: float = 1.0,
        thorough: float = 0.02,
        dropped: Callable[[Operation], bool] = lambda operation: False,
        on_moment: Callable[[Cuts], None] = lambda cuts: None,
    ) -> Cuts:
        """Cut the power after every operation but writes, of which a share, and look at what is left.

        Of the moments before the manifest is begun, a share ``building`` is looked at, in so many ``styles`` of loss;
        of those after it, all are, in ``late`` ones. Of what is left a share is also checked (``checks``) and indexed
        anew (``thorough``). Operations that are ``dropped`` never happened: the first failure, which ends this, shows
        that this test can fail.
        """
        disk, told, share, missing = deepcopy(self._recording.disk), "", building, False
        self._checks, self._thorough = checks, thorough
        for operation in self._recording.operations:
            self.cuts.operations += 1
            if dropped(operation):
                missing = True
                continue
            if missing and self.cuts.failures:
                break
            disk.apply(operation)
            told += operation.content.decode() if operation.kind is Kind.TOLD else ""
            if operation.path.name.startswith("manifest"):
                share, styles = 1.0, late
            if self._dice.random() >= share * (1.0 if operation.kind in _POINTS else writes):
                continue
            self.cuts.moments += 1
            for style in self._styles(styles):
                self._cut(disk, style, published=self._recording.new in told, operation=operation)
            on_moment(self.cuts)
        return self.cuts

    def _styles(self, number: int) -> list[str]:
        """Return ``number`` styles, each equally often; the remainder is drawn at random."""
        rounds, rest = divmod(number, len(STYLES))
        return [*STYLES * rounds, *self._dice.sample(STYLES, rest)]

    def _cut(self, disk: Disk, style: str, *, published: bool, operation: Operation) -> None:
        left = disk.after_cut(style, self._dice)
        self.cuts.cuts += 1
        digest = hashlib.sha256(repr(sorted(left.items())).encode()).hexdigest()
        if self._opened.get(digest, published) is not published:  # the promise is another one now
            del self._opened[digest]
        if digest in self._opened:
            return
        self._opened[digest] = published
        self.cuts.states += 1
        _lay_out(left, self._place)
        try:
            self._look(published=published)
            if self._dice.random() < self._thorough:
                self._reindex()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whatever damaged files bring about, a panic of Tantivy's too
            where = f"{operation.kind.name} {operation.path.name}"
            self.cuts.failures.append(
                f"after operation {self.cuts.operations} ({where}), {style}: {type(error).__name__}: {error}"
            )

    def _look(self, *, published: bool) -> None:
        """See that a whole generation answers: the new one if its publishing was told, otherwise any."""
        index = self._index()
        current = index.current()
        if not current and not published and len(self._recording.states) == 1:
            self.cuts.nothing_yet += 1
            return
        assert current, "there is no current generation"
        assert not published or current == self._recording.new, "the new generation was told, the old one is there"
        self.cuts.new += current == self._recording.new
        self.cuts.old += current != self._recording.new
        self._answers(current)
        for other in self._index().generations() - {current}:
            whole = (index.folder / other / "manifest.json").exists()
            if whole and not other.endswith(".removed"):  # one that a rollback would take for whole
                (index.folder / "CURRENT").write_text(other + "\n", "ascii")
                self._answers(other)
        (index.folder / "CURRENT").write_text(current + "\n", "ascii")
        if knows("check") and self._dice.random() < self._checks:
            self.cuts.checks += 1
            result = CliRunner().invoke(cli, ["check", "--all", "--index", str(index.folder)])
            assert result.exit_code == 0, f"check ended with {result.exit_code}: {result.output}"

    def _answers(self, generation: str) -> None:
        with opened(self._place / "index", self._recording.engine) as service:
            assert service.generation() == generation, f"{generation} does not open"
            assert shown_state(service, self._recording.corpus) is self._recording.states[generation]

    def _reindex(self) -> None:
        self.cuts.reindexes += 1
        self._index().reindex()
        with opened(self._place / "index", self._recording.engine) as service:
            assert shown_state(service, self._recording.corpus) is SOIR

    def _index(self) -> Index:
        return Index(self._place / "index", self._recording.corpus.folder, self._recording.engine)


def _lay_out(contents: dict[str, bytes | None], folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in contents.items():
        if content is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(content)
