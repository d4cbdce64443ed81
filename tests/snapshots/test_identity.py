"""Identities tell objects apart, whatever their classes say, and without a word to audit hooks."""

from __future__ import annotations

import subprocess
import sys

import pytest

from leakcheck.snapshots.identity import identity


class Alike(type):
    def __hash__(cls) -> int:
        raise AssertionError("asked for a hash")

    def __eq__(cls, other: object) -> bool:
        raise AssertionError("asked whether it is equal")


class One(metaclass=Alike):
    def __hash__(self) -> int:
        raise AssertionError("asked for a hash")


class Unhashable:
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise AssertionError("asked whether it is equal")


def test_each_object_has_its_own_as_long_as_it_lives() -> None:
    many: list[object] = [
        One(),
        One,
        Unhashable(),
        Unhashable,
        [],
        {},
        set(),
        *({} for _ in range(5_000)),
        *range(5_000),
    ]
    found = [identity(each) for each in many]
    assert len(set(found)) == len({id(each) for each in many}) == len(many)
    assert found == [identity(each) for each in many]


@pytest.mark.processes
def test_no_audit_hook_is_told() -> None:
    program = (
        "import sys; from leakcheck.snapshots.identity import identity; told = []; sys.addaudithook("
        "lambda event, args: told.append(event)); identity(told); print(told)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
