"""Where articles come from besides a folder: patterns, standard input, databases; and duplicates among them."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from searchapp import bootstrap
from searchapp.config import Config, load_config
from searchapp.errors import ConfigurationError, CorpusMissing
from searchapp.ingest import FileContext, PostgresRows, SqliteRows, StreamSource, split_pattern
from searchapp.model import Article, Reject, SearchRequest
from tests.ingest.conftest import PARIS, Corpus
from tests.ingest.samples import ARTICLE, SAMPLES

BREVE = "Le bac est à quai\n\nUne panne, dit le capitaine.\n"
QUERY = "SELECT cle AS id, titre, corps, paru_le AS date, signature FROM articles ORDER BY cle"
ROWS = [
    ("bac-1", "Le bac est à quai", "Une panne.", "2024-11-06 16:49", "Anne Le Bihan et Noël Çatal"),
    ("bac-2", "", "", None, None),
    ("bac-3", "Le bac repart", "<p>Réparé.</p>", "2024-11-08", None),
]


def titles(config: Config) -> list[str]:
    return [entry.title for entry in entries(config) if isinstance(entry, Article)]


def entries(config: Config) -> list[Article | Reject]:
    return [entry for source in bootstrap.open_sources(config) for entry in source]


def written(tmp_path: Path, text: str) -> Config:
    file = tmp_path / "searchapp.toml"
    file.write_text(text, "utf-8")
    return load_config(file=file)


@pytest.mark.parametrize(
    ("glob", "wanted"),
    [
        ("**/*.txt", ["a", "b/c", "b/d/e"]),
        ("*.txt", ["a"]),
        ("b/*.txt", ["b/c"]),
        ("b/**", ["b/c", "b/d/e"]),
        ("?.txt", ["a"]),
        ("**/e.txt", ["b/d/e"]),
        ("*.html", []),
    ],
)
def test_pattern_chooses_files(corpus: Corpus, tmp_path: Path, glob: str, wanted: list[str]) -> None:
    for name in ("a", "b/c", "b/d/e"):
        corpus.write(f"{name}.txt", f"Le bac {name}\n\nUne panne.")
    config = written(tmp_path, f'[[corpus]]\nglob = "{corpus.root.as_posix()}/{glob}"')
    assert sorted(title.removeprefix("Le bac ") for title in titles(config)) == wanted


@pytest.mark.parametrize(
    ("glob", "parts"),
    [
        ("/a/b/*.txt", ("/a/b", "*.txt")),
        ("*.txt", (".", "*.txt")),
        ("/*.txt", ("/", "*.txt")),
        ("a/b.txt", ("a", "b.txt")),
    ],
)
def test_pattern_begins_with_its_folder(glob: str, parts: tuple[str, str]) -> None:
    assert split_pattern(glob) == parts


@pytest.mark.parametrize("name", ["a.jsonl", "a.html", "a.rss", "a.mbox", "a.pdf", "a.docx"])
@pytest.mark.parametrize("wrap", [bytes, gzip.compress])
def test_standard_input_is_known_by_its_content(name: str, wrap: type[bytes]) -> None:
    (article,) = StreamSource(io.BytesIO(wrap(SAMPLES[name]())), "stdin", PARIS)
    assert isinstance(article, Article)
    assert (article.title, article.text) == (ARTICLE[0], ARTICLE[2])


def test_broken_standard_input_is_rejected() -> None:
    (reject,) = StreamSource(io.BytesIO(gzip.compress(b"a")[:-9]), "stdin", PARIS)
    assert isinstance(reject, Reject)


def test_command_line_reads_standard_input(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "searchapp", "reindex", "-", "--index", str(tmp_path / "index")]
    result = subprocess.run(command, input=SAMPLES["a.jsonl"](), capture_output=True, check=True)
    assert b"1" in result.stdout


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "archives.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE articles (cle, titre, corps, paru_le, signature)")
        connection.executemany("INSERT INTO articles VALUES (?, ?, ?, ?, ?)", ROWS)
    connection.close()
    return path


def check_rows(found: list[Article | Reject]) -> None:
    first, reject, last = found
    assert isinstance(first, Article)
    assert isinstance(reject, Reject)
    assert isinstance(last, Article)
    assert (first.id, first.text, first.authors) == ("bac-1", "Une panne.", ("Anne Le Bihan", "Noël Çatal"))
    assert first.date is not None
    assert first.date.isoformat() == "2024-11-06T16:49:00+01:00"
    assert (reject.line, str(reject.reason)) == (2, "the title is missing")
    assert (last.id, last.source) == ("bac-3", "Le Phare")


def test_rows_of_a_sqlite_query_are_articles(tmp_path: Path, archive: Path) -> None:
    config = written(
        tmp_path,
        f'[[corpus]]\nsqlite = "{archive.as_posix()}"\nquery = "{QUERY}"\nsource = "Le Phare"\n'
        '[corpus.columns]\nsignature = "author"\n',
    )
    check_rows(entries(config))


@pytest.mark.parametrize("query", ["DELETE FROM articles", "DROP TABLE articles", "SELECT * FROM autres", "faux"])
def test_query_that_writes_or_is_wrong_ends_the_reindex(archive: Path, query: str) -> None:
    rows = SqliteRows(archive, query, FileContext("a", PARIS))
    with pytest.raises(CorpusMissing, match="cannot be read"):
        list(rows)
    with sqlite3.connect(archive) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchone() == (3,)
    connection.close()


def test_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing, match="unable to open"):
        list(SqliteRows(tmp_path / "rien.sqlite", QUERY, FileContext("a", PARIS)))
    assert not (tmp_path / "rien.sqlite").exists()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL server of its own on a socket in a folder; the address of its database.

    It refuses to run as root, and pytest closes its own folders to others: hence another folder and another user.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    found = str(programs[-1]) if programs else shutil.which("pg_ctl")
    if not found:
        pytest.skip("no PostgreSQL server here; to run this test: apt-get install postgresql")
    run = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with TemporaryDirectory(prefix="searchapp-postgres-") as folder:
        if run:
            shutil.chown(folder, "postgres")
        data, log = f"{folder}/data", f"{folder}/log"
        initdb = str(Path(found).parent / "initdb")
        _succeed([*run, initdb, "-D", data, "-A", "trust", "-U", "postgres"])
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        _succeed([*run, found, "-D", data, "-w", "-l", log, "-o", options, "start"])
        yield f"host={folder} user=postgres dbname=postgres"
        _succeed([*run, found, "-D", data, "-m", "immediate", "stop"])


def _succeed(command: list[str]) -> None:
    outcome = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert outcome.returncode == 0, outcome.stderr


def test_rows_of_a_postgresql_query_are_articles(server: str) -> None:
    import psycopg

    with psycopg.connect(server) as connection:
        connection.execute(
            "CREATE TABLE articles (cle text, titre text, corps text, paru_le timestamp, signature text)"
        )
        with connection.cursor() as cursor:
            cursor.execute("CREATE SEQUENCE numbers")
            cursor.executemany("INSERT INTO articles VALUES (%s, %s, %s, %s, %s)", ROWS)
    context = FileContext("a", PARIS, {"source": "Le Phare"}, columns={"signature": "author"})
    check_rows(list(PostgresRows(server, QUERY, context)))
    with pytest.raises(CorpusMissing, match="read-only"):
        list(PostgresRows(server, "SELECT nextval('numbers')", context))


def test_server_that_is_not_there_ends_the_reindex_and_keeps_its_password() -> None:
    rows = PostgresRows("postgresql://anne:secret@localhost:1/archives", QUERY, FileContext("a", PARIS))
    with pytest.raises(CorpusMissing, match="cannot be read") as caught:
        list(rows)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "[[corpus]]\n",
        '[[corpus]]\npath = "a"\nglob = "b"\n',
        '[[corpus]]\npath = "a"\nquery = "b"\n',
        '[[corpus]]\nsqlite = "a"\n',
        "[[corpus]]\npath = 1\n",
        '[[corpus]]\npath = "a"\nsorce = "b"\n',
        '[[corpus]]\nsqlite = "a"\nquery = "b"\ncolumns = 1\n',
    ],
)
def test_wrong_entry_is_told_with_what_is_allowed(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match="one of path, glob, sqlite, postgresql"):
        written(tmp_path, text)


def test_corpus_named_on_the_command_line_takes_the_place_of_the_entries(tmp_path: Path) -> None:
    file = tmp_path / "searchapp.toml"
    file.write_text('[[corpus]]\npath = "a"\n[[corpus]]\npath = "b"\n', "utf-8")
    assert [entry.place for entry in load_config(file=file).entries] == ["a", "b"]
    assert load_config({"corpus": "c"}, file=file).entries == ()


def test_exact_duplicates_are_dropped_and_counted(corpus: Corpus, tmp_path: Path) -> None:
    corpus.write("a.txt", BREVE)
    corpus.write("b/a.txt", BREVE)
    corpus.write("c.txt", BREVE.replace("panne", "avarie"))
    corpus.write("d.jsonl", '{"id": "1", "title": "Le bac", "text": "A"}\n{"id": "2", "title": "Le bac", "text": "A"}')
    config = written(
        tmp_path,
        f'index = "{(tmp_path / "index").as_posix()}"\n[[corpus]]\npath = "{corpus.root.as_posix()}"\n'
        f'[[corpus]]\nglob = "{corpus.root}/*.txt"',
    )
    summary = bootstrap.reindex(config)
    assert (summary.read, summary.indexed, summary.duplicates) == (7, 4, 3)
    service = bootstrap.open_service(config)
    try:
        assert {hit.article.id for hit in service.search(SearchRequest("")).hits} == {"a", "c", "1", "2"}
    finally:
        service.close()


def test_reindex_counts_what_was_dropped(corpus: Corpus, tmp_path: Path) -> None:
    corpus.write("a.txt", BREVE)
    corpus.write("b.txt", BREVE)
    summary = bootstrap.reindex(load_config({"corpus": corpus.root, "index": tmp_path / "index"}))
    assert (summary.read, summary.indexed, summary.duplicates) == (2, 1, 1)
