"""Index a corpus, or answer queries, with one contender: ``python peers.py index|search NAME CORPUS FOLDER [QUERIES]``.

Runs in the contender's own environment, so nothing is imported before it is needed. Prints one line of JSON.
"""

from __future__ import annotations

import json
import pickle
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Record = dict[str, Any]
Search = Callable[[str], int]


def records(corpus: Path) -> Iterator[Record]:
    with corpus.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def folded_french() -> Any:
    from whoosh.analysis import CharsetFilter, LanguageAnalyzer
    from whoosh.support.charset import accent_map

    return LanguageAnalyzer("fr") | CharsetFilter(accent_map)


def index_stock(corpus: Path, folder: Path) -> None:
    """The schema of Whoosh's documentation: stored TEXT fields with the French analyzer for title and text."""
    from whoosh import fields, index

    text = folded_french()
    names = ("source", "section", "author", "date")
    schema = fields.Schema(
        id=fields.ID(unique=True, stored=True),
        title=fields.TEXT(analyzer=text, stored=True),
        text=fields.TEXT(analyzer=text, stored=True),
        **{name: fields.ID(stored=True) for name in names},
    )
    with index.create_in(str(folder), schema).writer(limitmb=256) as writer:
        for record in records(corpus):
            writer.add_document(**{name: record[name] for name in ("id", "title", "text", *names)})


def index_stock_same(corpus: Path, folder: Path) -> None:
    """The fields and terms of searchapp, given to Whoosh's own writer as lists of terms."""
    from whoosh import fields, index

    from searchapp.analysis import FrenchAnalyzer

    terms = FrenchAnalyzer().terms
    parts = ("title", "text")
    names = ("source", "section", "author")
    schema = fields.Schema(
        stems=fields.TEXT(phrase=False),
        **{f"{part}_words": fields.TEXT(phrase=True) for part in parts},
        **{f"{part}_exact": fields.TEXT(phrase=False) for part in parts},
        id=fields.ID(unique=True, stored=True),
        **{name: fields.ID(stored=True) for name in names},
        **{name: fields.STORED() for name in (*parts, "date")},
    )
    with index.create_in(str(folder), schema).writer(limitmb=256) as writer:
        for record in records(corpus):
            analysed = {part: terms(record[part]) for part in parts}
            writer.add_document(
                stems=[term.stem for part in parts for term in analysed[part]],
                **{f"{part}_words": [term.word for term in analysed[part]] for part in parts},
                **{f"{part}_exact": [term.exact for term in analysed[part]] for part in parts},
                **{name: record[name] for name in ("id", *names, *parts, "date")},
            )


def open_stock(folder: Path) -> Search:
    """Ten results by BM25F over title and text, any word; a searcher that is kept; no highlighting, no facets."""
    from whoosh import index, qparser

    searcher = index.open_dir(str(folder)).searcher()
    parser = qparser.MultifieldParser(["title", "text"], searcher.schema, group=qparser.OrGroup)

    def search(text: str) -> int:
        results = searcher.search(parser.parse(text), limit=10)
        return len([hit["title"] for hit in results])

    return search


def index_fts5(corpus: Path, folder: Path) -> None:
    database = sqlite3.connect(folder / "fts5.db")
    database.executescript(
        "pragma synchronous=off; pragma journal_mode=off;"
        "create virtual table article using fts5(id unindexed, title, text, date unindexed, source unindexed,"
        ' section unindexed, author unindexed, tokenize="unicode61 remove_diacritics 2");'
    )
    names = ("id", "title", "text", "date", "source", "section", "author")
    rows = ([record[name] for name in names] for record in records(corpus))
    with database:
        database.executemany("insert into article values (?,?,?,?,?,?,?)", rows)
    database.close()


def open_fts5(folder: Path) -> Search:
    database = sqlite3.connect(folder / "fts5.db")

    def search(text: str) -> int:
        words = " OR ".join(f'"{word}"' for word in text.replace('"', " ").split())
        rows = database.execute("select title from article where article match ? order by rank limit 10", (words,))
        return len(rows.fetchall())

    return search


