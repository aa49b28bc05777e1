"""A hostile index runs no code, allocates no huge memory, and is reported as damaged."""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.engines.port import EngineRequest, MatchAllClause, PhraseClause, TermClause
from searchapp.engines.whoosh_engine import WhooshEngine
from searchapp.engines.whoosh_engine.codec import malformed_index as malformed
from searchapp.engines.whoosh_engine.codec.pickles import UnsafePickle, read_pickle
from searchapp.errors import IndexDamaged
from searchapp.indexing import Generations
from searchapp.indexing import manifest as manifests
from searchapp.indexing.durability import write_durably
from searchapp.indexing.generation_layout import MANIFEST
from searchapp.model import SearchRequest
from searchapp.schema import EXACT, SCHEMA_VERSION, STEMS, WORDS
from tests.engines.planting import BOMBS, PLACES, change_part, live_payloads, plant
from tests.engines.test_whoosh_growth import write
from tests.indexing.proofs.damages import sign_again

ENGINE = WhooshEngine()
COUNT = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "index", {str(number): "le phare de la mer " * (number % 3 + 1) for number in range(COUNT)})


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    return tmp_path / "marker"


def uses(folder: Path) -> Iterator[Callable[[], object]]:
    """Everything that is done with an index, step by step."""
    with closing(ENGINE.open(folder)) as reader:
        yield lambda: reader.search(EngineRequest(MatchAllClause(), facets=("source",), histogram=True))
        yield lambda: reader.search(EngineRequest(TermClause(STEMS, (("phar", 1.0),)), limit=COUNT))
        yield lambda: reader.search(EngineRequest(PhraseClause(WORDS["text"], ("phare", "de"))))
        yield lambda: reader.articles(range(COUNT))
        yield lambda: reader.article("7")
        yield lambda: reader.details(range(COUNT), features=True)
        yield lambda: reader.terms_with_prefix(EXACT["text"], "", 10**9)
        yield lambda: reader.terms_with_prefix(EXACT["text"], "p", 10)
    yield lambda: grow(folder)


def grow(folder: Path) -> None:
    """Base an index on one with so many deletions that its segment is rewritten."""
    grown = folder.parent / f"grown-{len(list(folder.parent.iterdir()))}"
    write(grown, {"99": "vent"}, [str(number) for number in range(40)], base=folder)


def damages(folder: Path) -> list[IndexDamaged]:
    """Use all of an index; return what was told of it as damaged. Nothing else may be raised."""
    found: list[IndexDamaged] = []
    try:
        for use in uses(folder):
            try:
                use()
            except IndexDamaged as error:
                found.append(error)
    except IndexDamaged as error:
        with pytest.raises(IndexDamaged):
            grow(folder)
        found.append(error)
    return found


def test_payloads_are_live(marker: Path) -> None:
    for payload in live_payloads(marker).values():
        pickle.loads(payload)  # noqa: S301 - ours
        assert marker.is_file()
        marker.unlink()


@pytest.mark.parametrize("place", PLACES)
def test_what_is_planted_is_never_run(folder: Path, marker: Path, place: str) -> None:
    whole = {path: path.read_bytes() for path in folder.iterdir()}
    for payload in live_payloads(marker).values():
        for path, content in whole.items():
            path.unlink(missing_ok=True)
            path.write_bytes(content)
        plant(folder, place, payload)
        found = damages(folder)
        assert not marker.exists()
        # The schema in the table of contents is not read at all.
        assert bool(found) == (place != "the schema")
        assert all("engine/" in str(error.details[0]) for error in found)


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_are_damage(folder: Path, bomb: str) -> None:
    whole = {path: path.read_bytes() for path in folder.iterdir()}
    for place in PLACES:
        if place == "the schema":
            continue
        for path, content in whole.items():
            path.unlink(missing_ok=True)
            path.write_bytes(content)
        plant(folder, place, BOMBS[bomb])
        assert damages(folder) or place == "its options"  # of which nothing is made


