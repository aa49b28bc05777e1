"""The walk through a corpus: order, links, compression, inheritance, progress."""

from __future__ import annotations

import gzip
import io
import logging
import os
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import searchapp.ingest
from searchapp.errors import CorpusMissing
from searchapp.ingest import CorpusReader, Unit, read_corpus
from searchapp.ingest.cleaning.encoding import read_bytes
from searchapp.ingest.formats.registry import find_reader
from searchapp.model import Article
from tests.ingest.conftest import Corpus
from tests.ingest.samples import SAMPLES

if TYPE_CHECKING:
    from tests.ingest.conftest import ArticleOf, ReasonOf

PARIS = ZoneInfo("Europe/Paris")
SHARED = Path(__file__).parents[2].parent / "shared"
BREVE = "Le bac est à quai\n\nUne panne, dit le capitaine.\n"
DEPECHE = '{"id": "%s", "title": "Le bac", "text": "Il est à quai."}\n'


def test_package_offers_what_it_says() -> None:
    assert set(searchapp.ingest.__all__) <= set(vars(searchapp.ingest))
    assert len(searchapp.ingest.__all__) == 15


def test_files_come_in_the_order_of_their_names(corpus: Corpus) -> None:
    for name in ("b/2.txt", "a.txt", "c.txt", "b/10.txt", "b/a/1.txt"):
        corpus.write(name, BREVE)
    assert [article.id for article in corpus.articles()] == ["a", "b/10", "b/2", "b/a/1", "c"]


def test_hidden_files_and_the_corpus_own_papers_are_left_out(corpus: Corpus) -> None:
    for name in (".cache.txt", ".git/a.txt", "README.md", "gazette/README", "LICENSE", "gazette/LICENSE.txt"):
        corpus.write(name, BREVE)
    assert corpus.read() == []


def test_single_file_is_a_corpus_too(corpus: Corpus) -> None:
    path = corpus.write("gazette/bac.txt", BREVE)
    (article,) = read_corpus(path, PARIS)
    assert isinstance(article, Article)
    assert article.id == "bac"


@pytest.mark.parametrize("name", ["nulle-part", "nul\0"])
def test_missing_corpus_is_an_error_that_says_what_to_do(tmp_path: Path, name: str) -> None:
    with pytest.raises(CorpusMissing, match="searchapp reindex FOLDER"):
        read_corpus(tmp_path / name, PARIS)


# Readers


