"""The story of one test, as a whole transcript for each sort of test."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from leakcheck.records import Location, Result, Trial, Tried
from leakcheck.reports.formats.terminal import console_for
from leakcheck.reports.terminal.explain import Asked, render_explain
from reports import samples
from reports.golden import assert_golden
from reports.samples import edge, result, verdict

SHOP = samples.shop()
OVERRIDE, COOKIE = SHOP.leaks[0].location, SHOP.leaks[1].location


def trial(test: str, *tried: Tried, open_: tuple[str, ...] = ()) -> Trial:
    return Trial(test, 12, 2, tried, open_)


def told(found: Trial, of: Result = SHOP, asked: Asked | None = None) -> str:
    stream = io.StringIO()
    render_explain(of, found, asked or Asked(), console_for(stream))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "found", "asked"),
    [
        ("victim", trial(samples.NEED_LOGIN[0], Tried(OVERRIDE, samples.ALICE, "reversed")), Asked()),
        ("brittle", trial(samples.GREETED, Tried(COOKIE, samples.MEMBERS, "declared")), Asked()),
        ("self-polluting", trial(samples.HELD), Asked()),
        ("polluter", trial(samples.ALICE[0]), Asked()),
        ("cleaner", trial(samples.LOGOUT), Asked()),
        (
            "stable",
            trial(
                samples.STABLE[0],
                Tried(OVERRIDE, samples.ALICE[:2], "pairs"),
                Tried(OVERRIDE, samples.ALICE[2:], ""),
                open_=("3 leaked values that it reads never stood in front of it",),
            ),
            Asked(why_not="tests/conftest.py is newer than the audit; `leakcheck run` audits again"),
        ),
    ],
)
def test_transcript(name: str, found: Trial, asked: Asked) -> None:
    assert_golden(f"explain-{name}.txt", told(found, asked=asked))


def test_a_suspicion_is_told_for_what_it_is() -> None:
    test, other = "tests/test_a.py::test_v", "tests/test_a.py::test_a"
    suspected = replace(edge((other,), test, None), confirmed=False)
    text = told(trial(test), result((verdict(test, "unknown"), verdict(other)), edges=(suspected,)))
    assert "? undecided: it failed in some execution, and it is not known why" in text
    assert "fails after this polluter (suspected, not confirmed)" in text


def test_how_its_files_were_kept_apart_is_told() -> None:
    test = "tests/test_a.py::test_v"
    words = "Each had its own view of the project's files, which it changes."
    assert words in " ".join(told(replace(trial(test), apart=True), result((verdict(test),))).split())
    assert words not in " ".join(told(trial(test), result((verdict(test),))).split())


def test_nothing_is_promised_where_something_is_open() -> None:
    test = "tests/test_a.py::test_v"
    alone = result((verdict(test),))
    assert "Nothing is left open" in told(trial(test), alone)
    assert "Nothing is left open" not in told(trial(test, open_=("it has never run alone",)), alone)
    assert "Nothing is left open" not in told(trial(test), result((verdict(test, "flaky"),)))
    assert "Nothing is left open" not in told(trial(samples.NEED_LOGIN[0]))


def test_what_was_asked_for_is_told() -> None:
    test = "tests/test_a.py::test_v"
    alone = result((verdict(test),))
    assert "1 further execution was asked for" in told(trial(test), alone, Asked(new=1))
    assert "4 further executions were asked for" in told(trial(test), alone, Asked(new=4))


def test_hostile_names_are_spelled() -> None:
    place = Location("app_state", "a\x1b[31m", "b\u202e")
    for test in (samples.HOSTILE, samples.LONG):
        tried = Tried(place, (samples.HOSTILE,), "x\x07")
        text = told(trial(test, tried, open_=("it has never run alone",)), samples.hostile())
        assert not [each for each in text if each != "\n" and (ord(each) < 32 or 127 <= ord(each) < 160)]
        assert "\u202e" not in text
