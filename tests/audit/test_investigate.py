"""Further executions for one test find what an audit that was cut short left open, and ask for nothing else."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from leakcheck.analysis.graph.trial import trial_of
from leakcheck.audit.investigate import SingleTestSession, settle, why_not
from leakcheck.options import Options
from leakcheck.progress import Silent
from leakcheck.records import Behind, Edge, Order, Suite, TestItem
from leakcheck.search.phases import orders_and_profiles
from leakcheck.store import Audit, AuditFolder
from leakcheck.store.journal import Journal
from leakcheck.wire.events import Exit
from search.model import Model, bench_for, fails_if, fails_unless, look, write

MODEL = Model(
    {
        "test_0.py::brittle_before": (write("b"),),
        "test_0.py::brittle": (fails_unless(b="1"),),
        "test_1.py::victim": (fails_if(a="1"),),
        "test_1.py::blind": (fails_if(global_c="1"),),
        "test_1.py::other": (fails_if(a="1"),),
        "test_2.py::reader": (look("a", "b"),),
        "test_2.py::polluter": (write("a"),),
        "test_2.py::second": (write("a"),),
        "test_2.py::hidden": (write("global_c"),),
    }
)
PREFIX = {name.partition("::")[2]: name for name in MODEL.tests}


def focused(test: str, model: Model = MODEL) -> SingleTestSession:
    """A bench for `test` behind an audit that ended with its orders."""
    bench, engine = bench_for(model)
    orders_and_profiles(bench)
    engine.ran.clear()
    return SingleTestSession(
        bench.engine, Options(), Silent(), model.suite, list(bench.executions), test=PREFIX[test]
    )


def edges(bench: SingleTestSession) -> dict[str, Edge]:
    return {edge.polluters[0].partition("::")[2]: edge for edge, _ in bench.edges() if edge.effect != "cleans"}


@pytest.mark.parametrize(
    ("test", "culprits"),
    [
        ("victim", {"polluter", "second"}),
        ("brittle", {"brittle_before"}),
        ("blind", {"hidden"}),
        ("reader", set()),
        ("polluter", set()),
    ],
)
def test_one_test_is_settled(test: str, culprits: set[str]) -> None:
    bench = focused(test)
    settle(bench)
    assert set(edges(bench)) == culprits
    assert all(edge.confirmed and edge.test == PREFIX[test] for edge in edges(bench).values())
    assert "differs" not in " ".join(trial_of(PREFIX[test], bench.executions, bench.suite).open)


@pytest.mark.parametrize("test", list(PREFIX))
def test_every_execution_is_about_this_test(test: str) -> None:
    bench = focused(test)
    settle(bench)
    asked = bench.engine.ran  # type: ignore[attr-defined]
    assert all(PREFIX[test] in order.tests for order in asked)


def test_a_settled_test_asks_for_nothing() -> None:
    bench = focused("victim")
    settle(bench)
    before = len(bench.executions)
    settle(bench)
    assert len(bench.executions) == before


# Whether the suite can still be asked ---------------------------------------------------------------------------


SALT = "salt"
ELSEWHERE = "the audit was made in another folder; `leakcheck run` audits again"


def audit_of(folder: Path) -> Audit:
    items = (TestItem("tests/test_a.py::test_x", "tests/test_a.py"),)
    return Audit(Suite(str(folder), (), items), (), created="2024-05-01T10:00:00+00:00", finished=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tests").mkdir()
    for name in ("conftest.py", "tests/test_a.py", "tests/test_new.py"):
        (tmp_path / name).write_text("", "utf-8")
        os.utime(tmp_path / name, (1, 1))
    return tmp_path


def test_an_unchanged_suite_can_be_asked(project: Path) -> None:
    os.utime(project / "tests/test_new.py")
    assert why_not(audit_of(project), SALT) == ""


@pytest.mark.parametrize("name", ["conftest.py", "tests/test_a.py"])
def test_files_that_are_newer_than_the_audit_are_named(project: Path, name: str) -> None:
    os.utime(project / name)
    assert why_not(audit_of(project), SALT) == f"{name} is newer than the audit; `leakcheck run` audits again"


def test_an_unfinished_audit_is_gone_on_with_first(project: Path) -> None:
    assert "`leakcheck run --resume`" in why_not(replace(audit_of(project), finished=False), SALT)


def test_another_folder_is_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "tests")
    assert why_not(audit_of(project), SALT) == ELSEWHERE
    inside = audit_of(project)
    assert why_not(replace(inside, suite=replace(inside.suite, invocation="tests")), SALT) == ""
    assert why_not(audit_of(project / "gone"), SALT) == ELSEWHERE


def test_what_others_have_made_runs_nothing(project: Path) -> None:
    assert why_not(audit_of(project), None).startswith("it was not made here by you")


# Where further executions are kept ------------------------------------------------------------------------------


def executed(folder: AuditFolder) -> None:
    """An execution that came to its end."""
    folder.begin("e00007", Order(Behind(), ("a",)))
    folder.close("e00007", Exit("finished", 0, 1.0))


def test_further_executions_become_those_of_the_audit(tmp_path: Path) -> None:
    folder = AuditFolder(tmp_path)
    folder.begin("audit")
    with folder.aside("asking") as aside:
        aside.begin("audit")
        aside.begin("suite")
        executed(aside)
        assert folder.tags() == ["audit"]
    assert folder.tags() == ["audit", "e00007"]
    assert Journal.of(folder.content("audit")).is_complete("e00007", folder.content("e00007"))
    assert not (tmp_path / "asking").exists()


def test_what_a_kill_left_aside_is_kept(tmp_path: Path) -> None:
    folder, inner = AuditFolder(tmp_path), AuditFolder(tmp_path / "asking")
    folder.begin("audit")
    inner.path.mkdir()
    inner.begin("audit")
    executed(inner)
    inner.begin("e00008", Order(Behind(), ("b",)))
    with folder.aside("asking") as aside:
        assert folder.tags() == ["audit", "e00007"]
        assert aside.tags() == []


def test_options_come_back_from_their_text() -> None:
    options = Options(paths=("tests", "more"), budget=90.0, budget_unit="seconds", show_values=True, depth=3)
    assert Options.from_text(options.as_text()) == options
    assert Options.from_text({"lanes": "3", "unheard of": "x"}) == Options(lanes=3)
