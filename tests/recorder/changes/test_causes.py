"""What pytest is doing, and for whom."""

from __future__ import annotations

import pytest

from leakcheck.recorder.changes.causes import UNKNOWN, Cause, Causes

TEST = ("test", 1)


@pytest.mark.parametrize(
    ("cause", "sharer"),
    [
        (Cause(TEST, "call"), ""),
        (Cause(TEST, "setup", "own", "function"), ""),
        (Cause(TEST, "teardown", "own", "function"), ""),
        (Cause(("fixture", 2), "setup", "engine", "session"), "engine"),
        (Cause(("fixture", 2), "teardown", "engine", "session"), "engine"),
        (Cause(TEST, "setup"), UNKNOWN),
        (Cause(TEST, "teardown"), UNKNOWN),
    ],
)
def test_who_shares_what_is_done_now(cause: Cause, sharer: str) -> None:
    causes = Causes()
    with causes.during(cause):
        assert causes.sharer() == sharer
    assert causes.sharer() == ""
