"""What goes wrong where two executions meet outside of their processes is no evidence: it is run again, alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from leakcheck.audit import result_of
from leakcheck.records import Alone, Execution, Met, Order, Outcome, Pair, Suite, TestItem, TestRun, Whole
from leakcheck.search.interference import WHY, collided
from leakcheck.store import AuditFolder
from leakcheck.wire.events import Begun, Collected, Completed, Disowned, Exit, Finished, Outside, Started
from search.model import Model, ModelEngine, opened

LOG = ("t.py::b", "file", "/x/log")
DATABASE = ("t.py::b", "server", "127.0.0.1:5432")
PORT = ("t.py::a", "port", "127.0.0.1:8000")


def execution(number: int, outcome: Outcome, *outside: tuple[str, str, str], exclusive: bool = False) -> Execution:
    order = Order(Alone(), ("t.py::a",), exclusive=exclusive)
    met = tuple(Met(*each) for each in outside)
    return Execution(f"e{number:05d}", order, "finished", (TestRun("t.py::a", outcome),), outside=met)


BAD, GOOD = execution(1, "timeout", PORT), execution(2, "passed", PORT)


@pytest.mark.parametrize(
    ("batch", "found"),
    [
        ((BAD, GOOD), [BAD]),
        ((BAD,), []),
        ((GOOD, replace(GOOD, id="e00003")), []),
        ((BAD, execution(3, "passed", PORT, exclusive=True)), []),
        ((BAD, execution(3, "passed", ("t.py::b", "port", "127.0.0.1:8001"))), []),
        ((BAD, execution(3, "passed", DATABASE)), []),
        ((execution(3, "failed", LOG), execution(4, "passed", ("", *LOG[1:]))), [3]),
    ],
)
def test_who_met(batch: Sequence[Execution], found: Sequence[Execution | int]) -> None:
    wanted = [each if isinstance(each, int) else int(each.id[1:]) for each in found]
    assert [int(each.id[1:]) for each in collided(batch, batch)] == wanted


AGAIN = replace(GOOD, runs=(TestRun("t.py::a", "passed", again="failed"),))


PASSES = replace(GOOD, id="e00007", order=Order(Whole(), ("t.py::a",)), outside=())
FAILS = replace(PASSES, runs=(TestRun("t.py::a", "failed"),))
PSYCOPG = execution(8, "passed", ("t.py::b", "driver", "psycopg2"))
BEHIND = replace(BAD, order=Order(Pair(), ("t.py::b", "t.py::a")), outside=())


@pytest.mark.parametrize(
    ("failed", "known", "is_believed"),
    [
        (BAD, (PASSES,), False),
        (AGAIN, (PASSES,), False),
        (replace(BAD, order=replace(BAD.order, exclusive=True)), (PASSES,), True),
        (replace(BAD, order=replace(BAD.order, repeat=1)), (PASSES,), True),
        (BAD, (FAILS,), True),
        (BEHIND, (PASSES,), True),
        (BEHIND, (PASSES, execution(8, "passed", DATABASE)), False),
        (BEHIND, (PASSES, PSYCOPG), False),
        (BEHIND, (FAILS, PSYCOPG), True),
    ],
)
def test_who_is_believed_at_once(failed: Execution, known: tuple[Execution, ...], is_believed: bool) -> None:
    """What a test talks to is not always seen."""
    assert collided((failed,), known) == ([] if is_believed else [failed])


@dataclass
class Sharing(ModelEngine):
    """All tests take one port: who does not run alone finds it taken."""

    def _execution(self, tag: str, order: Order, tests: Sequence[str]) -> Execution:
        made = super()._execution(tag, order, tests)
        outcome: Outcome = "passed" if order.exclusive or order.kind == "declared" else "timeout"
        runs = tuple(replace(run, outcome=outcome) for run in made.runs)
        known = order.kind != "declared"
        return replace(made, runs=runs, outside=(Met(tests[0], "port", "127.0.0.1:8000"),) if known else ())


def test_they_run_again_alone_and_the_first_time_does_not_count() -> None:
    tests = {f"t{number}.py::t": () for number in range(3)}
    engine = Sharing(Model(tests))
    bench = opened(engine)
    done = bench.run("isolated", [Order(Alone(), (test,)) for test in tests])
    assert [(run.test, run.outcome) for each in done for run in each.runs] == [(test, "passed") for test in tests]
    assert {each.id for each in bench.executions} == {"e00001", *(each.id for each in done)}
    told = [each for each in engine.kept if isinstance(each[1], Disowned)]
    assert told == [("audit", Disowned(("e00002", "e00003", "e00004"), WHY))]


@pytest.mark.parametrize(("finished", "verdict"), [(False, "stable"), (True, "unknown")])
def test_what_nobody_has_judged_is_no_evidence(tmp_path: Path, finished: bool, verdict: str) -> None:
    """Before an audit ended, or where its end is lost, the word that an execution was disturbed may be missing."""
    tests = ("t.py::a", "t.py::b")
    folder = AuditFolder.create(tmp_path)
    folder.begin("audit")
    folder.append("audit", Begun("1.0", "today", {"lanes": "2"}))
    folder.begin("suite")
    folder.append("suite", Collected(Suite("/x", (), tuple(TestItem(test, "t.py") for test in tests))))
    orders = {
        "e00001": Order(Whole(), tests),
        "e00002": Order(Alone(), tests[:1]),
        "e00003": Order(Alone(), tests[1:]),
    }
    for tag, order in orders.items():
        folder.begin(tag, order)
        for test in order.tests:
            outcome: Outcome = "failed" if tag == "e00003" else "passed"
            taken = [Outside(*PORT[1:])] if tag != "e00001" else []
            folder.append(tag, Started(test), *taken, Finished(TestRun(test, outcome)))
        folder.close(tag, Exit("finished", 0, 1.0))
    if finished:
        folder.append("audit", Completed(1.0))
    assert [each.verdict for each in result_of(folder).tests] == ["stable", verdict]


def test_after_a_new_start_nobody_is_known_to_end_a_process() -> None:
    bench = opened(ModelEngine(Model({"t.py::a": ()})))
    bench.lethal["t.py::a"] = "timeout"
    bench.disown("ran beside another process")
    assert not bench.lethal
    assert not bench.executions
