"""One writer of an archive, on whatever machine: the lease in the cluster."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.engines.opensearch_engine import ClusterSettings, writer_lease
from searchapp.engines.opensearch_engine.connection import Cluster
from searchapp.engines.opensearch_engine.writer_lease import WriterLease
from searchapp.errors import IndexLocked
from searchapp.i18n import Message
from tests.cluster.conftest import SITES, Configure
from tests.cluster.engine import ADDRESSES, delete_indices

SHORT = 3.0
"""Seconds of a lease: a test waits for its end."""


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    delete_indices(SITES[1])


def lease(holder: str, seconds: float = SHORT) -> WriterLease:
    """The lease of a writer of its own, as on another machine."""
    return WriterLease(Cluster(ClusterSettings(ADDRESSES, site=SITES[1], seconds=60)), holder, seconds)


def silent(message: Message) -> None:
    pass


def test_a_second_writer_is_told_who_writes_and_may_write_once_that_has_ended() -> None:
    waits: list[Message] = []
    with lease("reindex (1@phare)").held(0, silent):
        with pytest.raises(IndexLocked, match=r"reindex \(1@phare\).*lock_wait"), lease("2").held(0, waits.append):
            pass
        assert list(map(str, waits)) == ["Waiting for reindex (1@phare)"]
    with lease("3").held(0, silent):
        pass


def test_the_lease_of_a_writer_that_renews_nothing_runs_out_and_it_publishes_nothing() -> None:
    gone = lease("gone")
    gone._acquire(0, silent)  # without the thread that renews, as in a process that is stopped
    expected = pytest.raises(IndexLocked, match=r"next writes the archive now.*Nothing was published")
    with lease("next").held(0, silent), expected:
        gone.confirm()


def test_a_writer_that_goes_on_renewing_keeps_its_lease() -> None:
    one = lease("one")
    with one.held(0, silent):
        with pytest.raises(IndexLocked), lease("other").held(2 * SHORT, silent):
            pass
        one.confirm()


def test_a_renewal_whose_answer_was_lost_is_no_loss_of_the_lease() -> None:
    one = lease("one")
    one._acquire(0, silent)
    version = one._version
    one.confirm()
    one._version = version
    one.confirm()


def test_a_killed_reindex_is_replaced_by_one_from_another_folder(
    configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.cluster.test_opensearch_generations import indices, load_in_process

    monkeypatch.setattr(writer_lease, "LEASE_SECONDS", SHORT)
    config = configure()
    rows = ({"id": str(number), "title": f"Phare {number}", "text": "Le phare veille."} for number in range(5_000))
    Path(config.corpus, "articles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    loader = load_in_process(config)
    while not indices() and loader.poll() is None:
        time.sleep(0.05)
    loader.send_signal(signal.SIGKILL)
    loader.wait()
    Path(config.corpus, "articles.jsonl").write_text('{"id": "1", "title": "Phare", "text": "Le phare veille."}')
    elsewhere = configure(index=tmp_path / "another machine")
    assert bootstrap.reindex(elsewhere).indexed == 1
