"""`leakcheck report --timing`: a transcript that fits 80 columns, and the sentence on what dominates."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from leakcheck.records.timing import CpuShares, Shared, SlowExecution, SlowTest, Timing, TimingRow
from leakcheck.reports.formats.terminal import Report, console_for
from leakcheck.reports.wording.timing import PHASES, dominating
from reports import samples
from reports.golden import assert_golden

LONG = "tests/a_folder/of_many/test_file_with_a_long_name.py::TestClass::test_with_a_long_name[parameter]"
TIMING = Timing(
    seconds=60.0,
    lanes=2,
    rows=(
        TimingRow("control", 1, 20_000, 12.0, 10.0, None),
        TimingRow("collect", 0, 0, 2.1, 1.9, 0.0),
        TimingRow("declared", 1, 20_000, 12.0, 10.0, 0.0),
        TimingRow("isolated", 20_000, 20_000, 30.0, 48.0, 4.0),
        TimingRow("confirm", 12, 60, 8.0, 12.0, 0.0),
        TimingRow("others", 3, 6, None, None, None),
        TimingRow("between", 0, 0, 1.0, 0.5, None),
    ),
    cpu=CpuShares(40.0, 20.0, 15.0, 5.0, 4.0),
    fresh=7,
    nodes=16,
    exclusive=4,
    exclusive_seconds=12.5,
    turns=9.0,
    imports=2.0,
    shared=(
        Shared("file", ("/project/data/a.db", "/project/b.db", "/project/c.db", "/project/d.db"), 2),
        Shared("server", ("127.0.0.1:5432",), 1),
        Shared("port", ("8000",), 3),
    ),
    slow_tests=(SlowTest(LONG, 12, 14.5), SlowTest("test_b.py::test_b", 1, 0.2)),
    slow_executions=(
        SlowExecution("e00012", f"{LONG} after 1", 2, 14.0, 3.0),
        SlowExecution("e00001", "declared", 9, 12.0, None),
    ),
)


def rendered(timing: Timing) -> str:
    stream = io.StringIO()
    console = console_for(stream)
    console.width = 80
    Report().write(replace(samples.result(), timing=timing), console, "timing")
    return stream.getvalue()


def test_the_whole_section() -> None:
    text = rendered(TIMING)
    assert_golden("timing.txt", text)
    assert max(map(len, text.splitlines())) <= 80


def test_phases_have_names_that_fit() -> None:
    assert max(map(len, PHASES.values())) <= 21


def test_an_older_audit_tells_what_it_has_and_that_the_rest_was_not_recorded() -> None:
    text = rendered(replace(TIMING, cpu=None, rows=(TimingRow("others", 4, 9, None, None, None),)))
    assert "Phases and CPU were not recorded" in " ".join(text.split())
    assert "By process" not in text
    assert LONG[-30:] in text


IDLE = Timing(
    seconds=10.0,
    lanes=2,
    rows=(TimingRow("isolated", 5, 5, 10.0, 6.0, 0.0),),
    cpu=CpuShares(10.0, 1.0, 1.0, 1.0, 1.0),
)


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (replace(IDLE, turns=6.0), "Lanes stood idle for 6.0 s of 20 s"),
        (replace(IDLE, cpu=CpuShares(1.0, 9.0), fresh=3), "3 processes started from nothing took 90 % of the CPU"),
        (
            replace(IDLE, cpu=CpuShares(1.0, 0.0, 9.0)),
            "Importing test files and what they need took 90 % of the CPU",
        ),
        (replace(IDLE, cpu=CpuShares(1.0, 0.0, 0.0, 9.0)), "leakcheck itself took 90 % of the CPU"),
        (replace(IDLE, slow_tests=(SlowTest("t", 3, 12.0),)), "t alone took 60 % of the time in 3 runs"),
        (IDLE, "Most of the CPU, 43 %, went into: every test alone; `--profile quick`"),
        (replace(IDLE, cpu=None), "Most of the time, 100 %, went into: every test alone"),
        (Timing(), "Nothing was executed."),
    ],
    ids=["turns", "fresh", "imports", "controller", "one test", "a phase", "not recorded", "nothing"],
)
def test_what_dominates_is_told_with_what_to_do_about_it(timing: Timing, expected: str) -> None:
    assert dominating(timing).startswith(expected)
