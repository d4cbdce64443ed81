"""Whether a used database decides is asked where there is one, by two runs of the suite and of who may mind."""

from __future__ import annotations

from leakcheck.analysis.graph.verdicts import verdicts_of
from leakcheck.records import Alone, Order, Used
from leakcheck.search.session import AuditSession
from leakcheck.search.used_databases import ask_used_databases
from search.model import CLEAN, Model, ModelEngine, fails_if, fails_unless, opened, write

MINDS, NEEDS, LEAVES, OTHER = "test_a.py::minds", "test_a.py::needs", "test_b.py::leaves", "test_b.py::other"
MODEL = Model(
    {OTHER: (), LEAVES: (write("row"),), MINDS: (fails_if(used="1", row=CLEAN),), NEEDS: (fails_unless(used="1"),)}
)


def asked(model: Model, used: bool = True) -> tuple[AuditSession, list[Order]]:
    """A bench that has asked, twice, and what it has run for that."""
    engine = ModelEngine(model, used={"used": "1"} if used else {})
    bench = opened(engine)
    bench.run("isolated", [Order(Alone(), (test,)) for test in model.tests])
    begun = len(engine.ran)
    ask_used_databases(bench)
    once = len(engine.ran)
    ask_used_databases(bench)
    assert len(engine.ran) == once, "nothing is asked twice"
    return bench, engine.ran[begun:]


def seen(bench: AuditSession) -> dict[str, str]:
    return {each.id: each.seen for each in verdicts_of(bench.suite.ids, bench.known(), ()) if each.seen}


def test_who_minds_in_one_of_both_orders_runs_alone_there() -> None:
    bench, ran = asked(MODEL)
    fails = "fails alone on a database that a run has used, passes alone on the one that the audit found"
    passes = "fails alone on the one that the audit found, passes alone on a database that a run has used"
    assert seen(bench) == {MINDS: fails, NEEDS: passes}
    assert [order.tests for order in ran[:2]] == [(), tuple(MODEL.tests)[::-1]]
    assert sorted(order.tests for order in ran[2:]) == [(MINDS,), (MINDS,), (NEEDS,), (NEEDS,)]
    assert all(order.exclusive and isinstance(order.question, Used) for order in ran[2:])
    assert bench.notes == [f"{fails}: {MINDS}", f"{passes}: {NEEDS}"]


def test_it_is_no_evidence_of_anything_else() -> None:
    bench, _ = asked(Model({OTHER: (), MINDS: (fails_if(used="1"),)}))
    assert {each.id: each.verdict for each in verdicts_of(bench.suite.ids, bench.known(), ())} == {
        OTHER: "stable",
        MINDS: "stable",
    }
    assert not bench.known().differing


def test_where_nobody_minds_two_runs_are_all() -> None:
    bench, ran = asked(Model({OTHER: (), LEAVES: (write("row"),)}))
    assert len(ran) == 2
    assert (seen(bench), bench.notes) == ({}, [])


def test_without_a_used_database_nothing_is_asked() -> None:
    assert asked(MODEL, used=False)[1] == []