@pytest.mark.parametrize(
    ("head", "filename", "name"),
    [
        (b'{"title": "a"}', "a.txt", "JSON Lines"),
        (b'\xef\xbb\xbf\n{\n "title": "a"}', "a.md", "JSON Lines"),
        (b"faux", "A.NDJSON", "JSON Lines"),
        (b"faux", "a.jsonl.gz", "JSON Lines"),
        (b"---\ntitre: a\n---", "a.txt", "Markdown"),
        (b"+++\ntitle = 'a'\n+++", "a", "Markdown"),
        (b"# Le bac", "a.md", "Markdown"),
        (b"# Le bac", "a.txt", "text"),
        (b"---\nLe bac\n", "a.txt", "text"),
        (b"{ le bac }", "a.txt", "text"),
        (b"Le bac", "M. Dupont", "text"),
        (b'[{"title": "a"}]', "a", "JSON Lines"),
        (b"<!DOCTYPE html><html>", "a.txt", "HTML"),
        (b"Le bac <b>Odilon</b>", "a.htm", "HTML"),
        (b'<?xml version="1.0"?>\n<!-- a -->\n<rss>', "a", "RSS/Atom"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom">', "a.xml", "RSS/Atom"),
        (b'<!DOCTYPE nitf SYSTEM "nitf.dtd"><nitf>', "a.xml", "NITF"),
        (b"<nar:newsMessage>", "a.xml", "NewsML-G2"),
        (b"<urlset>", "a.xml", "sitemap"),
        (b"<alto>", "a.xml", "ALTO"),
        (b"<mets:mets>", "a.xml", "METS"),
        (b"Subject: Le bac\nFrom: a@exemple.fr\n\n", "a", "mail"),
        (b"From a@exemple.fr Wed Nov  6 16:49:00 2024\n", "a", "mailbox"),
        (b"%PDF-1.7", "a.txt", "PDF"),
        (b"WARC/1.0\r\n", "a", "WARC"),
        (b"PK\3\4 word/ [Content_Types].xml", "a", "DOCX"),
        (b"PK\3\4 mimetypeapplication/vnd.oasis.opendocument.text", "a", "ODT"),
        (b"titre;texte", "a.csv", "CSV/TSV"),
        (b"<?xml version='1.0'?><facture>", "a.xml", None),
        (b"Le bac", "a.log", None),
        (b"Le\0bac", "a.txt", None),
    ],
)
def test_reader_is_found_by_content_then_by_name(head: bytes, filename: str, name: str | None) -> None:
    reader = find_reader(head, filename)
    assert (reader and reader.name) == name


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (gzip.compress(b"", mtime=0), "the file is empty"),
        (b"\x89PNG\r\n", "it is an image"),
        (b"Rar!", "it is an archive other than zip and tar"),
        (b"PK\x03\x04", "the ZIP archive is damaged or cut short"),
        (gzip.compress(gzip.compress(b"a", mtime=0), mtime=0), "it is compressed twice"),
        (b"Le bac\0", "the file is binary"),
        (b"Le bac " * 10_000 + b"\0\0\0\0", "the file is binary"),
        (b"L\x01e\x02b\x03a\x04c", "the file is binary"),
        (b"<?xml version='1.0'?>", "no reader knows this kind of file; there are readers for PDF"),
        (b"caf\x81", "neither UTF-8 nor Windows-1252"),
        (b"Le bac\n\n" + b"quai " * (4 << 20), "the file is longer than 16 MiB"),
    ],
)
def test_file_without_an_article_is_rejected(reason_of: ReasonOf, content: bytes, reason: str) -> None:
    assert reason in reason_of("bac.txt", content)


def test_utf16_with_its_mark_is_read(article_of: ArticleOf) -> None:
    assert article_of("bac.txt", BREVE.encode("utf-16")).title == "Le bac est à quai"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_json_lines_in_utf16_are_read(corpus: Corpus, encoding: str) -> None:
    corpus.write("a.jsonl", f"\ufeff{DEPECHE % '漢'}{DEPECHE % '😀'}".encode(encoding))
    assert [article.id for article in corpus.articles()] == ["漢", "😀"]


# Compression


def test_gzip_is_read_whatever_the_file_is_called(corpus: Corpus) -> None:
    corpus.write("a.txt.gz", gzip.compress(BREVE.encode()))
    corpus.write("b.jsonl", gzip.compress((DEPECHE % 1).encode()) + gzip.compress((DEPECHE % 2).encode()))
    assert [article.id for article in corpus.articles()] == ["a", "1", "2"]


def test_gzip_cut_short_keeps_the_articles_before(corpus: Corpus) -> None:
    lines = "".join(DEPECHE % os.urandom(9).hex() for _ in range(5000)).encode()
    corpus.write("a.jsonl.gz", gzip.compress(lines)[:-20_000])
    reject = corpus.rejects()[0]
    assert str(reject.reason) == "the compressed file is damaged or cut short"
    assert 1000 < len(corpus.articles()) < 5000


@pytest.mark.parametrize(
    "content", [b"\x1f\x8b", b"\x1f\x8b\x08\0\0", b"\x1f\x8bbac", gzip.compress(b"bac", mtime=0)[:-9]]
)
def test_damaged_gzip_is_rejected(reason_of: ReasonOf, content: bytes) -> None:
    assert reason_of("a.txt.gz", content) == "the compressed file is damaged or cut short"


# Folders


