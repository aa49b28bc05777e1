"""The pool of worker processes."""

from __future__ import annotations

import sys
import time

import pytest

from searchapp.engines.workers import Pool
from searchapp.errors import EngineUnavailable


class Inconstruable(Exception):
    """Cannot be made again from its pickle."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one + other)


def answer(message: float | str) -> float | str:
    if message == "quit":
        sys.exit(3)
    if message == "raise":
        raise Inconstruable("o", "n")
    if isinstance(message, float):
        time.sleep(message)
    print("not an answer")  # noqa: T201
    return message


def test_answers_come_in_the_order_of_the_requests() -> None:
    with Pool(2, answer) as pool:
        for message in (0.3, "a", "b", 0.1, "c"):
            pool.request(pool.least_busy(2), message)
        assert pool.unanswered == 5
        assert [pool.answer() for _ in range(5)] == [0.3, "a", "b", 0.1, "c"]
        assert pool.unanswered == 0


def test_a_notification_has_no_answer() -> None:
    with Pool(1, answer) as pool:
        pool.notify(pool.least_busy(1), "notified")
        pool.request(pool.least_busy(1), "requested")
        assert pool.answer() == "requested"


@pytest.mark.parametrize(("message", "code"), [("quit", 3), ("raise", 0)])
def test_a_process_that_ends_is_an_error_whichever_answer_is_waited_for(message: str, code: int) -> None:
    with Pool(2, answer) as pool:
        pool.request(pool.least_busy(2), 60.0)
        pool.request(pool.least_busy(2), message)
        for _ in range(2):
            with pytest.raises(EngineUnavailable, match=f"exit code {code}"):
                pool.answer()
