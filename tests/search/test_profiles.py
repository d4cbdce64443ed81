"""What each profile does, what it finds, and what it says that it does not cover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings

from leakcheck.analysis import Effort, derive
from leakcheck.options import PROFILES, ProfileName
from leakcheck.records import Cost, Mark, Result
from leakcheck.search.phases import settle
from leakcheck.search.proof import accusing
from leakcheck.search.session import AuditSession
from search.model import Model, ModelEngine, Step, bench_for, fails_if, fails_unless, look, opened, write
from search.test_search import CHAIN, differs, found_pairs, models, names


def settled(model: Model, profile: ProfileName, **more: object) -> tuple[AuditSession, ModelEngine]:
    bench, engine = bench_for(model, **{**PROFILES[profile].values, "profile": profile, **more})
    settle(bench)
    return bench, engine


def result(bench: AuditSession) -> Result:
    effort = Effort(bench.options.profile)
    cost = Cost(1, 1, 1, 1, 1, 1)
    return derive(bench.suite, bench.executions, cost=cost, leakcheck="0", engine="fork", lanes=1, effort=effort)


def test_quick_runs_four_orders_of_a_clean_suite_and_nothing_else() -> None:
    model = Model({f"t.py::t{number}": (look("a"),) for number in range(20)})
    _, engine = settled(model, "quick")
    assert Counter(order.kind for order in engine.ran) == {"declared": 1, "reversed": 1, "random": 2}


def test_quick_isolates_suspects_only_and_runs_no_printed_command() -> None:
    others: dict[str, tuple[Step, ...]] = {f"t.py::o{number}": (look("b"),) for number in range(20)}
    model = Model({"t.py::v": (fails_if(a="1"),), **others, "t.py::p": (write("a"),)})
    bench, engine = settled(model, "quick")
    assert names(accusing(bench), "t.py::v") == {("t.py::p",)}
    assert all(edge.confirmed for edge in accusing(bench))
    alone = {order.tests[0] for order in engine.ran if order.kind == "isolated"}
    assert alone == {"t.py::v", "t.py::p"}
    assert not any(order.is_plain for order in engine.ran)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(models())
def test_what_quick_accuses_is_true_and_what_differs_is_explained(model: Model) -> None:
    bench, _ = settled(model, "quick")
    for edge in accusing(bench):
        assert edge.confirmed
        assert differs(model, edge.polluters, edge.test)
    whole = [each for each in bench.executions if each.order.kind in ("declared", "reversed", "random")]
    seen = {test: {each.outcome(test) for each in whole} for test in model.tests}
    assert {test for test, outcomes in seen.items() if len(outcomes) > 1} <= {edge.test for edge in accusing(bench)}


def test_thorough_follows_chains_of_three() -> None:
    wanted = {("t.py::a", "t.py::b", "t.py::c")}
    standard, _ = settled(Model(CHAIN), "standard", random=0)
    thorough, _ = settled(Model(CHAIN), "thorough", random=0)
    assert names(accusing(standard), "t.py::victim") == set()
    assert names(accusing(thorough), "t.py::victim") == wanted


@settings(max_examples=50, deadline=None, derandomize=True)
@given(models())
def test_thorough_finds_all_that_standard_does(model: Model) -> None:
    standard, thorough = settled(model, "standard")[0], settled(model, "thorough")[0]
    assert found_pairs(accusing(thorough)) >= found_pairs(accusing(standard))


@pytest.mark.parametrize(("profile", "limited"), [("quick", True), ("standard", False), ("thorough", False)])
def test_only_quick_has_limits_to_tell(profile: ProfileName, limited: bool) -> None:
    bench, _ = settled(Model({"t.py::a": (look("x"),), "t.py::b": (look("x"),), "t.py::c": ()}), profile)
    found = result(bench).certificate
    assert (found.profile, bool(found.limits)) == (profile, limited)


# Dependences that are meant -------------------------------------------------------------------------------------

SETS, NEEDS, FREE = "t.py::sets", "t.py::needs", "t.py::free"
TESTS: Mapping[str, tuple[Step, ...]] = {SETS: (write("a"),), NEEDS: (fails_unless(a="1"),), FREE: (look("b"),)}


def judged(test: str, depends_on: tuple[str, ...], profile: ProfileName = "standard") -> Result:
    """The result for `TESTS`, of which one has a mark."""
    model = Model(TESTS)
    engine = ModelEngine(model)
    bench = opened(engine, **{**PROFILES[profile].values, "profile": profile})
    items = (
        replace(item, marks=(Mark(item.id, depends_on=depends_on),)) if item.id == test else item
        for item in model.suite.tests
    )
    bench.suite = replace(model.suite, tests=tuple(items))
    settle(bench)
    return result(bench)


@pytest.mark.parametrize("profile", ["quick", "standard"])
@pytest.mark.parametrize("name", ["sets", SETS])
def test_a_dependence_that_is_meant_and_holds_is_no_finding(name: str, profile: ProfileName) -> None:
    found = judged(NEEDS, (name,), profile)
    ignored = {each.code: each.ignored for each in found.findings}
    assert ignored["LK102"] == f"meant: it depends on {name}, as its mark says"
    assert (found.exit_code, found.gate.remarks) == (0, ())


def test_without_the_mark_it_is_one() -> None:
    assert judged(FREE, ()).exit_code == 1


@pytest.mark.parametrize(
    ("test", "name", "remark", "code"),
    [
        (FREE, "sets", "but it passes alone: the mark can go", 1),
        (NEEDS, "free", "but behind that it fails too", 1),
        (NEEDS, "stes", "but there is no test stes; did you mean sets?", 1),
    ],
)
def test_a_dependence_that_does_not_hold_is_told(test: str, name: str, remark: str, code: int) -> None:
    found = judged(test, (name,))
    assert found.gate.remarks == (f"the mark on {test} says that it depends on {name}, {remark}",)
    assert found.exit_code == code
