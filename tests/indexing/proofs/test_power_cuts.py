"""The power goes at every moment of a reindex: the old generation is there or the new one, whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.indexing.proofs.power_cuts import Recording, Replay, record_reindex
from tests.indexing.proofs.record import MISSING_COMPILER, Kind, Operation, compiler

pytestmark = pytest.mark.skipif(compiler() is None, reason=MISSING_COMPILER)


@pytest.fixture(scope="module", params=["whoosh", "tantivy"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def recording(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A reindex of what has changed, beside two generations, the older of which is pruned."""
    return record_reindex(tmp_path_factory.mktemp("recorded"), engine, "incremental")


def test_a_power_cut_at_any_moment_leaves_the_old_generation_or_the_new_one(
    recording: Recording, tmp_path: Path
) -> None:
    cuts = Replay(recording, tmp_path).run(styles=1, building=0.2, late=3, checks=0.2)
    assert not cuts.failures
    assert min(cuts.old, cuts.new) > 10


def test_a_power_cut_in_the_first_reindex_leaves_nothing_or_all_of_it(engine: str, tmp_path: Path) -> None:
    cuts = Replay(record_reindex(tmp_path, engine, "first"), tmp_path).run(styles=1, building=0.2, late=3, checks=0.2)
    assert not cuts.failures
    assert min(cuts.nothing_yet, cuts.new) > 2


# Whoosh leaves a file open that it cannot read.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("what", ["files", "folders"])
def test_without_its_fsyncs_the_program_would_not_survive(recording: Recording, tmp_path: Path, what: str) -> None:
    folders = {operation.path.parent for operation in recording.operations if operation.kind is not Kind.TOLD}

    def dropped(operation: Operation) -> bool:
        return operation.kind is Kind.SYNC and (operation.path in folders) == (what == "folders")

    assert Replay(recording, tmp_path).run(styles=1, building=0, checks=0, thorough=0, dropped=dropped).failures
