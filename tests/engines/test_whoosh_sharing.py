"""Threads that share a Whoosh reader: a costly search does not keep the others waiting."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

from searchapp.engines.port import EngineRequest, PhraseClause, TermClause
from searchapp.engines.whoosh_engine import WhooshEngine
from searchapp.model import Deadline
from searchapp.schema import STEMS, WORDS
from tests.contract.conftest import article, document


class Held(Deadline):
    """A clock that blocks its readers until it is released."""

    reached = Event()
    released = Event()

    def passed(self) -> bool:
        self.reached.set()
        self.released.wait(30)
        return False


def test_a_search_is_answered_in_the_midst_of_another(tmp_path: Path) -> None:
    with WhooshEngine().create(tmp_path) as writer:
        writer.add(document(article("a", text="Le vin et le port.")))
    reader = WhooshEngine().open(tmp_path)
    # Its words are kept: the costly search works on arrays, as most of the time.
    reader.search(EngineRequest(PhraseClause(WORDS["text"], ("vin", "port"), 9)))
    costly = EngineRequest(PhraseClause(WORDS["text"], ("vin", "port"), 9), deadline=Held())
    thread = Thread(target=reader.search, args=(costly,), daemon=True)
    thread.start()
    assert Held.reached.wait(30)
    other = Thread(target=reader.search, args=(EngineRequest(TermClause(STEMS, (("vin", 1.0),))),), daemon=True)
    other.start()
    other.join(20)
    is_answered = not other.is_alive()
    Held.released.set()
    thread.join(30)
    other.join(30)
    reader.close()
    assert is_answered
