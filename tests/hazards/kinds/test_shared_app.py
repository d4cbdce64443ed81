"""LK505 of hand-made runs."""

from __future__ import annotations

from dataclasses import replace

from hazards.seen import line, run, seen
from leakcheck.hazards.kinds.shared_app import Hazard
from leakcheck.records import Change, Finding, Location, TestRun

A, B = "test_a.py", "test_b.py"


def left(file: str, owner: str = "shop.main:app", kind: str = "app_state") -> Change:
    return Change(Location(kind, owner, "colour"), "absent", "1", "d", sources=(line(3, file=file),))


def found(*runs: TestRun) -> list[Finding]:
    return list(Hazard().found(seen(*runs)))


def test_two_files_write_to_one_application() -> None:
    runs = run(f"{B}::b", changes=(left(B),)), run(f"{A}::a", changes=(left(A, kind="dependency_overrides"),))
    (told,) = found(*runs)
    assert (told.file, told.line) == (A, 3)
    assert told.title == "shop.main:app is one application for all tests, and 2 files write to it"
    assert set(told.tests) == {f"{A}::a", f"{B}::b"}


def test_what_ends_with_its_file_no_other_file_meets() -> None:
    emptied = replace(left(B), reach="module")
    assert found(run(f"{A}::a", changes=(left(A),)), run(f"{B}::b", changes=(emptied,))) == []


def test_a_fixture_of_the_conftest_is_one_file() -> None:
    shared = left("conftest.py")
    assert found(run(f"{A}::a", changes=(shared,)), run(f"{B}::b", changes=(shared,))) == []


def test_what_the_application_does_itself_is_no_writing_of_tests() -> None:
    inside = left("shop/main.py")
    assert found(run(f"{A}::a", changes=(inside,)), run(f"{B}::b", changes=(left(B),))) == []


def test_applications_of_fixtures_belong_to_their_tests() -> None:
    owner = "conftest.py::app (session fixture)"
    assert found(run(f"{A}::a", changes=(left(A, owner),)), run(f"{B}::b", changes=(left(B, owner),))) == []
