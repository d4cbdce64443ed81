"""The session of a search: what is known is of the executions that there are now."""

from __future__ import annotations

from leakcheck.analysis import Knowledge
from leakcheck.records import Order, Whole
from leakcheck.search.session import AuditSession
from search.model import Model, ModelEngine, fails_if, opened, write

MODEL = Model({"t.py::a": (write("x"),), "t.py::b": (fails_if(x="1"),), "t.py::c": ()})


def is_known(bench: AuditSession) -> bool:
    fresh = Knowledge.of(bench.executions, bench.suite, bench.options.depth)
    known = bench.known()
    return known.executions == bench.executions and known.evidence.outcomes == fresh.evidence.outcomes


def test_executions_that_are_new_or_gone_count_at_once() -> None:
    bench = opened(ModelEngine(MODEL))
    assert is_known(bench)
    bench.run("again", [Order(Whole("reversed"), tuple(MODEL.tests)[::-1])])
    assert len(bench.executions) == 2
    assert is_known(bench)
    bench._drop(bench.executions[:1], "no evidence")
    assert len(bench.executions) == 1
    assert is_known(bench)
    bench._drop(bench.executions, "no evidence")
    bench.run("declared", [Order(Whole(), tuple(MODEL.tests))])
    assert is_known(bench)


def test_where_nothing_was_executed_they_are_not_gone_through() -> None:
    bench = opened(ModelEngine(MODEL))
    known = bench.known()
    asked: list[object] = []
    known.brought_to = asked.append  # type: ignore[assignment,method-assign]
    assert bench.known() is known
    assert asked == []
