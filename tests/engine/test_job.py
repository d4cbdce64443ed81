"""How long an execution may be silent, and in which words its end is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakcheck.engine.job import ENDING, Job, Limits, exit_in_words
from leakcheck.engine.processes import UNKNOWN
from leakcheck.records import Order, TestRun, Whole
from leakcheck.store import AuditFolder
from leakcheck.wire import events

LIMITS = Limits(test=10, execution=100)
STARTED = events.Started("t.py::a")
FINISHED = events.Finished(TestRun("t.py::a", "passed"))
COMPLETED = events.Completed(1.0)
STOPPED = events.Stopped("KeyboardInterrupt: ")


def job(status: int | None = None, late: str = "") -> Job:
    return Job("e00001", Order(Whole(), ("t.py::a",)), "fork", status=status, late=late)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (-11, "killed by SIGSEGV"),
        (-9, "killed by SIGKILL"),
        (-123, "killed by signal 123"),
        (0, "ended its process with exit code 0"),
        (3, "ended its process with exit code 3"),
        (None, "ended its process"),
        (UNKNOWN, "ended its process"),
    ],
)
def test_exit_codes_in_words(code: int | None, words: str) -> None:
    assert exit_in_words(code) == words


@pytest.mark.parametrize(
    ("items", "status", "late", "ending"),
    [
        ((STARTED, FINISHED, COMPLETED), 0, "", ("finished", "ended its process with exit code 0")),
        ((STARTED,), -11, "", ("crashed", "killed by SIGSEGV")),
        ((), 1, "", ("refused", "ended its process with exit code 1")),
        ((STARTED, STOPPED), 0, "", ("stopped", "")),
        ((STARTED,), -9, "killed: no end after 10 s", ("timeout", "killed: no end after 10 s")),
        ((STARTED, FINISHED, COMPLETED), -9, "", ("finished", "killed by SIGKILL")),
    ],
    ids=["finished", "crashed", "refused", "stopped", "late", "killed behind its last test"],
)
def test_how_an_execution_ended(
    items: tuple[events.Event, ...], status: int, late: str, ending: tuple[str, str]
) -> None:
    assert job(status, late).ended(items) == ending


def looked(tmp_path: Path, *items: events.Event) -> Job:
    """A job whose segment holds these events, looked at when its time was 0."""
    folder = AuditFolder.create(tmp_path)
    found = job()
    folder.begin(found.tag, found.order)
    for item in items:
        folder.append(found.tag, item)
    found.look(folder, 0.0)
    return found


def test_a_start_is_not_measured_as_a_test(tmp_path: Path) -> None:
    starting, testing = looked(tmp_path), looked(tmp_path, STARTED)
    assert not starting.due(LIMITS, 99.0)
    assert not testing.due(LIMITS, 10.0)
    assert testing.due(LIMITS, 10.1)
    assert testing.late == "killed: no end after 10 s"
    assert starting.due(LIMITS, 101.0)
    assert starting.late == "killed: its execution had taken 100 s"


@pytest.mark.parametrize("last", [COMPLETED, STOPPED])
def test_who_does_not_end_behind_its_last_test_is_ended_and_not_late(tmp_path: Path, last: events.Event) -> None:
    complete = looked(tmp_path, STARTED, FINISHED, last)
    assert not complete.due(LIMITS, ENDING)
    assert complete.due(LIMITS, ENDING + 0.1)
    assert complete.late == ""


def test_who_is_over_or_was_killed_is_not_ended_again(tmp_path: Path) -> None:
    testing = looked(tmp_path, STARTED)
    testing.killed = 11.0
    assert not testing.due(LIMITS, 50.0)
    ended = looked(tmp_path, STARTED)
    ended.status = 0
    assert not ended.due(LIMITS, 50.0)
