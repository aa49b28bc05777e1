"""Names of files become ids: readable ones, and different names different ones."""

from __future__ import annotations

import io
import os
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchapp.ingest.file_names import name_inside, text_of_name
from tests.ingest.conftest import Corpus

BREVE = "Une brève\n\nElle est courte.\n"
LATIN = [b"p\xeacheur.txt", b"p\xe9cheur.txt", b"pr\xe9s.txt", b"pr\xe8s.txt"]
IDS = ["prés~cp1252", "près~cp1252", "pécheur~cp1252", "pêcheur~cp1252"]

names = st.lists(
    st.sampled_from([b"p", b"~", b"cp1252", b"bytes", b"utf8", b".txt", b".gz", b"\xea", "ê".encode(), b"~EA", b"\x88"])
    | st.binary(max_size=2),
    max_size=6,
).map(b"".join)


@given(names, names)
@example(b"\xea", "ê~cp1252".encode())
@example(b"\x88", b"~88~bytes")
@example("ê~cp1252~utf8".encode(), b"\xea~utf8")
def test_names_of_different_bytes_are_different_texts(one: bytes, other: bytes) -> None:
    assert (text_of_name(one) == text_of_name(other)) == (one == other)


@given(st.text(st.characters(codec="utf-8")))
def test_a_name_in_utf8_is_taken_as_it_is(name: str) -> None:
    if "~" not in name:
        assert text_of_name(name.encode()) == name_inside(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"p\xeacheur.txt", "pêcheur~cp1252.txt"),
        (b"l\x92\xe9t\xe9.jsonl.gz", "l’été~cp1252.jsonl.gz"),
        (b"sant\xe9/caf\xe9.txt", "santé~cp1252/café~cp1252.txt"),
        (b"p\x88cheur.txt", "p~88cheur~bytes.txt"),
        ("pêcheur~cp1252.txt".encode(), "pêcheur~cp1252~utf8.txt"),
        (b"bilan~2.txt", "bilan~2.txt"),
        (b"\xe9t\xe9.a.b.c.gz", "été.a~cp1252.b.c.gz"),  # three extensions, of eight characters each
        (b"\xe9t\xe9.markdown", "été~cp1252.markdown"),
        (b"\xe9t\xe9.markdowns", "été.markdowns~cp1252"),
        (b"\xe9t\xe9.2024", "été.2024~cp1252"),
        (b"\xe9t\xe9.t\xe9t", "été.tét~cp1252"),
        (b"\xe9t\xe9.", "été.~cp1252"),
        (b"\xe9t\xe9", "été~cp1252"),
        (b"t\x7f\x80.txt", "t\x7f~80~bytes.txt"),
        (b"t\x81.txt", "t~81~bytes.txt"),
        (b"a~b\x81.txt", "a~7Eb~81~bytes.txt"),
        (b"o\xb0 \xab\xbb\x96", "o° «»–~cp1252"),
        (b"\x9e\x9f", "žŸ~cp1252"),
        (b"\x83", "~83~bytes"),  # ƒ: what a name of western Europe does not hold
    ],
)
def test_a_name_can_be_read_and_tells_how_it_was_read(name: bytes, shown: str) -> None:
    assert text_of_name(name) == shown


def test_files_whose_names_are_no_utf8_are_articles_of_their_own(corpus: Corpus) -> None:
    for name in LATIN:
        Path(os.fsdecode(os.fsencode(corpus.root) + b"/" + name)).write_text(BREVE, "utf-8")
    assert sorted(article.id for article in corpus.articles()) == sorted(IDS)


def test_a_tar_archive_keeps_such_names_apart_too(corpus: Corpus) -> None:
    with tarfile.open(corpus.root / "a.tar", "w", encoding="utf-8", errors="surrogateescape") as archive:
        for name in LATIN:
            info = tarfile.TarInfo(name.decode("utf-8", "surrogateescape"))
            info.size = len(BREVE.encode())
            archive.addfile(info, io.BytesIO(BREVE.encode()))
    assert sorted(article.id for article in corpus.articles()) == sorted(f"a.tar/{name}" for name in IDS)


@pytest.mark.parametrize(
    ("name", "article_id"),
    [
        (b"p\xeacheur.txt", "pêcheur~cp1252"),  # as Latin-1 has it
        (b"p\x88cheur.txt", "pêcheur"),  # as DOS had it, which is the standard
        ("pêcheur.txt".encode(), "pêcheur"),  # as most programs write it, with a flag or without
    ],
)
def test_a_zip_archive_may_name_its_files_in_several_ways(corpus: Corpus, name: bytes, article_id: str) -> None:
    place = b"x" * len(name)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(place.decode(), BREVE)
    corpus.write("a.zip", content.getvalue().replace(place, name))
    assert corpus.only_article().id == f"a.zip/{article_id}"


def test_an_accent_in_two_signs_makes_no_other_id(corpus: Corpus) -> None:
    for form in ("NFC", "NFD"):
        corpus.write(unicodedata.normalize(form, "été.txt"), BREVE)
    assert {article.id for article in corpus.articles()} == {"été"}
