"""A generation that was replaced keeps nothing open: neither memory nor disk grow with the number of reindexes."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import pytest

from searchapp import bootstrap, create_app
from searchapp.config import ENGINES

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

REQUESTS = (
    "/search?q=phare&source=Ouest&from=2020",
    "/api/v1/search?q=phar*+pahre~+%22vieux+phare%22&explain=true&group=copies",
    "/api/v1/search?q=p?are+PROCHE+port+SNCF&source=Ouest",
    "/api/v1/search?q=*are&sort=newest&match=all",
    "/api/v1/facets/source",
    "/api/v1/trends?q=phare",
    "/api/v1/suggest?q=ph",
    "/api/v1/similar/phare.md",
    "/api/v1/export?q=phare",
    "/une/adresse/inconnue/phare",
)


@pytest.mark.parametrize("engine", ENGINES)
def test_files_of_replaced_generations_are_closed(tmp_path: Path, engine: str) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    config = bootstrap.load_config({"corpus": corpus, "index": index, "engine": engine, "jobs": 1})
    client = None
    for number in range(4):
        text = f"---\nsource: Ouest\ndate: 2024-02-0{1 + number}\n---\n# Le vieux phare {number}\n\nLe phare veille.\n"
        (corpus / "phare.md").write_text(text, "utf-8")
        bootstrap.reindex(config)
        client = client or create_app(config).test_client()
        statuses = {path: client.get(path).status_code for path in REQUESTS}
        assert set(statuses.values()) <= {200, 404}, statuses
    gc.collect()
    maps = Path("/proc/self/maps").read_text("utf-8").splitlines()
    opened = [line for line in maps if str(index) in line and line.endswith("(deleted)")]
    opened += [str(link) for link in links_of_this_process() if str(index) in link and link.endswith("(deleted)")]
    assert opened == []


def links_of_this_process() -> list[str]:
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            links.append(str(descriptor.readlink()))
        except FileNotFoundError:  # that of the listing itself
            continue
    return links
