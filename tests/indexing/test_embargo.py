"""An embargo holds an article back until its moment; the next reindex after it, or a server, shows the article."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from searchapp import bootstrap
from searchapp.analysis import FrenchAnalyzer
from searchapp.config import Config, load_config
from searchapp.indexing import Generations
from searchapp.indexing.embargoes import Releases, ReleaseTimer
from searchapp.indexing.reindex import Job, reindex
from searchapp.indexing.reindex_options import Options
from searchapp.indexing.summary import Summary
from searchapp.indexing.watching import changes
from searchapp.model import JOURNAL_FOLDER, SearchRequest

MORNING = datetime(2024, 11, 6, 8, tzinfo=UTC)
NOON = "2024-11-06T12:00:00Z"


@dataclass
class Newsroom:
    """A corpus, its index and a clock that a test sets."""

    config: Config
    now: datetime = MORNING

    @property
    def generations(self) -> Generations:
        return Generations(self.config.index, clock=lambda: self.now)

    def write(self, name: str, *records: dict[str, object]) -> None:
        path = self.config.corpus / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")

    def reindex(self, at: datetime | None = None, *, full: bool = False, only: frozenset[int] | None = None) -> Summary:
        self.now = at or self.now + timedelta(seconds=1)
        return reindex(
            Job(
                bootstrap.open_sources(self.config),
                "corpus",
                self.generations,
                bootstrap.engine_named("whoosh"),
                FrenchAnalyzer(),
                self.config.timezone,
                Options(yes=True, full=full, only=only, jobs=1),
            )
        )

    def shown(self) -> dict[str, str]:
        """Return the text of each article that a search finds."""
        service = bootstrap.open_service(self.config)
        try:
            return {hit.article.id: hit.article.text for hit in service.search(SearchRequest("")).hits}
        finally:
            service.close()


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    (tmp_path / "corpus").mkdir()
    return Newsroom(load_config({"corpus": tmp_path / "corpus", "index": tmp_path / "index"}))


def article(article_id: str, text: str = "Il part à midi.", **more: object) -> dict[str, object]:
    return {"id": article_id, "title": "Le bac", "text": text, **more}


AFTERNOON = MORNING + timedelta(hours=5)


def test_article_is_found_only_after_its_embargo_though_no_file_changed(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", article("bac", embargo=NOON), article("phare", "Il luit."))
    first = newsroom.reindex()
    assert (first.read, first.indexed, first.embargoed, first.duplicates) == (2, 1, 1, 0)
    assert first.next_release == "2024-11-06T12:00:00+00:00"
    assert set(newsroom.shown()) == {"phare"}
    assert not newsroom.reindex().published
    released = newsroom.reindex(AFTERNOON)
    assert (released.added, released.embargoed, released.next_release) == (1, 0, "")
    assert set(newsroom.shown()) == {"phare", "bac"}
    assert not newsroom.reindex().published


def test_write_after_the_moment_releases_what_files_hold(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", article("bac", embargo=NOON))
    newsroom.reindex()
    newsroom.write(f"{JOURNAL_FOLDER}/2024-11.jsonl", article("phare", "Il luit."))
    newsroom.reindex(AFTERNOON, only=frozenset({1}))
    assert set(newsroom.shown()) == {"phare", "bac"}


def test_version_before_stays_while_its_correction_is_under_embargo(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", article("bac", "Il part.", date="2024-11-05"))
    newsroom.reindex()
    newsroom.write("b.jsonl", article("bac", "Il reste à quai.", date="2024-11-06", embargo=NOON))
    newsroom.reindex()
    assert newsroom.shown() == {"bac": "Il part."}
    newsroom.reindex(AFTERNOON)
    assert newsroom.shown() == {"bac": "Il reste à quai."}


def test_journal_keeps_an_embargo_too(newsroom: Newsroom) -> None:
    newsroom.write(f"{JOURNAL_FOLDER}/2024-11.jsonl", article("bac", "Il part."), article("bac", "Non.", embargo=NOON))
    newsroom.reindex()
    assert newsroom.shown() == {"bac": "Il part."}
    newsroom.reindex(AFTERNOON)
    assert newsroom.shown() == {"bac": "Non."}


def test_withdrawal_waits_for_no_embargo(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", article("bac"), article("phare", "Il luit."))
    newsroom.reindex()
    newsroom.write("b.jsonl", article("bac", status="withdrawn", embargo=NOON))
    newsroom.reindex()
    assert set(newsroom.shown()) == {"phare"}


def test_article_that_is_put_under_embargo_is_not_found_any_more(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", article("bac"), article("phare", "Il luit."))
    newsroom.reindex()
    newsroom.write("a.jsonl", article("bac", embargo=NOON), article("phare", "Il luit."))
    newsroom.reindex()
    assert set(newsroom.shown()) == {"phare"}


def test_what_is_held_back_makes_no_other_article_a_repeat(newsroom: Newsroom) -> None:
    newsroom.write("a.json", {"title": "Le bac", "text": "Il part.", "embargo": NOON})
    newsroom.write("b.json", {"title": "Le bac", "text": "Il part."})
    newsroom.reindex()
    assert set(newsroom.shown().values()) == {"Il part."}


def test_rebuild_holds_back_what_the_index_before_held_back(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", article("bac", embargo=NOON), article("phare", "Il luit."))
    newsroom.reindex()
    assert newsroom.reindex(full=True).embargoed == 1
    assert set(newsroom.shown()) == {"phare"}


@pytest.mark.parametrize("embargo", ["bientôt", 12])
def test_embargo_that_is_no_date_holds_back_until_another_version_comes(newsroom: Newsroom, embargo: object) -> None:
    newsroom.write("a.jsonl", article("bac", embargo=embargo))
    assert newsroom.reindex(AFTERNOON).embargoed == 1
    newsroom.write("b.jsonl", article("bac", modified="2024-11-06T18:00:00Z"))
    newsroom.reindex()
    assert set(newsroom.shown()) == {"bac"}


G2 = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="bac"><itemMeta>{}</itemMeta><contentMeta>
<headline>Le bac</headline></contentMeta><contentSet><inlineData>Il part.</inlineData></contentSet></newsItem>"""
NEWSML_1 = """<NewsML><NewsItem><NewsManagement><Status FormalName="Embargoed"/>{}</NewsManagement><NewsComponent>
<NewsLines><HeadLine>Le bac</HeadLine></NewsLines><ContentItem><DataContent>Il part.</DataContent></ContentItem>
</NewsComponent></NewsItem></NewsML>"""
CHANGE = (
    '<StatusWillChange><FutureStatus FormalName="Usable"/><DateAndTime>20241106T120000Z</DateAndTime>'
    "</StatusWillChange>"
)
NITF = """<nitf><head><docdata management-status="embargoed"><date.release norm="20241106T120000Z"/></docdata></head>
<body><body.head><hedline><hl1>Le bac</hl1></hedline></body.head><body.content><p>Il part.</p></body.content></body>
</nitf>"""
NINJS = json.dumps({"uri": "bac", "headline": "Le bac", "body_text": "Il part.", "embargoed": NOON})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xml", G2.format(f"<embargoed>{NOON}</embargoed>")),
        ("a.xml", NEWSML_1.format(CHANGE)),
        ("a.xml", NITF),
        ("a.json", NINJS),
    ],
    ids=["NewsML-G2", "NewsML 1", "NITF", "ninjs"],
)
def test_embargo_of_an_agency_is_kept_to_the_minute(newsroom: Newsroom, name: str, content: str) -> None:
    (newsroom.config.corpus / name).write_text(content, "utf-8")
    newsroom.reindex(MORNING + timedelta(hours=3, minutes=59))
    assert newsroom.shown() == {}
    newsroom.reindex(MORNING + timedelta(hours=4, minutes=1))
    assert list(newsroom.shown().values()) == ["Il part."]


