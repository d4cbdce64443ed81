"""What the import of a test file leaves: whose it is, which location, and the proof, in few executions."""

from __future__ import annotations

from collections import Counter

from leakcheck.records import Company, DeepLook, Location
from leakcheck.search.phases import settle
from leakcheck.search.proof import accusing
from search.model import Model, bench_for, fails_if, look

PLACE = Location("module_globals", "shop", "global_a")
VICTIMS = {f"test_{number}.py::v{number}": (fails_if(global_a="1"),) for number in range(3)}
OTHERS = {f"test_{number}.py::o": (look("b"),) for number in (4, 5, 6)}
POLLUTER = "test_5.py"


def test_victims_of_an_import_have_its_file_the_location_and_the_proof() -> None:
    model = Model({**VICTIMS, **OTHERS}, {POLLUTER: {"global_a": "1", "global_b": "1"}})
    bench, engine = bench_for(model)
    settle(bench)
    found = accusing(bench)
    assert {(edge.test, edge.polluters) for edge in found} == {(test, (POLLUTER,)) for test in VICTIMS}
    assert all(edge.confirmed and edge.counterfactual for edge in found)
    assert {locations for edge, locations in bench.edges()} == {(PLACE,)}
    asked = Counter(type(order.question) for order in engine.ran)
    assert asked[DeepLook] == 1
    assert not any(POLLUTER in order.tests for order in engine.ran if isinstance(order.question, Company))


def test_the_only_other_file_is_asked_about_too() -> None:
    bench, _ = bench_for(
        Model(
            {"test_1.py::v": (fails_if(global_a="1"),), "test_2.py::o": (look("b"),)},
            {
                "test_2.py": {"global_a": "1"},
            },
        )
    )
    settle(bench)
    assert [(edge.polluters, edge.counterfactual) for edge in accusing(bench)] == [(("test_2.py",), True)]


def test_two_files_that_hurt_only_together_are_imported_in_the_order_of_the_suite() -> None:
    model = Model(
        {"test_2.py::v": (fails_if(global_a="1", global_b="1"),), **OTHERS},
        {"test_4.py": {"global_a": "1"}, "test_6.py": {"global_b": "1"}},
    )
    bench, engine = bench_for(model)
    settle(bench)
    assert [edge.polluters for edge in accusing(bench)] == [("test_4.py", "test_6.py")]
    files = list(dict.fromkeys(test.partition("::")[0] for test in model.tests))
    for order in engine.ran:
        assert list(order.collect) == [file for file in files if file in order.collect]
