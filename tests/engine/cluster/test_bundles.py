"""Which executions go to a worker together."""

from __future__ import annotations

from leakcheck.engine.cluster.bundles import LARGEST, Bundles, title
from leakcheck.engine.job import Job
from leakcheck.records import Alone, Order, TestRun, Whole
from leakcheck.wire import events


def alone(number: int, file: str = "test_a.py") -> Job:
    return Job(f"e{number:05d}", Order(Alone(), (f"{file}::test_{number}",), (file,)), "fork")


def taking(jobs: list[Job], seconds: float) -> Bundles:
    found = Bundles()
    for job in jobs:
        found.learn([events.Finished(TestRun(job.order.tests[0], "passed", seconds=seconds))])
    return found


def sizes(bundles: list[list[Job]]) -> list[int]:
    return [len(each) for each in bundles]


def test_short_ones_of_a_file_go_together() -> None:
    jobs = [alone(number) for number in range(20)]
    assert sizes(taking(jobs, 0.001).made_of(jobs, 1000, 2)) == [LARGEST, LARGEST, 20 - 2 * LARGEST]


def test_another_file_and_the_whole_suite_are_other_tasks() -> None:
    whole = Job("e00009", Order(Whole("declared"), ("test_a.py::test_1", "test_b.py::test_2")), "fork")
    jobs = [alone(1), alone(2, "test_b.py"), whole, whole]
    assert sizes(taking(jobs[:2], 0.001).made_of(jobs, 1000, 1)) == [1, 1, 1, 1]


def test_long_ones_go_alone_and_so_do_those_that_nobody_has_seen() -> None:
    jobs = [alone(number) for number in range(6)]
    assert sizes(taking(jobs, 2.0).made_of(jobs, 1000, 1)) == [1] * 6
    assert sizes(Bundles().made_of(jobs, 1000, 1)) == [4, 2]


def test_at_the_end_of_a_phase_no_worker_has_much() -> None:
    jobs = [alone(number) for number in range(8)]
    assert sizes(taking(jobs, 0.001).made_of(jobs, 0, 4)) == [1] * 8


def test_the_dashboard_calls_them_by_what_they_are() -> None:
    assert title([alone(1), alone(2)]) == "isolated: test_a.py (2)"
    assert title([Job("control00001", Order(Alone(), ()), "control")]) == "plain pytest: whole suite"
