"""Admission: the limit of concurrent searches, the order of waiting clients, 503 for the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import sleep

import pytest
from flask import Flask

from searchapp.config import load_config
from searchapp.errors import TooBusy
from searchapp.web.search_slots import Admission, CostMemory, looks_costly
from searchapp.web.site import Site

SOON, LONG = 0.01, 30.0


def admission(at_once: int = 4, per_client: int = 3, most: int = 7) -> Admission:
    return Admission(at_once, per_client, most)


def enter_later(places: Admission, client: str, came: Callable[[], None], *, costly: bool = False) -> Thread:
    """Enter in a thread, and return once that waits."""

    def enter() -> None:
        places.enter(client, LONG, costly=costly)
        came()

    waiting = len(places._waiting)
    thread = Thread(target=enter)
    thread.start()
    while len(places._waiting) == waiting and thread.is_alive():
        sleep(0.001)
    return thread


def test_more_searches_than_may_run_at_once_are_refused_after_their_wait() -> None:
    places = admission()
    for client in ("Anne", "Anne", "Marc", "Zoé"):
        places.enter(client, SOON)
    with pytest.raises(TooBusy):
        places.enter("Inès", SOON)
    places.leave("Anne")
    assert places.enter("Inès", SOON) is False


def test_a_client_has_fewer_places_than_all_have_together() -> None:
    places = admission()
    for _ in range(3):
        places.enter("Anne", SOON)
    with pytest.raises(TooBusy):
        places.enter("Anne", SOON)
    places.enter("Marc", SOON)


def test_costly_searches_have_one_place_and_leave_the_others_free() -> None:
    places = admission()
    places.enter("Anne", SOON, costly=True)
    with pytest.raises(TooBusy):
        places.enter("Marc", SOON, costly=True)
    for client in ("Anne", "Anne", "Marc"):
        places.enter(client, SOON)
    places.leave("Anne", costly=True)
    places.enter("Marc", SOON, costly=True)


def test_a_second_costly_search_that_waits_is_refused_at_once() -> None:
    places, came = admission(), Event()
    places.enter("Anne", SOON, costly=True)
    waiting = enter_later(places, "Marc", came.set, costly=True)
    with pytest.raises(TooBusy):
        places.enter("Zoé", LONG, costly=True)
    places.leave("Anne", costly=True)
    waiting.join(LONG)
    assert came.is_set()


def test_a_place_goes_to_the_client_with_the_fewest_searches() -> None:
    places, order = admission(at_once=2), list[str]()
    places.enter("Anne", SOON)
    places.enter("Anne", SOON)
    threads = [enter_later(places, client, lambda client=client: order.append(client)) for client in ("Anne", "Marc")]
    places.leave("Anne")
    threads[1].join(LONG)
    assert order == ["Marc"]
    places.leave("Anne")
    threads[0].join(LONG)


def test_no_more_wait_than_there_are_threads() -> None:
    places = admission(at_once=1, most=2)
    places.enter("Anne", SOON)
    waiting = enter_later(places, "Marc", lambda: None)
    with pytest.raises(TooBusy):
        places.enter("Zoé", LONG)
    places.leave("Anne")
    waiting.join(LONG)


def test_a_process_with_few_threads_searches_all_the_same() -> None:
    assert Admission.of(load_config({"threads": 1})) == Admission(1, 1, 1)
    assert Admission.of(load_config()) == Admission(4, 3, 7)


@pytest.mark.parametrize(
    ("query", "costly"),
    [
        ("paris", False),
        ("élect* -train", False),
        ("« conseil municipal » depuis:hier", False),
        ("le PROCHE/50 la " * 70, True),
        ("*" * 1023, True),
        ("mot " * 200, True),
        ("a~ b~ c~", True),
    ],
)
def test_costly_queries_are_told_by_their_looks(query: str, costly: bool) -> None:
    assert looks_costly(query) is costly


def test_what_took_long_is_costly_until_it_takes_less() -> None:
    costs = CostMemory(size=2)
    for address in ("/search?q=a", "/search?q=b", "/search?q=c"):
        costs.note(address, 1.0)
    assert ["/search?q=" + letter in costs for letter in "abc"] == [False, True, True]
    costs.note("/search?q=c", 0.01)
    assert "/search?q=c" not in costs


@contextmanager
def occupied(app: Flask) -> Iterator[None]:
    """Take all places, and every thread that could wait for one."""
    site: Site = app.extensions["searchapp"]
    places = site.admission
    most, places.most = places.most, places.at_once
    for number in range(places.at_once):
        places.enter(str(number), SOON)
    yield
    places.most = most
    for number in range(places.at_once):
        places.leave(str(number))


def test_a_search_too_many_is_told_when_to_come_back(app: Flask) -> None:
    with occupied(app):
        answer = app.test_client().get("/api/v1/search?q=mar%C3%A9e")
        page = app.test_client().get("/search?q=mar%C3%A9e", headers={"Accept-Language": "fr"})
    assert (answer.status_code, answer.json["type"]) == (503, "/problems/too-busy")
    assert answer.headers["Retry-After"] == "1"
    assert (page.status_code, page.mimetype) == (503, "text/html")
    assert "Trop de recherches à la fois" in page.text


def test_what_takes_no_time_is_answered_when_all_places_are_taken(app: Flask) -> None:
    with occupied(app):
        for path in ("/healthz", "/readyz", "/favicon.svg", "/problems/too-busy"):
            assert app.test_client().get(path).status_code == 200


def test_a_place_is_free_again_after_an_answer_of_any_kind(app: Flask) -> None:
    client = app.test_client()
    for path in ("/search?q=mar%C3%A9e", "/articles/absent", "/api/v1/search?page=x", "/"):
        for _ in range(5):
            client.get(path)
    site: Site = app.extensions["searchapp"]
    assert site.admission == Admission.of(site.config)


def test_the_request_of_a_client_that_is_gone_is_dropped_before_it_searches(app: Flask) -> None:
    gone = {"waitress.client_disconnected": lambda: True}
    assert app.test_client().get("/search?q=mar%C3%A9e", environ_overrides=gone).status_code == 400
