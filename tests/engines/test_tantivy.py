"""Behaviour of the Tantivy adapter alone."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.arrangements import arrangements
from searchapp.engines.port import CompactionRequired, Document, EnginePanic, EngineRequest, MatchAllClause, TermClause
from searchapp.engines.proximity import stand_near
from searchapp.engines.tantivy_engine import TantivyEngine
from searchapp.engines.tantivy_engine import entries as entries_module
from searchapp.engines.tantivy_engine import schema as schema_module
from searchapp.engines.tantivy_engine import writer as writer_module
from searchapp.engines.tantivy_engine.entries import entry_of
from searchapp.engines.tantivy_engine.stored import join, split
from searchapp.engines.tantivy_engine.writer import deleted_documents
from searchapp.errors import IndexDamaged
from searchapp.model import Article, Filters
from searchapp.schema import ID, STEMS

ANALYZER = FrenchAnalyzer()
ENGINE = TantivyEngine()
WORDS = st.lists(st.sampled_from("abc"), max_size=12)


def document(number: int, text: str) -> Document:
    return Document(
        Article(str(number), "Titre", text), ANALYZER.terms("Titre"), [], ANALYZER.terms(text), 0, b"preuve"
    )


def write(folder: Path, documents: Iterable[Document], base: Path | None = None) -> Path:
    folder.mkdir()
    with ENGINE.create(folder, base) as writer:
        for entry in documents:
            writer.add(entry)
    return folder


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def test_an_index_of_an_older_version_is_searched_without_the_fields_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema_module, "VALUE_FIELDS", (ID, "source", "author", "tag"))
    monkeypatch.setattr(entries_module, "field_values", lambda article, _day: [(ID, article.id)])
    reader = ENGINE.open(write(tmp_path / "older", [document(1, "La mer monte")]))
    request = EngineRequest(MatchAllClause(), facets=("source", "year"), timeline=True)
    assert (reader.search(request).total, reader.search(request).facets) == (1, {"source": (), "year": ()})
    filtered = replace(request, filters=Filters({"year": ("2024",)}, excluded={"language": ("en",)}))
    assert reader.search(filtered).total == 0
    assert reader.terms_with_prefix("language", "", 9) == []
    reader.close()


@given(WORDS, st.lists(st.sampled_from("abcd"), min_size=2, max_size=3), st.integers(0, 4))
def test_both_ways_to_find_words_near_each_other_agree(words: list[str], terms: list[str], slop: int) -> None:
    stretch = len(terms) + slop
    placed = any(
        all(words[start + offset : start + offset + 1] == [term] for offset, term in way)
        for way in arrangements(terms, stretch)
        for start in range(len(words))
    )
    assert placed == stand_near(words, terms, slop)


@given(st.lists(st.text(st.sampled_from("ab é")), min_size=1))
def test_terms_come_back_as_they_were_joined(terms: list[str]) -> None:
    assert split(join(terms)) == terms


def changing_corpus(rounds: int) -> Iterable[list[Document]]:
    """Rounds of changes to 4,000 articles: each rewrites about 8 % of them and adds a few."""
    draw = random.Random(5)
    words = [ANALYZER.terms(f"mot{number} vin")[0].word for number in range(2000)]
    yield [document(number, " ".join(draw.choices(words, k=60))) for number in range(4000)]
    for _ in range(rounds):
        yield [document(draw.randrange(4100), " ".join(draw.choices(words, k=60))) for _ in range(330)]


def test_an_index_stays_below_one_and_a_half_times_its_live_size(tmp_path: Path) -> None:
    """Forty incremental generations replace the corpus three times over; a worn-out base is left as the port says."""
    articles: dict[str, Document] = {}
    folder, worn_out, worst = None, 0, 0.0
    for number, changes in enumerate(changing_corpus(40)):
        articles.update((entry.article.id, entry) for entry in changes)
        try:
            folder = write(tmp_path / str(number), changes, folder)
        except CompactionRequired:
            assert list((tmp_path / str(number)).iterdir()) == []
            folder, worn_out = write(tmp_path / f"{number}-anew", articles.values()), worn_out + 1
        if number % 5 == 0:
            live = size(write(tmp_path / f"{number}-live", articles.values()))
            worst = max(worst, size(folder) / live)
    assert folder is not None
    reader = ENGINE.open(folder)
    assert reader.count == len(articles)
    reader.close()
    assert worst < 1.5
    assert worn_out < 10


def test_nothing_but_the_live_segments_is_left_in_the_folder(tmp_path: Path) -> None:
    folder = None
    for number in range(12):
        folder = write(tmp_path / str(number), [document(number, "vin")], folder)
    assert folder is not None
    segments = {file.name.partition(".")[0] for file in folder.iterdir() if not file.name.startswith(".")} - {"meta"}
    reader = ENGINE.open(folder)
    assert reader.count == 12
    assert len(segments) < 8
    assert deleted_documents(folder) == (0, 12)
    reader.close()


def test_a_writer_that_fails_leaves_an_empty_folder_and_no_thread_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "_BURST_BYTES", 0)

    def threads() -> int:
        return len(list(Path("/proc/self/task").iterdir()))

    def write_and_fail(folder: Path) -> None:
        folder.mkdir()
        with ENGINE.create(folder) as writer:
            for number in range(500):
                writer.add(document(number, "vin rouge " * 50))
            raise KeyboardInterrupt

    before = threads() if Path("/proc").is_dir() else 0
    for number in range(10):
        folder = tmp_path / str(number)
        with pytest.raises(KeyboardInterrupt):
            write_and_fail(folder)
        assert list(folder.iterdir()) == []
    end = time.monotonic() + 10  # the last of them take a moment to end
    while before and threads() >= before + 10 and time.monotonic() < end:
        time.sleep(0.05)
    assert not before or threads() < before + 10


def test_many_equal_scores_over_many_segments_keep_the_order_of_adding(tmp_path: Path) -> None:
    folder = None
    for number in range(5):
        first = number * 100
        folder = write(tmp_path / str(number), [document(first + place, "vin") for place in range(100)], folder)
    assert folder is not None
    reader = ENGINE.open(folder)
    for clause in (TermClause(STEMS, (("vin", 1.0),)), MatchAllClause()):
        result = reader.search(EngineRequest(clause, offset=140, limit=200))
        ids = [entry.id for entry in reader.articles(candidate.document for candidate in result.candidates)]
        assert ids == [str(number) for number in range(140, 340)]
    reader.close()


def test_a_panic_of_tantivy_is_an_exception_with_its_cause(tmp_path: Path) -> None:
    reader = ENGINE.open(write(tmp_path / "engine", [document(0, "vin")]))
    for read in (reader.articles, reader.details):
        with pytest.raises(EnginePanic, match="out of bounds") as caught:
            read([99 << 32])  # no search gives this number: Tantivy looks for a segment that is not there
        assert not isinstance(caught.value.__cause__, Exception)
    assert reader.articles([0])[0].id == "0"
    reader.close()


def test_facets_with_more_values_in_all_than_tantivy_counts_at_a_time(tmp_path: Path) -> None:
    many = (Article(str(number), "", "", source=f"s{number}", authors=(f"a{number}",)) for number in range(33_000))
    reader = ENGINE.open(write(tmp_path / "engine", (Document(article, [], [], [], 0) for article in many)))
    facets = reader.search(EngineRequest(MatchAllClause(), facets=("source", "author", "section"))).facets
    assert {name: len(buckets) for name, buckets in facets.items()} == {
        "source": 33_000,
        "author": 33_000,
        "section": 0,
    }
    reader.close()


@pytest.mark.parametrize("suffix", [".idx", ".store", ".fast", ".term", ".pos", ".json"])
def test_a_file_cut_short_is_damage(tmp_path: Path, suffix: str) -> None:
    folder = write(tmp_path / "engine", [document(number, "vin " * number) for number in range(50)])
    for file in [file for file in folder.iterdir() if file.suffix == suffix]:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(IndexDamaged):
        ENGINE.open(folder)


# U+037A and U+FDFA become terms with spaces in them.
@given(st.text(alphabet="aéœ \u037a\ufdfa'’_\u0345\u00ad1,.-", max_size=30))
def test_an_entry_has_the_very_terms_of_its_document(text: str) -> None:
    terms = ANALYZER.terms(text)
    fields = {name: split(joined) for name, joined in entry_of(document(0, text)).terms}
    assert fields[STEMS] == [term.stem for term in [*ANALYZER.terms("Titre"), *terms]]
    assert fields.get("text_words", []) == [term.word for term in terms]
    assert fields.get("text_exact", []) == [term.exact for term in dict.fromkeys(terms)]