def test_folder_names_give_source_and_section(corpus: Corpus) -> None:
    corpus.write("folders.toml", '[source]\nphare = "Le Phare"\n[section]\nsante = "Santé"\n"santé" = "Soins"')
    corpus.write("phare/a/sante/b.txt", BREVE)
    corpus.write("phare/sante/sante\u0301/c.txt", BREVE)
    corpus.write("phare/d.jsonl", '{"title": "a", "text": "b", "source": "L’Écho"}')
    given = [(article.source, article.section) for article in corpus.articles()]
    assert given == [("Le Phare", "Santé"), ("L’Écho", ""), ("Le Phare", "Soins")]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("[source]\nphare = Le\n", 2, "not valid TOML"),
        (b"[source]\nphare = '\xe9'", None, "not valid TOML"),
        ("[author]\n", None, "unknown table [author]; there are [source], [section], [domain], [column]"),
        ("[source]\nphare = 1", None, "table [source] must give each name a text"),
        ("source = 1", None, "table [source] must give each name a text"),
    ],
)
def test_wrong_folders_file_is_a_reject_and_nothing_is_inherited(
    corpus: Corpus, content: str | bytes, line: int | None, reason: str
) -> None:
    corpus.write("folders.toml", content)
    corpus.write("phare/a.txt", BREVE)
    (reject,) = corpus.rejects()
    assert (reject.file, reject.line) == ("folders.toml", line)
    assert reason in str(reject.reason)
    assert [article.source for article in corpus.articles()] == [""]


# What the file system does


def test_link_within_the_corpus_is_followed(corpus: Corpus) -> None:
    corpus.write(".fonds/bac.txt", BREVE)
    (corpus.root / "a").symlink_to(corpus.root / ".fonds")
    (corpus.root / "b.txt").symlink_to(".fonds/bac.txt")
    assert [article.id for article in corpus.articles()] == ["a/bac", "b"]


@pytest.mark.parametrize("folder", [False, True])
def test_link_out_of_the_corpus_is_rejected(corpus: Corpus, reason_of: ReasonOf, folder: bool) -> None:
    outside = corpus.root.parent / "secret.txt"
    outside.write_text(BREVE)
    (corpus.root / "lien.txt").symlink_to(outside.parent if folder else outside)
    assert "leaves the corpus" in str(corpus.only_reject().reason)


def test_links_in_a_circle_are_rejected(corpus: Corpus) -> None:
    for name, target in (("a", "b"), ("b", "a")):
        (corpus.root / name).mkdir()
        (corpus.root / name / "lien").symlink_to(corpus.root / target)
    corpus.write("a/bac.txt", BREVE)
    assert [article.id for article in corpus.articles()] == ["a/bac", "b/lien/bac"]
    assert [reject.file for reject in corpus.rejects()] == ["a/lien/lien", "b/lien/lien"]


def test_link_to_itself_or_to_nothing_is_rejected(corpus: Corpus) -> None:
    (corpus.root / "a.txt").symlink_to("a.txt")
    (corpus.root / "b.txt").symlink_to("parti.txt")
    assert [reject.file for reject in corpus.rejects()] == ["a.txt", "b.txt"]


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Give up the right of root to read everything for the time of the block."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.mark.parametrize("name", ["a.txt", "a"])
def test_file_or_folder_without_permission_is_rejected(name: str) -> None:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        corpus = Corpus(Path(folder))
        corpus.write("a/b.txt", BREVE) if name == "a" else corpus.write(name, BREVE)
        (corpus.root / name).chmod(0)
        with ordinary_user():
            assert str(corpus.only_reject().reason) == "there is no permission to read it"
        (corpus.root / name).chmod(0o700)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(13, "refused"), "there is no permission to read it"),
        (FileNotFoundError(2, "gone"), "it is not there any more"),
        (OSError(5, "Input/output error"), "it cannot be read: Input/output error"),
    ],
)
def test_file_that_does_not_open_is_rejected(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str
) -> None:
    def refuse(path: Path) -> None:
        raise error

    monkeypatch.setattr("searchapp.ingest.sources.file_reader.open_file", refuse)
    corpus.write("a.txt", BREVE)
    assert reason in str(corpus.only_reject().reason)


