"""Logs of runs, as each tool writes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leakcheck.audit.replaying.choosing_log import newest_run, read_run
from leakcheck.audit.replaying.formats.junit import junit_name
from leakcheck.audit.replaying.in_suite import parts_of, remarks
from leakcheck.audit.replaying.recorded_run import Ran, RecordedRun
from leakcheck.errors import LeakcheckError, UsageError
from leakcheck.records import Suite, TestItem
from leakcheck.search.replayed import Part
from leakcheck.wire.run_logs import digest_of

CASE = (
    '<testcase classname="{0}" name="{1}"><properties><property name="{3}" value="{2}"/></properties>{4}</testcase>'
)


def suite(*tests: str, rootdir: str = "/project") -> Suite:
    return Suite(rootdir, (), tuple(TestItem(test, test.partition("::")[0]) for test in tests))


def kept(folder: Path, **files: str) -> Path:
    run = folder / "runs" / "20260101-000000-1"
    run.mkdir(parents=True)
    for name, text in files.items():
        (run / f"{name}.txt").write_text(text, "utf-8")
    return run


def report(test: str, worker: str = "", outcome: str = "passed", **more: str) -> str:
    told = {"nodeid": test, "outcome": outcome, "$report_type": "TestReport", **more}
    return json.dumps(told | ({"worker_id": worker} if worker else {}))


def test_the_guards_run(tmp_path: Path) -> None:
    run = kept(tmp_path, gw0="a.py::x\n", gw1="a.py::y\na.py::z\n", failed="gw1\ta.py::z\n", sources="ab a.py\n")
    found = read_run(run)
    assert found.ran == (Ran("gw0", ("a.py::x",)), Ran("gw1", ("a.py::y", "a.py::z"), ("a.py::z",)))
    assert found.sources == {"a.py": "ab"}


def test_the_newest_run_with_a_failure_is_the_usual_one(tmp_path: Path) -> None:
    run = kept(tmp_path, gw0="a.py::x\n", failed="gw0\ta.py::x\n")
    (tmp_path / "runs" / "20260102-000000-1").mkdir()
    (tmp_path / "runs" / "20260102-000000-1" / "main.txt").write_text("a.py::x\n")
    assert newest_run(tmp_path) == run
    assert read_run(tmp_path / "runs").failed == ("a.py::x",)


def test_a_test_that_crashed_its_worker_has_failed(tmp_path: Path) -> None:
    run = kept(tmp_path, gw0="a.py::x\na.py::crash\n", gw1="a.py::y\n", failed="gw0\ta.py::crash\n")
    assert read_run(run).ran[0] == Ran("gw0", ("a.py::x", "a.py::crash"), ("a.py::crash",))


def test_a_report_log(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    lines = [
        json.dumps({"pytest_version": "9", "$report_type": "SessionStart"}),
        report("a.py::x", "gw0", when="setup"),
        report("a.py::x", "gw0", when="call"),
        report("a.py::y", "gw1", "failed", when="call"),
        report("a.py::y", "gw1", when="teardown"),
        report("a.py::z", node="<WorkerController gw0>", outcome="failed", when="???"),
        '{"torn',
    ]
    log.write_text("\n".join(lines), "utf-8")
    found = read_run(log)
    assert found.ran == (
        Ran("gw0", ("a.py::x", "a.py::z"), ("a.py::z",)),
        Ran("gw1", ("a.py::y",), ("a.py::y",)),
    )


@pytest.mark.parametrize("name", ["worker", "worker_id"])
def test_junit_with_workers(tmp_path: Path, name: str) -> None:
    log = tmp_path / "junit.xml"
    cases = [
        CASE.format("tests.test_a", "test_x", "gw0", name, ""),
        CASE.format("tests.test_a.TestC", "test_y[a/b.py::c]", "gw1", name, "<failure/>"),
        CASE.format("tests.test_a", "test_z", "gw1", name, "<error/>"),
    ]
    log.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>", "utf-8")
    found = read_run(log)
    assert found.remark == ""
    known = suite("tests/test_a.py::test_x", "tests/test_a.py::TestC::test_y[a/b.py::c]", "tests/test_a.py::test_z")
    assert parts_of(found, known) == [
        Part("gw0", known.ids[:1], ()),
        Part("gw1", known.ids[1:], known.ids[1:]),
    ]


def test_junit_without_workers_is_one_process_and_says_so(tmp_path: Path) -> None:
    log = tmp_path / "junit.xml"
    log.write_text('<testsuite><testcase classname="a" name="x"><failure/></testcase></testsuite>', "utf-8")
    found = read_run(log)
    assert found.ran == (Ran("main", ("a::x",), ("a::x",)),)
    assert "record_property" in found.remark


@pytest.mark.parametrize(
    ("test", "name"),
    [
        ("test_a.py::test_x", "test_a::test_x"),
        ("tests/unit/test_a.py::TestA::TestB::test_x[1-a/b]", "tests.unit.test_a.TestA.TestB::test_x[1-a/b]"),
        ("test_a.py::test_x[\x1b]", "test_a::test_x[#x1B]"),
    ],
)
def test_what_pytest_calls_a_test_in_junit(test: str, name: str) -> None:
    assert junit_name(test) == name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def test_x():\n", "no log of a run"),
        ("", "no log of a run"),
        ('{"a": 1}\n', "no log of a run"),
        ("<testsuite>", "no whole XML"),
        ("<!DOCTYPE a><testsuite/>", "declares entities"),
        ("<testsuite/>", "names no test"),
        ('{"pytest_version": "9", "$report_type": "SessionStart"}\n', "names no test"),
    ],
)
def test_what_is_no_log_is_refused_in_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    log = tmp_path / "log"
    log.write_text(text, "utf-8")
    with pytest.raises(LeakcheckError, match=told):
        read_run(log)


def test_where_the_guard_kept_nothing_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the guard has kept no run") as told:
        newest_run(tmp_path)
    assert "--leakcheck-guard=warn" in told.value.hint
    kept(tmp_path, main="a.py::x\n")
    with pytest.raises(UsageError, match="no test failed in any run"):
        newest_run(tmp_path)
    with pytest.raises(UsageError, match="no such log"):
        read_run(tmp_path / "nothing")


def test_groups_behind_ids_are_no_part_of_them() -> None:
    run = RecordedRun((Ran("gw0", ("a.py::x@one", "a.py::y[a@b]", "a.py::z"), ("a.py::y[a@b]",)),))
    known = suite("a.py::x", "a.py::y[a@b]", "a.py::z")
    assert parts_of(run, known) == [Part("gw0", ("a.py::x", "a.py::y[a@b]"), ("a.py::y[a@b]",))]


def test_a_failure_that_the_suite_has_not_is_an_error_and_what_led_there_a_remark() -> None:
    known = suite("a.py::x", "a.py::y")
    with pytest.raises(UsageError, match=r"the suite has no test a\.py::gone"):
        parts_of(RecordedRun((Ran("gw0", ("a.py::x", "a.py::gone"), ("a.py::gone",)),)), known)
    run = RecordedRun((Ran("gw0", ("a.py::gone", "a.py::y"), ("a.py::y",)),))
    assert parts_of(run, known) == [Part("gw0", ("a.py::y",), ("a.py::y",))]
    assert list(remarks(run, known)) == ["1 test of that run is not in the suite, and left out: a.py::gone"]


def test_other_sources_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"now")
    (tmp_path / "b.py").write_bytes(b"same")
    sources = {"a.py": digest_of(b"then"), "b.py": digest_of(b"same"), "c.py": digest_of(b"gone")}
    run = RecordedRun((Ran("gw0", ("a.py::x",), ("a.py::x",)),), sources=sources)
    told = list(remarks(run, suite("a.py::x", rootdir=str(tmp_path))))
    assert told == ["a.py, c.py have changed since that run: what failed there may not fail any more"]


def test_a_run_about_one_test_only() -> None:
    run = RecordedRun((Ran("gw0", ("x", "y"), ("x",)), Ran("gw1", ("z",), ("z",))))
    assert run.about("y").ran == (Ran("gw0", ("x", "y"), ("y",)), Ran("gw1", ("z",), ()))
