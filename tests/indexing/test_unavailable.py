"""Files that the system does not give: they are tried again at each reindex, and nothing of them is lost meanwhile."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import sqlite3
import sys
import zipfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from searchapp import bootstrap
from searchapp.bootstrap import ReindexOptions
from searchapp.config import ENGINES, Config, load_config
from searchapp.indexing.reindex import Summary
from searchapp.ingest.sources.reader_processes import close_idle
from searchapp.ingest.sources.walk import JOURNAL_FOLDER
from searchapp.model import SearchRequest
from tests.ingest.samples import alto, mets
from tests.permissions import as_anybody, only_where_modes_count

pytestmark = only_where_modes_count

VERSIONS: Final = (("ancien", "2024-01-01"), ("neuf", "2024-02-02"))
FULL: Final = ReindexOptions(full=True)


@dataclass
class Newsroom:
    """A corpus of old files, and its index."""

    config: Config

    def write(self, name: str, text: str, age: int = 3600) -> Path:
        path = self.config.corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        os.utime(path, (path.stat().st_mtime - age,) * 2)
        return path

    def reindex(self, options: ReindexOptions | None = None) -> Summary:
        with as_anybody():
            return bootstrap.reindex(self.config, options=options)

    def found(self, query: str = "") -> list[str]:
        service = bootstrap.open_service(self.config)
        try:
            return sorted(hit.article.id for hit in service.search(SearchRequest(query, per_page=100)).hits)
        finally:
            service.close()


@pytest.fixture(params=ENGINES)
def newsroom(request: pytest.FixtureRequest, tmp_path: Path) -> Newsroom:
    (tmp_path / "corpus").mkdir()
    options = {"corpus": tmp_path / "corpus", "index": tmp_path / "index", "engine": request.param, "jobs": 1}
    return Newsroom(load_config(options))


def rejects(summary: Summary) -> list[tuple[str, str]]:
    return [(reject.file, str(reject.reason)) for reject in summary.rejects]


NO_PERMISSION: Final = "there is no permission to read it"


def test_a_file_that_could_not_be_read_is_read_once_it_can_be(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", "Un\n\nmotun.")
    locked = newsroom.write("b.txt", "Deux\n\nmotdeux.")
    locked.chmod(0)
    assert rejects(newsroom.reindex()) == [("b.txt", NO_PERMISSION)]
    again = newsroom.reindex()
    assert (rejects(again), again.published) == ([("b.txt", NO_PERMISSION)], False)
    locked.chmod(0o644)
    assert rejects(newsroom.reindex()) == []
    assert newsroom.found("motdeux") == ["b"]
    assert newsroom.reindex().published is False


def test_a_correction_that_cannot_be_read_leaves_the_version_before(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", "Un\n\nmotun.")
    newsroom.write("b.txt", "Deux\n\nmotdeux.")
    newsroom.reindex()
    newsroom.write("b.txt", "Deux\n\nmotcorrigé.", age=1800).chmod(0)
    for _ in range(3):
        assert rejects(newsroom.reindex()) == [("b.txt", NO_PERMISSION)]
        assert (newsroom.found("motdeux"), newsroom.found("motcorrigé")) == (["b"], [])
    (newsroom.config.corpus / "b.txt").chmod(0o644)
    newsroom.reindex()
    assert (newsroom.found("motdeux"), newsroom.found("motcorrigé")) == ([], ["b"])


@pytest.mark.parametrize("name", ["2024", "2024/11"])
def test_a_folder_that_cannot_be_listed_keeps_its_articles(newsroom: Newsroom, name: str) -> None:
    newsroom.write("2024/11/a.txt", "Un\n\nmotun.")
    newsroom.write("2024/12/b.txt", "Deux\n\nmotdeux.")
    newsroom.write("2024 bis/c.txt", "Trois\n\nmottrois.")
    newsroom.reindex()
    (newsroom.config.corpus / "2024 bis/c.txt").unlink()
    folder = newsroom.config.corpus / name
    folder.chmod(0)
    for _ in range(2):
        assert rejects(newsroom.reindex()) == [(name, NO_PERMISSION)]
        assert newsroom.found() == ["2024/11/a", "2024/12/b"]
    folder.chmod(0o755)
    (newsroom.config.corpus / "2024/11/a.txt").unlink()
    newsroom.reindex()
    assert newsroom.found() == ["2024/12/b"]


def test_links_to_a_disk_that_is_away_keep_their_articles(newsroom: Newsroom) -> None:
    disk = newsroom.config.corpus / ".disk"
    newsroom.write(".disk/b.txt", "Deux\n\nmotdeux.")
    (newsroom.config.corpus / "b.txt").symlink_to(disk / "b.txt")
    newsroom.reindex()
    disk.rename(newsroom.config.corpus / ".away")
    summary = newsroom.reindex()
    assert [file for file, _ in rejects(summary)] == ["b.txt"]
    assert newsroom.found("motdeux") == ["b"]


def test_what_can_be_read_goes_on_beside_what_cannot(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", "Un\n\nmotun.").chmod(0)
    newsroom.write("b.txt", "Deux\n\nmotdeux.")
    newsroom.reindex()
    newsroom.write("b.txt", "Deux\n\nmotcorrigé.", age=1800)
    newsroom.write("c.txt", "Trois\n\nmottrois.")
    assert (newsroom.reindex().changed, newsroom.found()) == (1, ["b", "c"])


def test_a_version_that_counts_after_all_and_cannot_be_read_stops_nothing(newsroom: Newsroom) -> None:
    older = {"id": "phare", "title": "Phare", "text": "motancien.", "date": "2024-01-01"}
    newsroom.write("a.jsonl", json.dumps(older))
    newer = newsroom.write("b.jsonl", json.dumps({**older, "text": "motneuf.", "modified": "2024-02-02"}))
    newsroom.write("c.txt", "Un\n\nmotun.")
    newsroom.reindex()
    (newsroom.config.corpus / "a.jsonl").chmod(0)
    newer.unlink()
    assert rejects(newsroom.reindex()) == [("a.jsonl", NO_PERMISSION)]
    assert newsroom.found("phare") == ["phare"]
    (newsroom.config.corpus / "a.jsonl").chmod(0o644)
    newsroom.reindex()
    assert newsroom.found("motancien") == ["phare"]


def test_lists_that_cannot_be_had_leave_everything_as_it_was(newsroom: Newsroom) -> None:
    newsroom.write("echo/a.txt", "Un\n\nmotun.")
    lists = newsroom.write("folders.toml", '[source]\necho = "L’Écho"\n')
    newsroom.reindex()
    lists.chmod(0)
    assert rejects(newsroom.reindex()) == [("folders.toml", NO_PERMISSION)]
    assert newsroom.found("source:écho") == ["echo/a"]


@pytest.mark.parametrize("locked", [JOURNAL_FOLDER, f"{JOURNAL_FOLDER}/2024-11.jsonl"])
def test_a_journal_that_cannot_be_read_goes_on_withdrawing(newsroom: Newsroom, locked: str) -> None:
    newsroom.write("a.txt", "Un\n\nmotun.")
    lines = [{"id": "a", "status": "withdrawn", "title": ""}, {"id": "b", "title": "Deux", "text": "motdeux."}]
    newsroom.write(f"{JOURNAL_FOLDER}/2024-11.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    newsroom.reindex()
    path = newsroom.config.corpus / locked
    mode = path.stat().st_mode
    path.chmod(0)
    newsroom.write("c.txt", "Trois\n\nmottrois.")
    assert rejects(newsroom.reindex()) == [(locked, NO_PERMISSION)]
    assert newsroom.found() == ["b", "c"]
    path.chmod(mode)
    assert (rejects(newsroom.reindex()), newsroom.found()) == ([], ["b", "c"])


@pytest.mark.parametrize("locked", ["2024", "2024/b.txt", "lot.jsonl", JOURNAL_FOLDER])
def test_a_rebuild_takes_what_it_cannot_read_from_the_generation_before(newsroom: Newsroom, locked: str) -> None:
    newsroom.write("2024/b.txt", "Deux\n\nmotdeux.")
    newsroom.write("c.txt", "Trois\n\nmottrois.")
    newsroom.write("d.txt", "Quatre\n\nmotquatre.")
    lot = [{"id": "phare", "title": "Phare", "text": f"mot{word}.", "date": day} for word, day in VERSIONS]
    newsroom.write("lot.jsonl", "".join(json.dumps(record) + "\n" for record in lot))
    withdrawal = {"id": "d", "status": "withdrawn", "title": ""}
    newsroom.write(f"{JOURNAL_FOLDER}/2024-11.jsonl", json.dumps(withdrawal) + "\n")
    newsroom.reindex()
    path = newsroom.config.corpus / locked
    mode = path.stat().st_mode
    path.chmod(0)
    for _ in range(2):
        assert rejects(newsroom.reindex(FULL)) == [(locked, NO_PERMISSION)]
        assert newsroom.found() == ["2024/b", "c", "phare"]
        assert newsroom.found("motneuf") == ["phare"]
    path.chmod(mode)
    (newsroom.config.corpus / "2024/b.txt").unlink()
    assert (rejects(newsroom.reindex()), newsroom.found()) == ([], ["c", "phare"])


def test_what_needs_a_library_that_is_missing_is_read_once_it_is_there(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "without/zstandard.py").write_text("raise ImportError", "utf-8")
    with zipfile.ZipFile(newsroom.config.corpus / "lot.zip", "w") as archive:
        archive.writestr("a.txt", "Un\n\nmotun.")
        archive.writestr("b.txt.zst", _zstandard("Deux\n\nmotdeux."))
    with monkeypatch.context() as patched:
        close_idle()  # the process that reads looks for libraries where this one does when it starts
        patched.setattr(sys, "path", [str(tmp_path / "without"), *sys.path])
        for _ in range(2):
            assert [file for file, _ in rejects(newsroom.reindex())] == ["lot.zip/b.txt.zst"]
            assert newsroom.found() == ["lot.zip/a"]
        assert newsroom.reindex().published is False
    close_idle()
    assert rejects(newsroom.reindex()) == []
    assert newsroom.found() == ["lot.zip/a", "lot.zip/b"]


def _zstandard(text: str) -> bytes:
    library: Any = pytest.importorskip("zstandard")
    packed: bytes = library.ZstdCompressor().compress(text.encode())
    return packed


def test_a_disk_that_fails_in_the_middle_of_a_file_loses_nothing_of_it(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [{"id": f"a{number}", "title": f"Titre {number}", "text": "mot " * 20_000} for number in range(4)]
    newsroom.write("lot.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    newsroom.reindex()
    records[0]["title"] = "Titre corrigé"
    newsroom.write("lot.jsonl", "".join(json.dumps(record) + "\n" for record in records), age=1800)
    with monkeypatch.context() as patched:
        patched.setattr("searchapp.ingest.sources.corpus.is_read_here", lambda file: True)
        patched.setattr("searchapp.ingest.sources.file_reader.open_file", _failing_disk)
        (reject,) = rejects(newsroom.reindex())
        assert reject == ("lot.jsonl", f"it cannot be read: {os.strerror(errno.EIO)}")
        assert (len(newsroom.found()), newsroom.found("titre:corrigé")) == (4, ["a0"])
        assert newsroom.reindex().published is False
    assert (rejects(newsroom.reindex()), len(newsroom.found())) == ([], 4)


def _failing_disk(path: Path) -> io.BufferedReader:
    class Disk(io.FileIO):
        def readinto(self, buffer: Any) -> int | None:
            if self.tell() > 150_000:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return super().readinto(buffer)

    return io.BufferedReader(Disk(path), 65_536)


def test_a_page_that_comes_later_completes_its_issue(newsroom: Newsroom) -> None:
    newsroom.write("numero/mets.xml", mets("ALTO/1.xml").decode())
    assert [file for file, _ in rejects(newsroom.reindex())] == ["numero/mets.xml"]
    newsroom.write("numero/ALTO/1.xml", alto().decode())
    assert (rejects(newsroom.reindex()), newsroom.found()) == ([], ["numero/mets"])


def test_a_file_written_anew_with_its_old_size_and_time_is_found(newsroom: Newsroom, tmp_path: Path) -> None:
    path = newsroom.write("a.txt", "Un\n\nmotrouge.")
    newsroom.reindex()
    kept = tmp_path / "kept"
    shutil.copy2(path, kept)
    path.write_text("Un\n\nmotblanc.", "utf-8")
    shutil.copystat(kept, path)
    newsroom.reindex()
    assert newsroom.found("motblanc") == ["a"]


def test_a_file_whose_every_trace_is_as_before_is_found_by_a_full_reindex(newsroom: Newsroom) -> None:
    path = newsroom.write("a.txt", "Un\n\nmotrouge.")
    index = newsroom.config.index
    first = newsroom.reindex().generation
    traces = path.stat()
    path.write_text("Un\n\nmotblanc.", "utf-8")
    os.utime(path, ns=(traces.st_atime_ns, traces.st_mtime_ns))
    with closing(sqlite3.connect(index / first / "register.sqlite")) as register:  # no call sets an inode's time back
        values = (traces.st_mtime_ns, path.stat().st_ctime_ns)
        register.execute("UPDATE units SET modified = ?, changed = ?", values)
        register.commit()
    assert (newsroom.reindex().published, newsroom.found("motblanc")) == (False, [])
    newsroom.reindex(FULL)
    assert newsroom.found("motblanc") == ["a"]
