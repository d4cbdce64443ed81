"""State that is only compared, charged to what has ended."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from leakcheck.probes import own
from leakcheck.recorder.changes.compared import ComparedState
from leakcheck.records import Location
from leakcheck.snapshots.frames import is_project_module
from leakcheck.snapshots.redaction import Redactor
from leakcheck.snapshots.values import Snapshotter

TEST, FIXTURE = ("test", 1), ("fixture", 2)
CWD = Location("cwd", "os", "cwd")
PRICES = {"mug": 10}


@pytest.fixture
def state(tmp_path: Path) -> Iterator[ComparedState]:
    before = os.getcwd()
    os.chdir(tmp_path)
    for name in "ab":
        (tmp_path / name).mkdir()
    camera = Snapshotter(Redactor("x" * 32), is_project_module)
    yield ComparedState(camera, own(), {"cwd"}, [Location("module_globals", __name__, 'PRICES["mug"]')])
    os.chdir(before)
    PRICES.clear()
    PRICES["mug"] = 10


def test_what_a_lifetime_changed_is_its_own(state: ComparedState) -> None:
    os.chdir("a")
    state.charge(FIXTURE)
    PRICES["mug"] = 20
    state.charge(TEST)
    (price,) = state.close(TEST)
    assert (price.location.key, price.old, price.new) == ('PRICES["mug"]', 10, 20)
    (folder,) = state.close(FIXTURE)
    change = state.change(folder, FIXTURE)
    assert (change.location, change.lifetime) == (CWD, "fixture")


def test_what_it_undid_later_it_has_not_left(state: ComparedState) -> None:
    os.chdir("a")
    state.charge(FIXTURE)
    os.chdir("..")
    state.charge(FIXTURE)
    assert state.close(FIXTURE) == []
    assert state.close(TEST) == []


def test_the_first_value_is_put_back(state: ComparedState, tmp_path: Path) -> None:
    os.chdir("a")
    state.charge(TEST)
    os.chdir("../b")
    PRICES["mug"] = 20
    state.charge(TEST)
    left = state.close(TEST)
    assert state.undo(left) == frozenset()
    state.settle()
    assert (Path.cwd(), PRICES) == (tmp_path.resolve(), {"mug": 10})
    state.charge(TEST)
    assert state.close(TEST) == []


def test_who_comes_next_begins_with_what_is_left(state: ComparedState) -> None:
    os.chdir("a")
    state.charge_last(TEST)
    (folder,) = state.close(TEST)
    state.settle()
    PRICES["mug"] = 20
    state.charge_last(("test", 2))
    (price,) = state.close(("test", 2))
    assert (folder.location.kind, price.location.kind) == ("cwd", "module_globals")


def test_what_cannot_be_put_back_is_told(state: ComparedState, tmp_path: Path) -> None:
    os.chdir("a")
    state.charge(TEST)
    left = state.close(TEST)
    (there, gone) = (tmp_path, tmp_path.with_name("elsewhere"))
    there.rename(gone)
    try:
        assert state.undo(left) == {CWD}
    finally:
        gone.rename(there)
        os.chdir(there)
