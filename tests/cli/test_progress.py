"""What is told while an audit runs: at every width, by a clock that the test turns."""

from __future__ import annotations

import io
import os
import pty
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console

import leakcheck
from leakcheck.cli.course import STAGES, Course, Moment
from leakcheck.cli.drawing import STOPPING, TELL, count, doing, drawn, shortened
from leakcheck.cli.left import TimeLeft, words
from leakcheck.cli.progress import HEARTBEAT, Lines, Live
from leakcheck.progress import Outlook, UnderWay
from leakcheck.reports.terminal.page import console_for
from support import Project, environment

LONG = "tests/api/v2/test_orders_of_customers.py::TestOrders::test_a_customer_may_cancel[within the hour-eur]"


@dataclass
class Clock:
    """A clock that goes when it is told to."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def shown(moment: Moment, width: int) -> list[str]:
    return drawn(moment, width).plain.split("\n")


MOMENTS = {
    "opening": Moment("collect", elapsed=3.2),
    "first run": Moment("declared", 12, 67, "tests", LONG, 9.9),
    "alone": Moment("isolated", 1_234, 12_345, "tests", LONG, 3_725.0, TimeLeft(4_000.0, 9_000.0)),
    "search": Moment("elsewhere", 3, 28, "runs", "test_a.py::test_x after 3", 62.0, TimeLeft(0.0, 118.0)),
    "stopping": Moment("confirm", 3, 28, "runs", LONG, 62.0, TimeLeft(0.0, 118.0), stopping=True),
}


@pytest.mark.parametrize("width", [60, 72, 80, 100, 200])
@pytest.mark.parametrize("name", MOMENTS)
def test_count_bar_and_time_left_never_vanish(name: str, width: int) -> None:
    moment = MOMENTS[name]
    above, below = shown(moment, width)
    assert max(len(above), len(below)) <= width
    assert re.match(r"[━─]{3,} {2}", below), below
    assert re.search(r"  \d+:\d\d(:\d\d)?(  |$)", below), below
    if moment.total:
        assert re.search(rf"  {moment.done:,}(/| of ){moment.total:,}(  | tests| runs)", below), below
    assert below.endswith(words(moment.left)) or moment.stopping


def test_each_phase_is_told_in_words() -> None:
    """All that are named in the search and in the use cases, and no others."""
    calls = "phase|run|spend|use_up|ask|make_again|explain|find_witnesses|_meet"
    named = re.compile(rf'(?:\b(?:{calls})\((?:bench, )?|phase: str = )"([a-z]+)"')
    folders = (Path(leakcheck.__file__).parent / name for name in ("search", "audit"))
    sources = "".join(path.read_text("utf-8") for folder in folders for path in sorted(folder.glob("*.py")))
    assert set(named.findall(sources)) == set(TELL)


def test_80_columns() -> None:
    assert shown(MOMENTS["first run"]._replace(running="test_a.py::test_x", left=TimeLeft(30.0, 200.0)), 80) == [
        "declared order  test_a.py::test_x",
        "━━━━━───────────────────────────  12 of 67 tests  0:09  about 30 s to 4 min left",
    ]


def test_the_name_shrinks_in_the_middle() -> None:
    above, _ = shown(MOMENTS["first run"], 80)
    assert len(above) == 80
    assert above.startswith("declared order  tests/api/v2/test_orders")
    assert above.endswith("[within the hour-eur]")
    assert above.count("…") == 1
    assert shortened("abcdefghi", 5) == "ab…hi"
    assert shortened("abcde", 5) == "abcde"


def test_a_stop_is_told_in_place_of_what_runs() -> None:
    above, below = shown(MOMENTS["stopping"], 100)
    assert above == STOPPING
    assert "left" not in below


def test_without_unicode() -> None:
    text = drawn(MOMENTS["first run"], 80, ascii_only=True).plain
    assert "#######---" in text


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (None, ""),
        (TimeLeft(0.0, 0.4), ""),
        (TimeLeft(0.0, 118.0), "up to about 2 min left"),
        (TimeLeft(41.0, 43.0), "about 45 s left"),
        (TimeLeft(41.0, 190.0), "about 45 s to 4 min left"),
        (TimeLeft(61.0, 190.0), "about 2 to 4 min left"),
        (TimeLeft(7_200.0, 10_000.0), "about 2 to 2.8 h left"),
    ],
)
def test_time_left_in_words(left: TimeLeft | None, told: str) -> None:
    assert words(left) == told


def test_the_first_run_tells_tests_done_of_tests_known_and_no_time() -> None:
    """Nothing is known of the time before a first run is over: nothing is said."""
    clock = Clock()
    course = Course(clock)
    course.phase("declared", 1, 67)
    running = UnderWay(12, "test_a.py::test_x")
    course.watch(lambda: running)
    clock.now += 30
    moment = course.now()
    assert (moment.done, moment.total, moment.unit, moment.running) == (12, 67, "tests", "test_a.py::test_x")
    assert moment.left is None


def test_a_count_never_goes_back() -> None:
    """An execution that has just ended is no longer under way, and not yet counted."""
    course = Course(Clock())
    at = [UnderWay(60, "x")]
    course.watch(lambda: at[0])
    course.phase("declared", 1, 67)
    assert course.now().done == 60
    at[0] = UnderWay()
    assert course.now().done == 60
    course.step("declared", 67)
    assert course.now().done == 67


def test_what_is_run_again_does_not_exceed_what_is_known() -> None:
    course = Course(Clock())
    course.phase("orders", 1, 10)
    course.step("reversed", 4)
    course.step("reversed", 9)
    assert course.now().done == 10


def whole_audit(pace: float) -> list[TimeLeft]:
    """What is told each second of an audit whose phases take `pace` times what was thought before."""
    clock = Clock()
    course = Course(clock)
    course.expect(Outlook({"isolated": 40.0, "orders": 10.0}, 120.0))
    told: list[TimeLeft] = []
    for name, steps, seconds in (("isolated", 40, 40.0), ("orders", 10, 10.0)):
        course.phase(name, steps, steps)
        for _ in range(steps):
            clock.now += seconds / steps * pace
            course.step("x", 1)
            left = course.now().left
            assert left is not None
            told.append(left)
    return told


def test_what_goes_as_thought_runs_down_with_the_clock() -> None:
    told = whole_audit(1.0)
    assert all(after.low <= before.low and after.high <= before.high for before, after in pairwise(told))
    assert all(abs(left.low - (50 - passed)) <= 3.0 for passed, left in enumerate(told, 1))
    assert told[-1].high == pytest.approx(120.0, abs=3.0)


def test_what_takes_three_times_as_long_is_soon_known() -> None:
    told = whole_audit(3.0)
    third = told[13]  # of the first phase
    assert third.low == pytest.approx(26 * 3 + 10, rel=0.25)
    ups = [after.low - before.low for before, after in pairwise(told[13:]) if after.low > before.low]
    assert sum(ups) <= 25.0  # the second phase was thought to be shorter, and nothing else rises


def test_the_search_counts_down_to_its_budget() -> None:
    clock = Clock()
    course = Course(clock)
    course.expect(Outlook({}, 120.0))
    course.phase("pairs", 100)
    assert course.now().left == TimeLeft(0.0, 120.0)
    clock.now += 30
    assert words(course.now().left) == "up to about 2 min left"
    clock.now += 60
    for _ in range(50):
        course.step("x")
    left = course.now().left
    assert left is not None
    assert left.low == pytest.approx(90.0)  # half of it took that: more than the budget has
    assert words(left) == "about 2 min left"


def told_by(lines_for: Console) -> str:
    stream = lines_for.file
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def plain_console() -> Console:
    return Console(file=io.StringIO(), width=80, color_system=None)


def test_a_heartbeat_each_30_seconds_of_silence() -> None:
    clock, console = Clock(), plain_console()
    lines = Lines(console, steps=False, clock=clock)
    lines.phase("declared", 1, 67)
    lines.watch(lambda: UnderWay(12, "test_a.py::test_x"))
    for _ in range(65):
        clock.now += 1
        lines.beat()
    assert HEARTBEAT == 30
    assert told_by(console).splitlines() == [
        "[   0.0 s] step 2 of 5: declared order, 1 run of 67 tests",
        "[  30.0 s]   still at step 2 of 5: declared order: 12 of 67 tests, test_a.py::test_x",
        "[  60.0 s]   still at step 2 of 5: declared order: 12 of 67 tests, test_a.py::test_x",
    ]


def test_every_phase_of_an_audit_belongs_to_one_step() -> None:
    assert sorted(name for names in STAGES for name in names) == sorted(TELL)


def test_what_is_no_audit_has_no_step_and_counts_what_it_is_about() -> None:
    course = Course(Clock())
    course.phase("fixes", 10)
    course.step("L1")
    moment = course.now()
    assert (doing(moment), count(moment)) == ("looking for fixes, and proving them", "1 of 10 causes")
    stream = io.StringIO()
    Lines(console_for(stream), steps=False, clock=Clock()).phase("fixes", 1)
    assert stream.getvalue().endswith("looking for fixes, and proving them, 1 cause\n")


def test_steps_never_go_back() -> None:
    course = Course(Clock())
    told = []
    for name in ("collect", "declared", "orders", "confirm", "isolated"):
        course.phase(name, 1)
        told.append(course.now().stage)
    assert told == [1, 2, 3, 5, 5]


def test_lines_tell_the_open_question_and_what_is_left() -> None:
    clock, console = Clock(), plain_console()
    lines = Lines(console, steps=False, clock=clock)
    lines.expect(Outlook(search=120.0))
    lines.phase("confirm", 3, 6, "proving that app.state.x of shop:app breaks 5 tests")
    assert told_by(console) == (
        "[   0.0 s] step 5 of 5: proving that app.state.x of shop:app breaks 5 tests, 3 runs of 6 tests; "
        "up to about 2 min left\n"
    )


def test_no_heartbeat_where_something_is_told() -> None:
    clock, console = Clock(), plain_console()
    lines = Lines(console, steps=True, clock=clock)
    lines.phase("pairs", 9)
    for _ in range(8):
        clock.now += 29
        lines.step("pair")
        lines.beat()
    assert "still" not in told_by(console)


def test_lines_tell_a_stop() -> None:
    console = plain_console()
    Lines(console, steps=False, clock=Clock()).stopping()
    assert told_by(console) == f"{STOPPING}\n"


def test_the_live_display_is_drawn_at_once_when_it_stops() -> None:
    console = plain_console()
    live = Live(console, Clock())
    live.phase("confirm", 3)
    live.redraw = lambda: console.print(live)
    live.stopping()
    assert "stopping…" in told_by(console)


SLOW = Project(
    {
        "test_a.py": """
            import signal, time

            def test_slow():
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                print("begun")
                time.sleep(600)
        """
    }
)


def test_stopping_is_told_before_everything_has_ended() -> None:
    """By the real command in a terminal: it is told when the signal comes, and the end comes behind it."""
    with SLOW.folder() as folder:
        ours, theirs = pty.openpty()
        env = {**environment(), "TERM": "xterm"}
        command = [sys.executable, "-m", "leakcheck", "run", "--lanes", "1"]
        process = subprocess.Popen(command, cwd=folder, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        seen = _until(ours, b"declared order", b"")
        process.send_signal(signal.SIGINT)
        seen = _until(ours, b"stopping", seen)
        seen = _until(ours, b"interrupted: what was executed is kept", seen)
        os.close(ours)
        process.wait()
    assert seen.rindex(b"stopping") < seen.index(b"interrupted: what was executed is kept")


def _until(terminal: int, words: bytes, seen: bytes) -> bytes:
    deadline = time.monotonic() + 120
    while words not in seen:
        assert time.monotonic() < deadline, seen
        seen += os.read(terminal, 65536)
    return seen
