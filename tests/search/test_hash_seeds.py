"""Whether the hash seed decides is asked by few further processes, and only of tests that may depend on it."""

from __future__ import annotations

import pytest

from leakcheck.analysis.graph.verdicts import verdicts_of
from leakcheck.engine.spawn.hash_seeds import HashSeeds
from leakcheck.records import Control, Execution, Order, Outcome, Seeded, TestRun, TestVerdict
from leakcheck.search.hash_seeds import vary_hash_seed
from leakcheck.search.session import AuditSession
from search.model import SEEDS, Model, ModelEngine, fails_by_chance, fails_if, fails_under, opened, write

TEST, OTHER = "test_a.py::v", "test_b.py::w"
ALWAYS = (fails_under(SEEDS.own, *SEEDS.others),)


def asked(model: Model, seeds: HashSeeds = SEEDS, **control: Outcome) -> tuple[AuditSession, list[Order]]:
    """A bench that has asked, twice, and what it has run for that. `control` is what the plain run has shown."""
    engine = ModelEngine(model, hash_seeds=seeds)
    bench = opened(engine)
    runs = tuple(TestRun(test, control.get(test[-1], "passed")) for test in model.tests)
    bench.control.append(Execution("control", Order(Control(seeds.control), ()), "finished", runs))
    begun = len(engine.ran)
    vary_hash_seed(bench)
    once = len(engine.ran)
    vary_hash_seed(bench)
    assert len(engine.ran) == once, "nothing is asked twice"
    return bench, engine.ran[begun:]


def verdict(bench: AuditSession, test: str = TEST) -> TestVerdict:
    return next(each for each in verdicts_of(bench.suite.ids, bench.known(), ()) if each.id == test)


def seeds_of(orders: list[Order]) -> list[str]:
    return [order.question.hash_seed for order in orders if isinstance(order.question, Seeded)]


def test_what_fails_under_the_seed_of_the_audit_only_is_flaky() -> None:
    own, good = SEEDS.own, SEEDS.others[2]
    model = Model({TEST: (fails_under(own, *(each for each in SEEDS.others if each != good)),), OTHER: ()})
    bench, ran = asked(model, v="failed")
    found = verdict(bench)
    assert found.verdict == "flaky"
    assert found.seen == (
        f"passes under PYTHONHASHSEED={good}, fails under {own}: its outcome depends on the hash seed"
    )
    assert found.reproduce == (f"PYTHONHASHSEED={good} pytest {TEST}", f"PYTHONHASHSEED={own} pytest {TEST}")
    assert seeds_of(ran) == [*SEEDS.others[1:], good, own, own], "under the first, the control run has shown it"
    assert all(order.exclusive for order in ran[len(SEEDS.others) - 1 :])
    assert verdict(bench, OTHER).verdict == "stable"


def test_what_passes_under_the_seed_of_the_audit_only_is_flaky_once_it_has_failed_alone() -> None:
    bench, ran = asked(Model({TEST: (fails_under(SEEDS.control),), OTHER: ()}), v="failed")
    assert verdict(bench).verdict == "flaky"
    assert seeds_of(ran) == [SEEDS.control] * 2 + [SEEDS.own] * 2


def test_where_all_pass_nothing_is_asked() -> None:
    assert asked(Model({TEST: (), OTHER: ()}))[1] == []


def test_what_fails_under_all_is_failing_and_asked_of_together() -> None:
    bench, ran = asked(Model({TEST: ALWAYS, OTHER: ALWAYS, "test_c.py::x": ()}), v="failed", w="failed")
    assert [order.tests for order in ran] == [(TEST, OTHER)] * (len(SEEDS.others) - 1)
    assert {verdict(bench, each).verdict for each in (TEST, OTHER)} == {"failing"}


def test_a_difference_that_the_seed_does_not_make_accuses_nobody() -> None:
    """The plain run saw it fail: another test ran before, a port was taken."""
    bench, ran = asked(Model({TEST: (), OTHER: ()}), v="failed")
    assert seeds_of(ran) == [SEEDS.control] * 2 + [SEEDS.own] * 2
    assert verdict(bench).verdict == "stable"


def test_what_differs_between_orders_is_another_question() -> None:
    model = Model({OTHER: (write("x"),), TEST: (fails_if(x="1"),)})
    bench = opened(ModelEngine(model))
    bench.run("orders", [Order(bench.executions[0].order.question, (TEST, OTHER))])
    bench.control.append(Execution("control", Order(Control("1"), ()), "finished", (TestRun(TEST, "failed"),)))
    begun = len(bench.executions)
    vary_hash_seed(bench)
    assert len(bench.executions) == begun


@pytest.mark.parametrize("chance", [0.3, 0.9])
def test_chance_is_not_told_as_the_seed(chance: float) -> None:
    bench, _ = asked(Model({TEST: (fails_by_chance(chance),), OTHER: ()}))
    assert not bench.known().hash_dependent


def test_who_has_set_a_seed_is_asked_about_no_other() -> None:
    fixed = HashSeeds.of({"PYTHONHASHSEED": "7"})
    assert (fixed.own, fixed.others) == ("7", ())
    assert asked(Model({TEST: (fails_under("7"),), OTHER: ()}), fixed, v="failed")[1] == []


@pytest.mark.parametrize("environ", [{}, {"PYTHONHASHSEED": ""}, {"PYTHONHASHSEED": "random"}])
def test_without_one_the_audit_has_its_own_and_control_another(environ: dict[str, str]) -> None:
    found = HashSeeds.of(environ)
    assert found == SEEDS
    assert found.control in found.others
    assert found.own not in found.others