def index_tantivy(corpus: Path, folder: Path) -> None:
    """tantivy-py by itself, two threads: its default chain, which does not stem, over title and text."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("title", "text"):
        builder.add_text_field(name, stored=True)
    write_tantivy(tantivy.Index(builder.build(), str(folder)), corpus, ("id", "title", "text"))


def index_tantivy_french(corpus: Path, folder: Path) -> None:
    """tantivy-py by itself, two threads: its own French chain."""
    import tantivy

    french = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stemmer("french"))
        .filter(tantivy.Filter.ascii_fold())
        .build()
    )
    builder = tantivy.SchemaBuilder()
    for name in ("title", "text"):
        builder.add_text_field(name, stored=True, tokenizer_name="fr", index_option="position")
    names = ("id", "source", "section", "author", "date")
    for name in names:
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    index = tantivy.Index(builder.build(), str(folder))
    index.register_tokenizer("fr", french)
    write_tantivy(index, corpus, ("title", "text", *names))


def write_tantivy(index: Any, corpus: Path, names: tuple[str, ...]) -> None:
    import tantivy

    writer = index.writer(200_000_000, 2)
    for record in records(corpus):
        document = tantivy.Document()
        for name in names:
            document.add_text(name, record[name])
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def index_tantivy_ready(entries: Path, folder: Path) -> None:
    """searchapp's fields, their terms made and joined before: what is left is Tantivy's own work, with two threads."""
    from searchapp.engines.tantivy_engine.schema import new_index

    writer = new_index(str(folder)).writer(200_000_000, 2)
    with entries.open("rb") as file:
        for number in range(pickle.load(file)):  # noqa: S301 - written below
            writer.add_document(pickle.load(file).numbered(number))  # noqa: S301
    writer.commit()
    writer.wait_merging_threads()


def ready_made(corpus: Path) -> Path:
    """Return a file of the number of articles and what searchapp gives Tantivy of each, made once."""
    from zoneinfo import ZoneInfo

    from searchapp.engines.tantivy_engine.entries import entry_of
    from searchapp.indexing.documents import DocumentMaker
    from searchapp.ingest import CorpusReader
    from searchapp.model import Article

    path = corpus.with_suffix(".entries")
    if not path.is_file():
        zone = ZoneInfo("Europe/Paris")
        make = DocumentMaker(zone)
        with path.open("wb") as file:
            pickle.dump(sum(1 for _ in records(corpus)), file)
            for article in CorpusReader(corpus, zone):
                assert isinstance(article, Article)  # none of a synthetic corpus is rejected
                pickle.dump(entry_of(make(article)), file)
    return path


INDEXERS: dict[str, Callable[[Path, Path], None]] = {
    "whoosh": index_stock,
    "whoosh-same": index_stock_same,
    "fts5": index_fts5,
    "tantivy": index_tantivy,
    "tantivy-french": index_tantivy_french,
    "tantivy-ready": index_tantivy_ready,
}
SEARCHERS: dict[str, Callable[[Path], Search]] = {"whoosh": open_stock, "fts5": open_fts5}


def index_with(name: str, corpus: Path, folder: Path) -> Record:
    source = ready_made(corpus) if name == "tantivy-ready" else corpus
    started, used = time.perf_counter(), time.process_time()
    INDEXERS[name](source, folder)
    return {"seconds": time.perf_counter() - started, "cpu": time.process_time() - used}


def search_with(name: str, folder: Path, queries: list[str]) -> Record:
    """Return the latencies of all queries in milliseconds, after one round that warms up."""
    search = SEARCHERS[name](folder)
    for query in queries[:50]:
        search(query)
    latencies, used = [], []
    for query in queries:
        started, cpu = time.perf_counter(), time.process_time()
        search(query)
        latencies.append((time.perf_counter() - started) * 1000)
        used.append((time.process_time() - cpu) * 1000)
    return {"latencies": latencies, "cpu": used}


if __name__ == "__main__":
    action, contender, source, target = sys.argv[1:5]
    if action == "index":
        print(json.dumps(index_with(contender, Path(source), Path(target))))
    else:
        print(json.dumps(search_with(contender, Path(target), json.loads(Path(source).read_text("utf-8")))))
