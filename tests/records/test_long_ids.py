"""Ids of a megabyte: they are run and told apart, and neither memory nor disk grows with them."""

from __future__ import annotations

import pytest

from leakcheck.analysis.graph.commands import command
from leakcheck.records import Suite, is_shortened, node_id, short_id
from leakcheck.records.ids import LONGEST_ID
from support import Project

LONG = "x" * 1_000_000


def suite_of(tests: int, length: int) -> Project:
    return Project(
        {
            "test_a.py": f"""
                import pytest

                SEEN = []

                @pytest.mark.parametrize("number", range({tests}), ids=lambda number: "x" * {length} + str(number))
                def test_long(number):
                    assert number != {tests - 1} or not SEEN
                    if number == 0:
                        SEEN.append(1)
            """
        }
    )


@pytest.mark.parametrize("number", ["", " #2", " #17"])
def test_a_long_id_is_shortened_and_still_its_own(number: str) -> None:
    one, other = (short_id(f"test_a.py::test_x[{LONG}{end}]") for end in "ab")
    assert one != other
    assert len(one) < LONGEST_ID + 60
    assert is_shortened(one + number)
    assert node_id(one + number) == "test_a.py::test_x"
    assert node_id(short_id(f"test_a.py::{LONG}") + number) == "test_a.py"


@pytest.mark.parametrize(
    "test", ["t.py::t", "t.py::t[" + "y" * (LONGEST_ID - 10) + "]", "t.py::t[... (3 characters, 0)]"]
)
def test_any_other_id_is_left_as_it_is(test: str) -> None:
    assert short_id(test) == test
    assert not is_shortened(test)
    assert node_id(test + " #2") == test


def test_a_command_names_what_pytest_can_be_given() -> None:
    suite = Suite("/project", (), ())
    long = [short_id(f"test_a.py::test_x[{LONG}{end}]") for end in "ab"]
    assert command(suite, ["test_a.py::test_b", *long]) == "pytest test_a.py::test_b test_a.py::test_x"


def check(tests: int, length: int) -> None:
    """Polluter and victim are found, and what is kept on disk does not grow with the length of ids."""
    found = suite_of(tests, length).audit("--random", "0")
    assert found.code == 1, found.text
    (edge,) = [each for each in found.report["edges"] if each["effect"] == "breaks"]
    assert edge["confirmed"]
    assert [each["verdict"] for each in found.report["tests"]].count("victim") == 1
    kept = sum(map(len, found.stored.values()))
    assert kept < 40_000 * tests + 500_000
    assert all(len(each["id"]) < LONGEST_ID + 60 for each in found.report["tests"])


@pytest.mark.processes
def test_an_audit_of_long_ids() -> None:
    check(4, 50_000)


@pytest.mark.slow
@pytest.mark.processes
def test_an_audit_of_many_long_ids() -> None:
    """Plain pytest needs six times the length of the ids for itself."""
    check(200, 1_000_000)
