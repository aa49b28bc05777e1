"""Either distribution of Whoosh and either library of deflate will do, each behind one module."""

from __future__ import annotations

import ast
import importlib
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import searchapp.engines.whoosh_engine as package
from searchapp.engines import compression
from searchapp.engines.port import EngineRequest, TermClause
from searchapp.engines.whoosh_engine import WhooshEngine
from searchapp.schema import STEMS
from tests.engines.test_whoosh import write

ROOT = Path(package.__file__).parent
OWN = {"self", "cls"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def importers(library: str) -> set[str]:
    found = set()
    for name, tree in modules():
        for node in ast.walk(tree):
            named = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            named += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if any(module.partition(".")[0] == library for module in named):
                found.add(name)
    return found


def test_one_module_imports_the_library() -> None:
    assert importers("whoosh") == {"codec/library.py"}


def test_one_module_reads_private_attributes_of_its_objects() -> None:
    reaching = set()
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.endswith("__"):
                owner = node.value
                if not (isinstance(owner, ast.Name) and owner.id in OWN):
                    reaching.add(name)
    assert reaching == {"codec/library.py"}


def test_another_form_of_files_is_refused_at_import(monkeypatch: pytest.MonkeyPatch) -> None:
    from searchapp.engines.whoosh_engine.codec import library

    monkeypatch.setattr("whoosh.index._CURRENT_TOC_VERSION", -112)
    with pytest.raises(ImportError, match="writes other files"):
        importlib.reload(library)
    monkeypatch.undo()
    importlib.reload(library)


@pytest.fixture(params=["isal", "zlib"])
def deflate(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "isal":
        pytest.importorskip("isal")
    else:
        monkeypatch.setitem(sys.modules, "isal", None)
    importlib.reload(compression)
    yield request.param
    monkeypatch.undo()
    importlib.reload(compression)


def test_both_libraries_read_what_either_packed(deflate: str) -> None:
    content = b"la mer, la nuit " * 5000
    assert zlib.decompress(compression.compress(content)) == content
    for packed in (compression.compress(content), zlib.compress(content)):
        assert compression.decompress(packed, 1 << 20) == content
        assert compression.decompress(packed, len(packed) * 1032) == content
        assert compression.decompress(packed, 100) is None
    with pytest.raises(compression.DEFLATE_ERRORS):
        compression.decompress(b"no deflate stream", 1 << 20)


def test_an_index_is_written_and_read_with_either(
    deflate: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("columns", "posting_lists"):
        monkeypatch.setattr(f"{package.__name__}.codec.{module}.compress", compression.compress)
    monkeypatch.setattr(f"{package.__name__}.codec.malformed_index.decompress", compression.decompress)
    texts = [f"la mer et la nuit {number}" for number in range(700)]
    write(tmp_path, texts)
    reader = WhooshEngine().open(tmp_path)
    result = reader.search(EngineRequest(TermClause(STEMS, (("nuit", 1.0),)), limit=1000))
    assert [article.text for article in reader.articles(hit.document for hit in result.candidates)] == texts
    reader.close()
