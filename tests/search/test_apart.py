"""What tests do outside of their processes, and whether anybody meets it."""

from __future__ import annotations

from collections.abc import Iterable

from leakcheck.records import OWN_FILE, OWN_PORT, Execution, Met, Order, TestItem, TestRun, Whole
from leakcheck.records.topics import Topic
from leakcheck.search.interference import Outside, outside_notes, outsiders

ROOT = "/project"
TESTS = [TestItem(f"test_a.py::{name}", "test_a.py", 1) for name in ("writes", "reads")]
WRITES, READS = (test.id for test in TESTS)
PORT = "127.0.0.1:8000"


def execution(*met: Met) -> Execution:
    return Execution(
        "e00001",
        Order(Whole("declared"), (WRITES, READS)),
        "finished",
        tuple(TestRun(test, "passed") for test in (WRITES, READS)),
        outside=met,
    )


def told(found: Iterable[Execution]) -> dict[Topic, str]:
    return dict(outside_notes(found, ROOT))


def test_who_writes_a_file_that_others_meet_runs_alone() -> None:
    found = [execution(Met(WRITES, "file", f"{ROOT}/a.txt"))]
    assert outsiders(found, TESTS) == {WRITES}
    assert told(found)[Topic.FILES].endswith("the files are put back: a.txt")


def test_who_has_its_own_view_meets_nobody_and_is_known() -> None:
    found = [execution(Met(WRITES, OWN_FILE, f"{ROOT}/a.txt"), Met("", OWN_FILE, f"{ROOT}/b.txt"))]
    assert outsiders(found, TESTS) == frozenset()
    assert Outside.of(found).apart == {WRITES}
    assert told(found) == {Topic.FILES: "tests write files, each execution in its own view of the project: a.txt"}


def test_a_port_gives_turns_until_each_has_its_own_network() -> None:
    found = [execution(Met(WRITES, "port", PORT))]
    assert outsiders(found, TESTS) == {WRITES}
    assert Outside.of(found, ports=False).outsiders(TESTS) == frozenset()
    assert Outside.of(found, ports=False).apart == {WRITES}


def test_ports_are_told_once() -> None:
    first, then = execution(Met(WRITES, "port", PORT)), execution(Met(WRITES, OWN_PORT, PORT))
    assert told([first])[Topic.PORTS] == f"tests take fixed ports, so they run while nothing else does: {PORT}"
    text = f"tests take fixed ports, each execution in its own network once that was seen: {PORT}"
    assert told([first, then]) == {Topic.PORTS: text}


def test_a_port_that_was_chosen_in_a_network_of_ones_own_is_not_told() -> None:
    found = [execution(Met(WRITES, OWN_PORT, "127.0.0.1:40001")) for _ in range(2)]
    assert told(found) == {}
