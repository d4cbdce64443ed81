"""Why there is no fix, what was executed for one, and what it costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixes.causes_made import TEST, leak, project
from leakcheck.fixes.causes import Cause
from leakcheck.fixes.edits import Define
from leakcheck.fixes.proposing import Proposal
from leakcheck.fixes.telling import cost_of, none_because
from leakcheck.records import Location, Source

TESTS = {f"{TEST}::test_leaks": TEST}
PLACE = Location("module_globals", "shop.rates", "VAT")
CAUSE = Cause((replace(leak(PLACE, Source(TEST, 1, "test_leaks", "call"), by=tuple(TESTS)), impact="read"),))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rates.VAT = 7\n", ""),
        ("def test_leaks(:\n", "tests/test_shop.py cannot be read by LibCST"),
        (None, "no file of the project's own writes it"),
    ],
)
def test_only_what_is_the_projects_own_and_can_be_read_is_changed(text: str | None, reason: str) -> None:
    assert none_because(CAUSE, project({TEST: text} if text else {}, TESTS)) == reason


def test_what_no_execution_has_confirmed_is_not_fixed() -> None:
    broken = Cause((leak(PLACE, Source(TEST, 1, "test_leaks", "call"), by=tuple(TESTS)),))
    assert "no execution has confirmed" in none_because(broken, project({TEST: "rates.VAT = 7\n"}, TESTS))


@pytest.mark.parametrize(("kind", "says_both"), [("app_state", True), ("environ", False)])
def test_a_restore_beside_a_shared_application_says_what_a_factory_would_cost(kind: str, says_both: bool) -> None:
    cause = Cause((leak(Location(kind, "shop:app", "mode")),))
    added = Define("@pytest.fixture(autouse=True)\ndef restored():\n    yield\n")
    told = cost_of(cause, Proposal("L1", "restored", {TEST: (added,)}), project({}, TESTS))
    assert told.startswith("one fixture more, for 1 test (tests/test_shop.py)")
    assert ("a factory that makes an application for each test" in told) is says_both