@pytest.mark.parametrize("payload", [*BOMBS.values(), *live_payloads(Path("nowhere")).values()])
def test_pickles_are_data_or_refused(payload: bytes) -> None:
    with suppress(UnsafePickle):
        found, end = read_pickle(payload)
        assert type(found) in (dict, list, tuple)
        assert end == len(payload)


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, -2, 70_000, 1 << 40, None, True, 1.5]},
        (b"", b"\xff" * 300, "é" * 300),
        {1, 2},
        [(1,), (1, 2), (1, 2, 3, 4)],
    ],
)
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_data_is_read_as_python_does(value: object, protocol: int) -> None:
    data = pickle.dumps(value, protocol)
    assert read_pickle(data) == (value, len(data))


@pytest.mark.parametrize("place", ["the segments", "a directory", "stored articles"])
def test_check_names_the_file_and_nothing_runs(indexed: Config, marker: Path, place: str) -> None:
    (name,) = Generations(indexed.index).names()
    engine = indexed.index / name / "engine"
    file = next(engine.glob("*.toc" if place == "the segments" else "*.seg")).name
    plant(engine, place, live_payloads(marker)["a shell"])
    sign_again(indexed.index, name)
    (report,) = bootstrap.check_index(indexed)
    assert [damage.file for damage in report.damages] == [f"engine/{file}"]
    with pytest.raises(IndexDamaged):
        bootstrap.rollback(indexed, name)
    summary = bootstrap.reindex(indexed)
    assert summary.published
    assert not marker.exists()
    assert [report.damages for report in bootstrap.check_index(indexed)] == [()]


@pytest.mark.parametrize(
    "stored",
    [
        b"[]", b"{}", b"[" * 100_000, b'{"id": 7, "status": "published"}', b'{"id": "7"}',
        b'{"id": "7", "status": "?"}',
        b'{"id": "7", "status": "published", "date": "hier"}', b'{"id": "7", "status": "published", "tags": "mer"}',
        b'{"id": "7", "status": "published", "tags": [7]}', b"\xff", b'{"id": ' + b"9" * 10_000 + b"}",
    ],
)  # fmt: skip
def test_json_that_is_no_article_is_damage(folder: Path, stored: bytes) -> None:
    plant(folder, "stored articles", stored)
    with closing(ENGINE.open(folder)) as reader, pytest.raises(IndexDamaged):
        reader.articles([3])


def test_a_bomb_of_zeros_is_damage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(malformed, "_LARGEST", 1 << 16)
    plant(folder, "stored articles", bytes(1 << 20))
    with closing(ENGINE.open(folder)) as reader, pytest.raises(IndexDamaged) as raised:
        reader.articles([3])
    assert "too large" in str(raised.value.details[0])


PARTS = [f"{name}{kind}" for name in (STEMS, WORDS["text"], EXACT["text"], "id") for kind in (".lists", ".terms")]


@pytest.mark.parametrize("part", [*PARTS, "article.column", "evidence.column", "day.column", "length.column"])
def test_bytes_that_changed_are_damage_or_an_answer(folder: Path, part: str) -> None:
    whole = {path: path.read_bytes() for path in folder.iterdir()}
    draw = random.Random(part)
    for _ in range(40):
        for path, content in whole.items():
            path.unlink(missing_ok=True)
            path.write_bytes(content)
        change_part(folder, part, lambda content: changed(content, draw))
        assert all("engine/" in str(error.details[0]) for error in damages(folder))


def changed(content: bytes, draw: random.Random) -> bytes:
    """``content`` cut, grown, or with some bytes of the values that mean most."""
    at = draw.randrange(len(content))
    match draw.randrange(4):
        case 0:
            return content[:at]
        case 1:
            return content + bytes(draw.randrange(1, 9))
        case 2:
            return content[:at] + b"\xff" * 8 + content[at + 8 :]
        case _:
            return content[:at] + draw.randbytes(draw.randrange(1, 5)) + content[at + 1 :]


def test_another_schema_is_answered_from_and_rebuilt(indexed: Config) -> None:
    generations = Generations(indexed.index)
    (name,) = generations.names()
    old = replace(generations.manifest(name), schema=3)
    write_durably(generations.path(name) / MANIFEST, manifests.to_text(old))
    with closing(bootstrap.open_service(indexed)) as service:
        assert service.search(SearchRequest("cheval")).total == 1
    summary = bootstrap.reindex(indexed)
    assert str(summary.reason) == "the schema of the index has changed"
    assert generations.manifest(generations.current()).schema == SCHEMA_VERSION
