"""Fixtures that fail at their teardown are told as what they are, whichever test pytest told them with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.made import execution, name, ran, suite
from leakcheck.analysis import GateInput, derive
from leakcheck.analysis.gate.baseline_entries import Line, entries_of
from leakcheck.analysis.gate.fixture_errors import called, fixture_findings
from leakcheck.records import Cost, FixtureError, Location
from leakcheck.records.questions import DeepPutBack, PutBack, Question

MUGS = Location("databases", "shop.db", "mugs")
SERVER = FixtureError("server", "module", "test_a.py", "RuntimeError", "test_a.py", 5)


def test_one_finding_for_all_tests_that_it_was_told_with() -> None:
    declared = execution("declared", ran("x"), ran("y", wider=(SERVER,)))
    backwards = execution("reversed", ran("y"), ran("x", wider=(SERVER,)))
    (found,) = fixture_findings((declared, backwards, declared))
    assert found.title == "module fixture server of test_a.py fails at its teardown (RuntimeError)"
    assert (found.code, found.severity, found.file, found.line) == ("LK403", "note", "test_a.py", 5)
    assert found.tests == (name("y"), name("x"))
    (entry,) = entries_of(found, {})
    assert entry.line == Line("LK403", "-", "-", "-", "fixture", "test_a.py::server"), "whichever test came last"


@pytest.mark.parametrize("question", [DeepPutBack((MUGS,)), PutBack((MUGS,))])
def test_what_fails_because_leakcheck_has_put_something_back_is_not_told(question: Question) -> None:
    run = execution("declared", ran("x"), ran("y", wider=(SERVER,)))
    assert list(fixture_findings((replace(run, order=replace(run.order, question=question)),))) == []


def test_no_test_is_accused() -> None:
    runs = (execution("declared", ran("x"), ran("y", wider=(SERVER,))), execution("reversed", ran("y"), ran("x")))
    found = derive(
        suite("x", "y"), runs, cost=Cost(1, 1, 1, 1, 1, 1), leakcheck="0", engine="fork", lanes=1,
        case=GateInput("warning"),
    )  # fmt: skip
    assert {test.verdict for test in found.tests} == {"stable"}
    assert [finding.code for finding in found.findings] == ["LK403"]
    assert (found.verdict, found.exit_code, found.certificate.unexplained) == ("clean", 0, ())


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SERVER, "module fixture server of test_a.py"),
        (FixtureError("db", "session", "", "E"), "session fixture db"),
        (FixtureError("_xunit_setup_module_fixture_a", "module", "a.py", "E"), "teardown_module of a.py"),
        (FixtureError("_xunit_setup_class_fixture_T", "class", "a.py::T", "E"), "teardown_class of a.py::T"),
        (
            FixtureError("_unittest_setUpClass_fixture_T", "class", "test_a.py::T", "E"),
            "tearDownClass or a class cleanup of test_a.py::T",
        ),
        (FixtureError("Module test_a.py", "", "", "E"), "Module test_a.py"),
    ],
)
def test_what_people_call_it(error: FixtureError, words: str) -> None:
    assert called(error) == words
