"""Errors travel between processes as they are."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from searchapp.errors import CorpusShrunk, DiskFull, EngineUnavailable, IndexMissing, InvalidRequest, SearchappError
from searchapp.i18n import Message


@pytest.mark.parametrize(
    "error",
    [
        IndexMissing(),
        CorpusShrunk(2, 3),
        DiskFull(Path("index"), 10_000_000, 1_000_000),
        EngineUnavailable(Message("A process ended (exit code {code}).", code=9)),
        InvalidRequest(Message("It is wrong."), [("page", Message("too deep"))]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_pickled_error_says_the_same(error: SearchappError) -> None:
    error.add_note("in a worker")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
    assert (type(copy), copy.render(), vars(copy)) == (type(error), error.render(), vars(error))
