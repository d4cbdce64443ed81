"""Names of executions go on behind the five digits that most have."""

from __future__ import annotations

import pytest

from leakcheck.records import Order, Whole, name_of, number_of, numbered
from leakcheck.store import Replay


@pytest.mark.parametrize("number", [1, 99_999, 100_000, 1_234_567])
@pytest.mark.parametrize("prefix", ["e", "control"])
def test_a_name_is_taken_apart_as_it_was_made(prefix: str, number: int) -> None:
    tag = numbered(prefix, number)
    assert (name_of(tag), number_of(tag)) == (prefix, number)


def test_most_names_have_five_digits() -> None:
    assert [numbered("e", 7), numbered("control", 12_345)] == ["e00007", "control12345"]


def test_a_name_without_a_number_has_none() -> None:
    assert (name_of("suite"), number_of("suite")) == ("suite", 0)


def test_a_name_that_is_taken_is_replaced_by_the_next_of_its_kind() -> None:
    replay = Replay(names={"e100000", "control00003"})
    assert [replay.free("e100000"), replay.free("control00003"), replay.free("e00001")] == [
        "e100001",
        "control100002",
        "e00001",
    ]
    assert replay.take("e00001", Order(Whole(), ())) is None
