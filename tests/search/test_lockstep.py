"""Many victims of a polluter that shows nothing: a few are searched for, the others meet whom these led to."""

from __future__ import annotations

from collections.abc import Mapping

from leakcheck.records import Behind
from leakcheck.search.phases import settle
from leakcheck.search.proof import accusing
from search.model import Model, Step, bench_for, fails_if, write

POLLUTER: dict[str, tuple[Step, ...]] = {"test_0.py::p": (write("hidden"),)}
BYSTANDERS = {f"test_{number % 3}.py::o{number}": (write(f"x{number}"),) for number in range(40)}
LOUD = {f"test_9.py::v{number}": (fails_if(hidden="1"), write(f"y{number}")) for number in range(24)}
FEW = dict(list(LOUD.items())[:4])


def long_ones(victims: Mapping[str, tuple[Step, ...]]) -> int:
    """How many executions of much of what ran before it took to find the polluter of all."""
    bench, engine = bench_for(Model({**BYSTANDERS, **POLLUTER, **victims}), random=0)
    settle(bench)
    assert {(edge.polluters, edge.test) for edge in accusing(bench)} == {
        (tuple(POLLUTER), test) for test in victims
    }
    return sum(isinstance(order.question, Behind) and len(order.tests) > 6 for order in engine.ran)


def test_only_the_first_are_searched_for() -> None:
    assert 0 < long_ones(LOUD) <= long_ones(FEW) + 4
