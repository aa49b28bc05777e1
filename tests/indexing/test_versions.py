"""The rules for which version of an article counts."""

from __future__ import annotations

from itertools import permutations

import pytest

from searchapp.indexing.versions import Resolution, Version, resolve


def version(
    place: int,
    moment: float | None = None,
    *,
    withdrawn: bool = False,
    journal: bool = False,
    repeated: bool = False,
) -> Version:
    return Version(0, place, bytes([place]), moment, withdrawn, from_journal=journal, repeated=repeated)


def shown(*versions: Version) -> int | None:
    """The place of the version that is shown."""
    resolution = resolve(versions)
    return resolution.version.place if resolution.version else None


def test_the_latest_version_is_shown_whatever_the_order_of_reading() -> None:
    versions = [version(0, 10.0), version(1, 30.0), version(2, 20.0)]
    assert {shown(*order) for order in permutations(versions)} == {1}


def test_of_equally_late_versions_the_last_one_read_is_shown() -> None:
    assert shown(version(0, 10.0), version(1, 10.0)) == 1
    assert shown(version(0, 10.0), version(1, 10.0), version(2, 9.0)) == 1


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ((None, None), 1),
        ((None, 10.0), 1),
        ((10.0, None), 0),
        ((None, 10.0, None), 1),
        ((None, -5.0), 1),
        ((0.0, -1.0), 0),
    ],
)
def test_a_dated_version_goes_before_undated_ones_and_of_these_the_last_one_is_shown(
    moments: tuple[float | None, ...], expected: int
) -> None:
    assert shown(*(version(place, moment) for place, moment in enumerate(moments))) == expected


@pytest.mark.parametrize(
    ("moments", "corrects"),
    [
        ((10.0,), False),
        ((10.0, 20.0), True),
        ((20.0, 10.0), True),
        ((10.0, 10.0), False),
        ((None, 10.0), False),
        ((0.0, 1.0), True),
    ],
)
def test_what_replaces_an_earlier_version_is_a_correction(moments: tuple[float | None, ...], corrects: bool) -> None:
    assert resolve([version(place, moment) for place, moment in enumerate(moments)]).corrects == corrects


def test_a_withdrawal_counts_for_good_whenever_the_other_versions_are() -> None:
    versions = [version(0, 10.0, withdrawn=True), version(1, 99.0)]
    for order in permutations(versions):
        assert resolve(order) == Resolution(None, withdrawn=True)


def test_the_last_entry_of_the_journal_wins_over_files_and_over_its_earlier_entries() -> None:
    file, first, last = version(0, 99.0), version(1, 1.0, journal=True), version(2, None, journal=True)
    assert shown(file, first) == 1
    assert shown(file, first, last) == 2
    assert not resolve([file, first]).corrects


def test_the_journal_may_withdraw_and_publish_again() -> None:
    file, gone, back = version(0, 5.0), version(1, withdrawn=True, journal=True), version(2, journal=True)
    assert resolve([file, gone]) == Resolution(None, withdrawn=True)
    assert shown(file, gone, back) == 2
    assert shown(version(3, withdrawn=True), back) == 2


def test_an_article_that_stands_earlier_under_another_id_is_not_shown_twice_and_is_no_withdrawal() -> None:
    assert resolve([version(0, 10.0, repeated=True)]) == Resolution(None)
    assert shown(version(0, 10.0), version(1, 99.0, repeated=True)) == 0
    assert not resolve([version(0, 10.0, repeated=True), version(1, 99.0)]).corrects


def test_without_versions_nothing_is_shown_and_nothing_was_withdrawn() -> None:
    resolution = resolve([])
    assert (resolution.version, resolution.withdrawn, resolution.corrects) == (None, False, False)
