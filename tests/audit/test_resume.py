"""An audit that is killed and resumed ends as if nothing had happened, and executes nothing twice."""

from __future__ import annotations

import itertools
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from leakcheck.records import Behind, Execution, Order, Pair, TestRun
from leakcheck.search.phases import settle
from leakcheck.search.session import AuditSession
from leakcheck.store import Replay
from leakcheck.workspace.source_digests import differences, sources_of
from search.model import Model, ModelEngine, fails_if, opened, write
from search.test_search import models


def audited(engine: ModelEngine) -> AuditSession:
    bench = opened(engine)
    settle(bench)
    return bench


@settings(max_examples=100, deadline=None, derandomize=True)
@given(models(), st.lists(st.integers(0, 60), min_size=1, max_size=3))
def test_a_killed_audit_resumed_is_an_undisturbed_one(model: Model, kills: list[int]) -> None:
    undisturbed = ModelEngine(model)
    whole = audited(undisturbed)
    done: list[tuple[Order, Execution]] = []
    for lives in kills:
        engine = ModelEngine(model, replay=Replay.of(done), lives=lives)
        with suppress(KeyboardInterrupt):
            audited(engine)
        done += engine.ended
    last = ModelEngine(model, replay=Replay.of(done))
    resumed = audited(last)
    assert resumed.edges() == whole.edges()
    assert resumed.executions == whole.executions
    assert len(done) + len(last.ran) == len(undisturbed.ran)
    assert not last.replay.kept


def execution(tag: str, *tests: str) -> tuple[Order, Execution]:
    order = Order(Pair(), tests)
    return order, Execution(tag, order, "finished", tuple(TestRun(test, "passed") for test in tests))


A, A_AGAIN, B = execution("e00002", "a"), execution("e00004", "a"), execution("e00003", "b")


def test_an_execution_is_handed_out_once_each_under_its_number_first() -> None:
    replay = Replay.of([A, A_AGAIN, B])
    assert replay.take("e00004", A[0]) == A_AGAIN[1]
    assert replay.take("e00009", A[0]) == A[1]
    assert replay.take("e00002", A[0]) is None


def test_what_else_runs_meanwhile_is_no_part_of_the_question() -> None:
    assert Replay.of([A]).take("e00002", replace(A[0], exclusive=True)) == A[1]


def test_another_order_is_another_question() -> None:
    replay = Replay.of([A])
    for other in (replace(A[0], repeat=1), replace(A[0], question=Behind()), B[0]):
        assert replay.take("e00002", other) is None


def test_a_control_execution_answers_no_recorded_order() -> None:
    order, control = execution("control00002", "a")
    assert Replay.of([(order, control)]).take("e00002", order) is None


def test_no_two_executions_have_one_number() -> None:
    replay = Replay.of([A, B])
    assert replay.take("e00001", A[0]) == A[1]
    assert [replay.free(f"e{number:05d}") for number in (1, 2, 3, 4, 6)] == [
        "e00001",
        "e00004",
        "e00005",
        "e00006",
        "e00007",
    ]


def test_the_content_of_files_is_compared(tmp_path: Path) -> None:
    for name in (
        "test_a.py",
        "sub/conftest.py",
        "pytest.ini",
        "data.txt",
        ".venv/x.py",
        "env/pyvenv.cfg",
        "env/y.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("1", "utf-8")
    before = sources_of(tmp_path, "salt")
    assert list(before) == ["pytest.ini", "test_a.py", "sub/conftest.py"]
    (tmp_path / "test_a.py").write_text("2", "utf-8")
    (tmp_path / "sub" / "conftest.py").unlink()
    (tmp_path / "test_new.py").write_text("1", "utf-8")
    assert differences(before, sources_of(tmp_path, "salt")) == [
        "sub/conftest.py is gone",
        "test_a.py has changed",
        "test_new.py is new",
    ]
    assert differences(before, before) == []
    assert set(sources_of(tmp_path, "pepper").values()).isdisjoint(sources_of(tmp_path, "salt").values())


def test_all_kills_at_once() -> None:
    """Killed after every single execution, one after the other."""
    model = Model({"t.py::p": (write("a"),), "t.py::v": (fails_if(a="1"),), "t.py::q": ()})
    undisturbed = ModelEngine(model)
    whole = audited(undisturbed)
    done: list[tuple[Order, Execution]] = []
    for _ in itertools.repeat(None, len(whole.executions)):
        engine = ModelEngine(model, replay=Replay.of(done), lives=1)
        with suppress(KeyboardInterrupt):
            audited(engine)
        done += engine.ended
    assert [each.id for _, each in sorted(done, key=lambda pair: pair[1].id)] == [
        each.id for each in whole.executions
    ]
    assert audited(ModelEngine(model, replay=Replay.of(done))).edges() == whole.edges()