def test_pipe_is_rejected_and_not_waited_for(corpus: Corpus) -> None:
    os.mkfifo(corpus.root / "tuyau.txt")
    assert str(corpus.only_reject().reason) == "it is neither a file nor a folder"


@given(st.binary(), st.sampled_from(["a.txt", "a.md", "a.jsonl", "a"]))
def test_no_bytes_make_reading_fail(content: bytes, name: str) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(content)
        assert len(list(read_corpus(Path(folder), PARIS))) <= content.count(b"\n") + 1


@given(st.text(st.sampled_from("#-+=*_`[]()!<>&:{}\"'\\\n 1aé|~\t")), st.sampled_from(["", "---\n", "+++\n"]))
@example('{"\n1', "")
def test_no_markup_makes_reading_fail(content: str, opening: str) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "a.md").write_text(f"{opening}{content}")
        # What begins like JSON is read as lines of JSON, whatever its name.
        most = 1 + content.count("\n") if not opening and content.lstrip().startswith("{") else 1
        assert 1 <= len(list(read_corpus(Path(folder), PARIS))) <= most


# Progress and memory


def test_position_rises_to_the_size_of_the_file(corpus: Corpus) -> None:
    corpus.write("b.jsonl.gz", gzip.compress("".join(DEPECHE % n for n in range(30_000)).encode()))
    reader = CorpusReader(corpus.root, PARIS)
    (unit,) = reader.units()
    assert isinstance(unit, Unit)
    done = [unit.position() for _ in unit.read(0)]
    assert done == sorted(done)
    assert 0 < done[0] < unit.size == reader.total_bytes() == unit.position()


def test_memory_stays_flat_however_long_the_file(corpus: Corpus) -> None:
    corpus.write("a.jsonl", "".join(DEPECHE.replace("quai", "quai " * 500) % n for n in range(4000)))
    tracemalloc.start()
    count = sum(1 for _ in read_corpus(corpus.root, PARIS))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 4000
    assert peak < 1 << 20


class Watched(io.BytesIO):
    """A stream that remembers the most that it was asked for at once."""

    most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.most = max(self.most, size if size is not None and size >= 0 else sys.maxsize)
        return super().read(size)


def test_file_of_one_article_is_read_in_small_pieces() -> None:
    # A buffer of the most that an article may take, for each article, left the heap in pieces: 1.6 GB in a million.
    stream = Watched(b"a" * 200_000)
    assert read_bytes(stream) == b"a" * 200_000
    assert stream.most <= 1 << 16


def test_library_is_silenced_once_however_many_files_need_it(corpus: Corpus) -> None:
    for number in range(5):
        corpus.write(f"{number}.pdf", SAMPLES["a.pdf"]())
    corpus.read()
    handlers = len(logging.getLogger("pypdfium2").handlers)
    corpus.read()
    assert len(logging.getLogger("pypdfium2").handlers) == handlers <= 2


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"real articles are not there: {SHARED}")
@pytest.mark.parametrize(
    ("name", "count", "facts"),
    [
        ("seed", 1, ("title", "lead", "text", "date")),
        ("data/piaf/docs.jsonl.gz", 761, ("title", "text", "source")),
        ("data/orange/docs.jsonl.gz", 18_778, ("title", "text", "date", "source", "section", "url")),
        ("data/cdtn/docs.jsonl.gz", 16_372, ("title", "source")),
    ],
)
def test_real_articles_are_read_without_a_reject(name: str, count: int, facts: tuple[str, ...]) -> None:
    found = 0
    for article in read_corpus(SHARED / name, PARIS):
        assert isinstance(article, Article), article
        assert all(getattr(article, fact) for fact in facts), article.id
        assert article.language == "fr"
        found += 1
    assert found == count
