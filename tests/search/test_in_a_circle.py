"""Many tests that hurt one another, and themselves, by one thing that no look at a test alone shows: one cause.

An event of another package that belongs to the loop of whoever made it is such a thing.
"""

from __future__ import annotations

from leakcheck.records import DeepLook, Location
from leakcheck.search.deep_search import PIONEERS
from leakcheck.search.phases import settle
from leakcheck.search.proof import accusing
from search.model import Model, bench_for, clean, fails_if, write

PLACE = Location("module_globals", "shop", "foreign_a")
CIRCLE = {f"test_{number}.py::v{number}": (fails_if(foreign_a="1"), write("foreign_a")) for number in range(12)}
OTHERS = {f"test_{number}.py::w{number}": (clean("other"),) for number in range(12, 30)}


def test_each_is_named_after_a_few_looks() -> None:
    bench, engine = bench_for(Model({**CIRCLE, **OTHERS}), random=1)
    settle(bench)
    assert {edge.test for edge in accusing(bench)} == CIRCLE.keys()
    unnamed = [edge for edge, locations in bench.edges() if edge.confirmed and locations != (PLACE,)]
    assert not unnamed
    assert sum(isinstance(order.question, DeepLook) for order in engine.ran) <= PIONEERS
