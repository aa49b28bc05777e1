"""Alerts tell of each new article that a saved search finds, once."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from searchapp import bootstrap
from searchapp.alerts.percolator import percolating
from searchapp.alerts.saved_search import from_table
from searchapp.bootstrap import ReindexOptions
from searchapp.cli import cli
from searchapp.config import ENGINES
from searchapp.errors import SearchappError, Unavailable
from searchapp.indexing.documents import DocumentMaker
from searchapp.search.service import SearchService
from tests.alerts.conftest import Newsroom, article
from tests.conftest import ARTICLES

TOMME = article("tomme", "La tomme de Sarmane monte", section="Économie", date="2024-11-06")
PHARE = article("phare", "Le phare de Sarmane est à vendre", section="Société", date="2023-02-01")


def test_a_new_article_is_told_once_and_the_archive_never(newsroom: Newsroom) -> None:
    newsroom.add("marche", "marché")
    newsroom.publish(article("m2", "Un marché de plus"), PHARE)
    newsroom.run()
    assert newsroom.told() == ["Un marché de plus"]
    newsroom.publish(full=True)
    newsroom.run()
    assert newsroom.told() == []


def test_an_alert_written_into_the_file_by_hand_takes_the_first_run_as_its_baseline(newsroom: Newsroom) -> None:
    newsroom.config.alerts.mkdir()
    (newsroom.config.alerts / "alerts.toml").write_text(
        '[[alert]]\nname = "a"\nquery = "Sarmane OU marché"\nmail = "desk@localhost"\n', "utf-8"
    )
    assert newsroom.run().baseline
    newsroom.publish(TOMME)
    newsroom.run()
    assert newsroom.told() == ["La tomme de Sarmane monte"]


def test_articles_of_several_publishes_come_in_one_digest(newsroom: Newsroom) -> None:
    newsroom.add("sarmane", "sarmane")
    newsroom.publish(TOMME, name="one")
    newsroom.publish(PHARE, name="two")
    newsroom.run()
    (mail,) = newsroom.mails()
    assert mail["Subject"] == "[searchapp] sarmane – 2 nouveaux articles"
    assert "https://archives.example/articles/tomme" in mail.get_content()
    assert "https://archives.example/articles/phare" in mail.get_content()


def test_a_new_index_of_the_same_corpus_tells_nothing_again(newsroom: Newsroom) -> None:
    newsroom.add("sarmane", "sarmane")
    newsroom.publish(TOMME)
    newsroom.run()
    newsroom.told()
    newsroom.config = replace(newsroom.config, index=newsroom.config.index.with_name("other"))
    newsroom.publish(PHARE, name="two")
    newsroom.run()
    assert newsroom.told() == ["Le phare de Sarmane est à vendre"]


def test_another_corpus_in_place_of_the_first_is_not_news(newsroom: Newsroom) -> None:
    newsroom.add("sarmane", "sarmane")
    other = newsroom.config.corpus.with_name("other")
    other.mkdir()
    newsroom.config = replace(newsroom.config, corpus=other)
    newsroom.publish(TOMME)
    assert newsroom.run().baseline
    assert newsroom.told() == []


def test_a_corrected_article_comes_again_only_if_that_is_asked_for(newsroom: Newsroom) -> None:
    newsroom.add("once", "tomme")
    newsroom.add("each", "tomme", corrections=True)
    newsroom.publish(TOMME)
    newsroom.run()
    assert newsroom.told() == ["La tomme de Sarmane monte"] * 2
    newsroom.publish({**TOMME, "text": "Le prix de la tomme était faux."})
    newsroom.run()
    assert [mail["Subject"] for mail in newsroom.mails()] == ["[searchapp] each – 1 nouvel article"]


def test_an_article_that_matches_first_when_it_was_corrected_is_news(newsroom: Newsroom) -> None:
    newsroom.add("cumin", "cumin")
    newsroom.publish(TOMME)
    newsroom.run()
    newsroom.publish({**TOMME, "text": "Au cumin."})
    newsroom.run()
    assert newsroom.told() == ["La tomme de Sarmane monte"]


def test_a_correction_of_the_archive_is_not_news(newsroom: Newsroom) -> None:
    newsroom.add("caisse", "caisse")
    changed = [{**one, "text": f"{one['text']} À la caisse."} for one in ARTICLES]
    newsroom.publish(*changed, name="articles")
    newsroom.run()
    assert newsroom.told() == []


def test_a_program_that_computes_other_digests_has_corrected_nothing(newsroom: Newsroom) -> None:
    newsroom.add("each", "tomme", corrections=True)
    newsroom.publish(TOMME)
    newsroom.run()
    newsroom.told()
    connection = sqlite3.connect(newsroom.config.alerts / "state.sqlite")
    connection.execute("UPDATE seen SET digest = x'00'")
    connection.execute("UPDATE facts SET value = 'an earlier version' WHERE name = 'made with'")
    connection.commit()
    connection.close()
    newsroom.publish(PHARE, name="two")
    newsroom.run()
    assert newsroom.told() == []


def test_a_withdrawn_article_is_not_told_even_if_it_was_found_before(newsroom: Newsroom) -> None:
    working = newsroom.config
    newsroom.add("sarmane", "sarmane")
    newsroom.config = replace(working, alerts_mailer="/bin/false")
    newsroom.publish(TOMME, PHARE)
    assert newsroom.run().failed == 1
    newsroom.config = working
    newsroom.publish({**TOMME, "status": "withdrawn"}, PHARE)
    _due_now(newsroom)
    newsroom.run()
    assert newsroom.told() == ["Le phare de Sarmane est à vendre"]


def test_a_digest_whose_articles_were_all_withdrawn_is_dropped(newsroom: Newsroom) -> None:
    working = newsroom.config
    newsroom.add("tomme", "tomme")
    newsroom.config = replace(working, alerts_mailer="/bin/false")
    newsroom.publish(TOMME)
    newsroom.run()
    newsroom.config = working
    newsroom.publish({**TOMME, "status": "withdrawn"})
    _due_now(newsroom)
    newsroom.run()
    assert newsroom.mails() == []
    assert newsroom.status("tomme").pending == 0


def test_an_article_under_embargo_is_told_when_it_appears(newsroom: Newsroom) -> None:
    newsroom.add("tomme", "tomme")
    soon = datetime.now(UTC) + timedelta(seconds=2)
    newsroom.publish({**TOMME, "embargo": soon.isoformat()})
    newsroom.run()
    assert newsroom.told() == []
    while datetime.now(UTC) < soon:
        pass
    newsroom.publish()
    newsroom.run()
    assert newsroom.told() == ["La tomme de Sarmane monte"]


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"query": "tomme phare"}, []),
        ({"query": "tomme phare", "match": "most"}, ["La tomme de Sarmane monte", "Le phare de Sarmane est à vendre"]),
        ({"query": "sarmane", "section": "Économie"}, ["La tomme de Sarmane monte"]),
        ({"query": "sarmane", "-section": ["Économie"]}, ["Le phare de Sarmane est à vendre"]),
        ({"section": "Société"}, ["Le phare de Sarmane est à vendre"]),
        ({"query": "sarmane", "from": "2024-01-01"}, ["La tomme de Sarmane monte"]),
        ({"query": "sarmane date:2023"}, ["Le phare de Sarmane est à vendre"]),
        ({"query": '"tomme de sarmane"'}, ["La tomme de Sarmane monte"]),
        ({"query": "sarmane -tomme"}, ["Le phare de Sarmane est à vendre"]),
        ({"query": "phar*"}, ["Le phare de Sarmane est à vendre"]),
        ({"query": "tomes"}, []),
    ],
)
def test_an_alert_has_query_filters_days_and_match(
    newsroom: Newsroom, keys: dict[str, object], found: list[str]
) -> None:
    newsroom.add("a", **{"query": "", **keys})
    newsroom.publish(TOMME, PHARE)
    newsroom.run()
    assert newsroom.told() == found


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("match", ["all", "most"])
def test_the_percolator_finds_what_a_search_by_date_finds_among_the_new(
    newsroom: Newsroom, service: SearchService, match: str
) -> None:
    words = sorted({word.strip(".,«» ") for one in ARTICLES for word in str(one["text"]).split()})
    config, dice = newsroom.config, random.Random(7)
    new = [found for one in ARTICLES[:3] if (found := service.stored(str(one["id"])))]
    make = DocumentMaker(config.timezone, bootstrap.open_analyzer(config))
    with percolating(service, bootstrap.engine_named(config.engine), make, new) as percolator:
        for _ in range(100):
            query = " ".join(dice.sample(words, dice.randint(1, 3)))
            request = from_table({"name": "a", "query": query, "feed": True, "match": match}).request
            everything = {hit.article.id for hit in service.search(replace(request, per_page=50)).hits}
            assert set(percolator.matches(request)) == everything & {one.id for one in new}, query


def test_a_wrong_table_stops_no_other_alert_and_loses_nothing(newsroom: Newsroom) -> None:
    newsroom.add("good", "tomme")
    newsroom.add("bad", "phare")
    file = newsroom.config.alerts / "alerts.toml"
    right = file.read_text("utf-8")
    file.write_text(right.replace('query = "phare"', 'query = "phare"\nmatch = "none"'), "utf-8")
    newsroom.publish(TOMME, PHARE)
    newsroom.run()
    assert newsroom.told() == ["La tomme de Sarmane monte"]
    assert "most, all" in newsroom.status("bad").error
    file.write_text(right, "utf-8")
    newsroom.run()
    assert newsroom.told() == ["Le phare de Sarmane est à vendre"]
    assert newsroom.status("bad").error == ""


def test_a_file_that_is_no_toml_loses_nothing(newsroom: Newsroom) -> None:
    newsroom.add("tomme", "tomme")
    file = newsroom.config.alerts / "alerts.toml"
    right = file.read_text("utf-8")
    file.write_text(right + "[[alert", "utf-8")
    newsroom.publish(TOMME)
    with pytest.raises(SearchappError, match="no TOML"):
        newsroom.run()
    file.write_text(right, "utf-8")
    newsroom.run()
    assert newsroom.told() == ["La tomme de Sarmane monte"]


def test_what_was_not_delivered_waits_longer_each_time_and_keeps_its_id(newsroom: Newsroom) -> None:
    working = newsroom.config
    newsroom.add("tomme", "tomme")
    newsroom.config = replace(working, alerts_mailer="/bin/false")
    newsroom.publish(TOMME)
    assert newsroom.run().failed == 1
    assert newsroom.run().failed == 0, "not before its time"
    first = _pause(newsroom)
    _due_now(newsroom)
    newsroom.run()
    assert _pause(newsroom) == pytest.approx(2 * first, rel=0.2)
    status = newsroom.status("tomme")
    assert (status.pending, status.delivered) == (1, 0)
    assert "/bin/false" in status.error
    # A match that comes meanwhile does not change the digest that was tried.
    newsroom.publish(article("t2", "Encore une tomme"), name="two")
    newsroom.config = working
    _due_now(newsroom)
    newsroom.run()
    assert [mail["Subject"][-17:] for mail in newsroom.mails()] == [" 1 nouvel article"] * 2
    assert newsroom.status("tomme").error == ""


def test_a_removed_alert_is_forgotten(newsroom: Newsroom) -> None:
    newsroom.add("tomme", "tomme")
    newsroom.add("phare", "phare")
    bootstrap.open_alerts(newsroom.config, bootstrap.open_service(newsroom.config)).file.remove("tomme")
    newsroom.publish(TOMME, PHARE)
    newsroom.run()
    assert newsroom.told() == ["Le phare de Sarmane est à vendre"]
    with pytest.raises(KeyError):
        newsroom.status("tomme")


def test_a_feed_lists_the_latest_matches_and_loses_the_withdrawn(newsroom: Newsroom) -> None:
    newsroom.add("sarmane", "sarmane", feed=True)
    newsroom.publish(TOMME, PHARE)
    newsroom.run()
    assert sorted(_titles(newsroom, "sarmane")) == [TOMME["title"], PHARE["title"]]
    newsroom.publish({**TOMME, "status": "withdrawn"}, PHARE)
    newsroom.run()
    assert _titles(newsroom, "sarmane") == [PHARE["title"]]


def test_a_feed_that_could_not_be_written_loses_the_withdrawn_at_the_next_run(newsroom: Newsroom) -> None:
    newsroom.add("sarmane", "sarmane", feed=True)
    newsroom.publish(TOMME, PHARE)
    newsroom.run()
    feeds = newsroom.config.alerts / "feeds"
    feeds.rename(feeds.with_name("kept"))
    feeds.write_text("no folder")
    newsroom.publish({**TOMME, "status": "withdrawn"}, PHARE)
    newsroom.run()
    feeds.unlink()
    feeds.with_name("kept").rename(feeds)
    newsroom.run()
    assert _titles(newsroom, "sarmane") == [PHARE["title"]]


def test_the_feed_of_a_removed_alert_goes_with_it(newsroom: Newsroom) -> None:
    for name in ("tomme", "phare"):
        newsroom.add(name, name, feed=True)
    newsroom.publish(TOMME, PHARE)
    newsroom.run()
    feeds, file = newsroom.config.alerts / "feeds", newsroom.config.alerts / "alerts.toml"
    assert sorted(path.name for path in feeds.iterdir()) == ["phare.atom", "tomme.atom"]
    removed = CliRunner(env={"SEARCHAPP_ALERTS": str(newsroom.config.alerts)}).invoke(
        cli, ["alerts", "remove", "tomme"]
    )
    assert removed.exit_code == 0, removed.output
    assert [path.name for path in feeds.iterdir()] == ["phare.atom"]
    wrong = file.read_text("utf-8").replace("feed = true", "feed = 3")
    file.write_text(wrong, "utf-8")
    newsroom.run()
    assert [path.name for path in feeds.iterdir()] == ["phare.atom"]
    file.write_text("", "utf-8")
    newsroom.run()
    assert list(feeds.iterdir()) == []


def test_what_waits_for_a_channel_goes_to_the_one_in_its_place(newsroom: Newsroom) -> None:
    newsroom.add("tomme", "tomme", mail=["old@localhost", "desk@localhost"], webhook="http://127.0.0.1:9/")
    file, working = newsroom.config.alerts / "alerts.toml", newsroom.config
    newsroom.config = replace(working, alerts_mailer="/bin/false")
    newsroom.publish(TOMME)
    assert newsroom.run().delivered == 0
    lines = file.read_text("utf-8").replace("old@localhost", "new@localhost").splitlines()
    file.write_text("\n".join(line for line in lines if not line.startswith("webhook")), "utf-8")
    newsroom.config = working
    _due_now(newsroom)
    newsroom.run()
    assert sorted(mail["To"] for mail in newsroom.mails()) == ["desk@localhost", "new@localhost"]
    assert newsroom.status("tomme").pending == 0
    assert newsroom.status("tomme").error == ""


@pytest.mark.parametrize("kept", [0, 4096])
def test_a_damaged_state_is_reported_with_what_to_do(newsroom: Newsroom, kept: int) -> None:
    newsroom.add("tomme", "tomme")
    state = newsroom.config.alerts / "state.sqlite"
    content = state.read_bytes()
    state.write_bytes(content[:kept] + b"x" * (len(content) - kept))
    with pytest.raises(Unavailable, match=r"state\.sqlite of the alerts .* restore it"):
        newsroom.run()


def test_a_timer_runs_the_alerts_when_another_process_has_published(newsroom: Newsroom) -> None:
    newsroom.add("sarmane", "sarmane", feed=True)
    timer = bootstrap.open_alert_timer(newsroom.config)
    timer.start()
    try:
        newsroom.publish(TOMME)
        feed = newsroom.config.alerts / "feeds" / "sarmane.atom"
        end = datetime.now(UTC) + timedelta(seconds=60)
        while not feed.exists() and datetime.now(UTC) < end:
            timer._closed.wait(0.05)
        assert _titles(newsroom, "sarmane") == [TOMME["title"]]
    finally:
        timer.close()


def test_many_matches_come_in_several_digests(newsroom: Newsroom) -> None:
    newsroom.add("brève", "brève")
    newsroom.publish(*(article(f"b{number}", f"Brève numéro {number}") for number in range(250)))
    newsroom.run()
    assert len(newsroom.told()) == 250


def test_a_dry_run_and_an_index_without_alerts_run_none(newsroom: Newsroom) -> None:
    bootstrap.reindex(newsroom.config, options=ReindexOptions(dry_run=True))
    assert bootstrap.run_alerts(newsroom.config) is None
    assert not newsroom.config.alerts.exists()


def _titles(newsroom: Newsroom, name: str) -> list[str | None]:
    feed = ElementTree.parse(newsroom.config.alerts / "feeds" / f"{name}.atom")  # noqa: S314 - our own
    return [title.text for title in feed.iterfind(".//{*}entry/{*}title")]


def _pause(newsroom: Newsroom) -> float:
    connection = sqlite3.connect(newsroom.config.alerts / "state.sqlite")
    (moment,) = connection.execute("SELECT max(next_try) FROM channels").fetchone()
    connection.close()
    return float(moment) - datetime.now(UTC).timestamp()


def _due_now(newsroom: Newsroom) -> None:
    connection = sqlite3.connect(newsroom.config.alerts / "state.sqlite")
    connection.execute("UPDATE channels SET next_try = 0")
    connection.commit()
    connection.close()
