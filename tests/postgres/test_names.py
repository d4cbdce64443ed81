"""Whose a copy is can be told from its name, and what is no copy is never taken for one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from leakcheck.postgres.names import BASE, Copy, audit_label, digest, is_alive

FORM = "leakcheck_00000000_00000000_1_00000000_base"
GONE = 2**22 + 1
"""No process has this number."""


def copy(auditor: int = 0, user: str = BASE) -> Copy:
    made = Copy.of(audit_label("salt"), digest("shop on here"), user)
    return made if not auditor else made._replace(auditor=str(auditor))


def test_a_name_is_read_as_it_was_written_and_fits() -> None:
    for each in (copy(), copy(user="4194304")):
        assert Copy.read(str(each)) == each
        assert len(str(each)) <= 63


@pytest.mark.parametrize(
    "name",
    [
        "shop",
        "leakcheck",
        "leakcheck_shop",
        "leakcheck_test_base",
        f"x{FORM}",
        f"{FORM}_old",
        f"{FORM}\n",
        f"{FORM}x",
    ],
)
def test_another_name_is_that_of_no_copy(name: str) -> None:
    assert Copy.read(name) is None


def test_a_copy_is_left_by_an_audit_of_this_machine_that_is_over() -> None:
    assert not copy().is_left
    assert not copy(os.getppid()).is_left
    assert copy(GONE).is_left
    assert not copy(GONE)._replace(machine=digest("another")).is_left


@pytest.mark.processes
def test_a_process_is_alive_until_it_is_over() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert is_alive(process.pid)
        process.communicate(b"\n")
    assert not is_alive(process.pid)


def test_labels_of_one_audit_are_the_same_and_of_two_are_not() -> None:
    assert audit_label("salt") == audit_label("salt") != audit_label("other")