def test_item_under_embargo_without_a_moment_waits_for_its_next_revision(newsroom: Newsroom) -> None:
    (newsroom.config.corpus / "a.xml").write_text(NEWSML_1.format(""), "utf-8")
    summary = newsroom.reindex(AFTERNOON)
    assert (summary.embargoed, summary.next_release) == (1, "")


def test_release_is_due_once_for_each_moment(newsroom: Newsroom) -> None:
    releases = Releases(newsroom.generations)
    assert not releases.due()
    newsroom.write("a.jsonl", article("bac", embargo=NOON))
    newsroom.reindex()
    assert not releases.due()
    newsroom.now = AFTERNOON
    assert [releases.due(), releases.due()] == [True, False]


def test_timer_of_a_server_indexes_when_an_embargo_ends(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", article("bac", embargo=NOON))
    newsroom.reindex()
    released = Event()
    timer = ReleaseTimer(Releases(newsroom.generations), released.set)
    timer.start()
    newsroom.now = AFTERNOON
    assert released.wait(30)
    timer.close()


def test_watching_tells_of_an_embargo_that_ends_though_no_file_changes(newsroom: Newsroom) -> None:
    newsroom.write("a.jsonl", article("bac", embargo=NOON))
    newsroom.reindex()
    newsroom.now = AFTERNOON
    assert next(changes([newsroom.config.corpus], Releases(newsroom.generations).due)) is None
