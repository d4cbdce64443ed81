from __future__ import annotations

import io
from dataclasses import replace

from leakcheck.records import Change, Location, PathChange, Source, TestRun
from leakcheck.reports.formats.terminal import console_for
from leakcheck.reports.terminal.diff import left_behind, render_diff
from reports.golden import assert_golden
from reports.samples import APP, AS_ALICE, BROWSER, suite

TEST = "tests/test_a.py::test_x"
OVERRIDE = Change(
    Location("dependency_overrides", APP, "shop.auth:current_user"),
    "absent",
    "function tests.conftest:as_alice.<locals>.<lambda>",
    "d1",
    sources=(AS_ALICE,),
)
SUITE = suite()
CACHE = Change(
    Location("app_state", APP, "cache"),
    "dict of 2",
    "dict of 2",
    "d2",
    paths=(PathChange('["prices"]["mug"]', "1200", "900"), PathChange('["hits"]', "0", "1")),
    sources=(Source("tests/test_a.py", 19, "test_x", "call"), Source("shop/main.py", 40, "count", "call")),
)
COOKIE = Change(
    Location("client_cookies", "tests/conftest.py::browser (module fixture)", "shop_session"),
    "absent",
    "secret #12",
    "d3",
    sources=(Source("tests/conftest.py", 50, "browser", "teardown", "browser", "module"),),
    lifetime="fixture",
    reach="module",
)
POOL = Change(Location("app_state", APP, "pool"), "instance of X", "instance of X", "d4", internal=True)
RUN = TestRun(
    TEST,
    "passed",
    reads=(Location("app_state", APP, "cache"), Location("client_cookies", BROWSER, "*")),
    changes=(OVERRIDE, CACHE),
    finalised=(COOKIE,),
)


def shown(*runs: TestRun, test: str = TEST) -> str:
    stream = io.StringIO()
    render_diff(test, runs, SUITE, console_for(stream))
    return stream.getvalue()


def test_transcript() -> None:
    crashed = TestRun(TEST, "failed", crash="AssertionError at tests/test_a.py:20", changes=(POOL, CACHE))
    assert_golden("diff.txt", shown(RUN, replace(RUN), crashed))


def test_a_test_that_leaves_nothing_behind() -> None:
    assert shown(TestRun(TEST, "passed", again="failed")) == (
        "tests/test_a.py::test_x\n"
        "  passed in 1 execution\n"
        "  run again in the same process: failed\n"
        "  ✓ left nothing behind: every watched location was as before\n"
    )


def test_a_test_that_was_not_run() -> None:
    assert shown(TestRun("tests/test_a.py::test_y", "passed")) == (
        "tests/test_a.py::test_x\n  was not run in this audit\n"
    )


def test_equal_changes_are_one_whatever_their_digests() -> None:
    other = replace(RUN, changes=(replace(CACHE, digest="e", before_digest="f"),))
    assert [(left.change.location.key, left.times) for left in left_behind((RUN, other))] == [
        ("shop.auth:current_user", 1),
        ("cache", 2),
        ("shop_session", 2),
    ]


def test_a_counter_that_differs_in_every_execution_is_cut() -> None:
    runs = [TestRun(TEST, "passed", changes=(replace(POOL, before=str(n), after=str(n + 1)),)) for n in range(9)]
    assert "+ 6 more ways in other executions" in shown(*runs)


def test_hostile_text_is_spelled_out() -> None:
    location = Location("environ", "os\x1b[0m", "[bold]")
    change = replace(POOL, location=location, after="\x1b]8;;x\x07", internal=False)
    text = shown(TestRun("t\x1b", "failed", crash="\x9bE", changes=(change,), reads=(location,)), test="t\x1b")
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert "environment variable [bold]" in text
