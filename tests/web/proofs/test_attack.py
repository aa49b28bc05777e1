"""Hostile requests to the real server: a short draw of what ``python -m benchmarks.attack`` does."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from werkzeug.exceptions import HTTPException

from searchapp.config import ENGINES, load_config
from searchapp.web import create_app
from tests.indexing.proofs.commands import Index, serving
from tests.web.proofs.attack import Attack
from tests.web.proofs.hostile import ADDRESSES, draw, settings_of

CORPUS = Path(__file__).parents[3] / "corpus"


def test_a_draw_is_the_same_for_the_same_seed() -> None:
    assert list(draw(7, 50)) == list(draw(7, 50))
    assert list(draw(7, 50)) != list(draw(8, 50))


def test_every_address_of_the_site_is_attacked(tmp_path: Path) -> None:
    urls = create_app(load_config({"index": tmp_path / "index"})).url_map
    attacked = set()
    for method, path in ADDRESSES:
        with suppress(HTTPException):  # the site has not all of them
            attacked.add(urls.bind("localhost").match(path.partition("?")[0], method)[0])
    assert attacked == {rule.endpoint for rule in urls.iter_rules()}


@pytest.mark.parametrize("engine", ENGINES)
def test_hostile_requests_get_no_server_error(engine: str, tmp_path: Path) -> None:
    index = Index(tmp_path / "index", Path(shutil.copytree(CORPUS, tmp_path / "corpus")), engine)
    index.reindex()
    with serving(index, workers=2, settings=settings_of(tmp_path)) as address:
        # How soon is a matter of the machine too; the command asks for the time that is promised.
        sending = Attack(address, 60.0)
        report = sending.run(draw(14, 300, sending.wait_until_ready()))
    assert report.failures == []
    assert report.requests == 300
    assert report.statuses[200] > 50
    assert report.statuses[400] > 20
