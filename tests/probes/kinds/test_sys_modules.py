"""`sys.modules`: a stub that takes a name first is a change, a first import is none; whose doing it may be."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import pytest

from leakcheck.probes import MISSING
from leakcheck.probes.kinds.imports import Probe as Imports
from leakcheck.probes.kinds.sys_modules import Probe

NAME = "leakcheck_sample_shop"
BANK = f"{NAME}.bank"


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package that nobody has imported yet."""
    (tmp_path / NAME).mkdir()
    (tmp_path / NAME / "__init__.py").write_text("", "utf-8")
    (tmp_path / NAME / "bank.py").write_text("", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


def candidates(probe: Any, before: Any) -> list[str]:
    return [key for _, key in probe.candidates(before, probe.read())]


def test_a_first_import_is_no_change() -> None:
    before = Probe().read()
    importlib.import_module(BANK)
    assert candidates(Probe(), before) == []


@pytest.mark.parametrize("stub", [ModuleType(BANK), MagicMock(), object()])
def test_a_stub_that_takes_a_name_first_is_one_and_is_taken_away(stub: Any) -> None:
    importlib.import_module(NAME)
    before, imports = Probe().read(), Imports().read()
    sys.modules[BANK] = stub
    assert candidates(Probe(), before) == [BANK]
    assert BANK not in candidates(Imports(), imports)
    Probe().put_back("sys.modules", BANK, None)
    assert importlib.import_module(BANK) is not stub
    assert candidates(Probe(), before) == []


def test_a_stub_that_hides_a_module_and_a_mock_are_no_packages_own_doing() -> None:
    importlib.import_module(NAME)
    doubtful = Probe().is_doubtful
    assert not doubtful("sys.modules", BANK, MISSING, ModuleType(BANK))
    assert not doubtful("sys.modules", f"{NAME}.nowhere", MISSING, MagicMock())
    assert doubtful("sys.modules", f"{NAME}.nowhere", MISSING, ModuleType("made by C code"))
    assert doubtful("sys.modules", BANK, MISSING, object())
    assert not doubtful("sys.modules", BANK, ModuleType(BANK), object())


def test_a_module_is_forgotten_in_its_package_too() -> None:
    module = importlib.import_module(BANK)
    Imports().put_back("sys.modules", BANK, None)
    assert not hasattr(sys.modules[NAME], "bank")
    assert importlib.import_module(BANK) is not module


def test_the_module_itself_is_asked_for_nothing() -> None:
    class Strange(ModuleType):
        def __getattribute__(self, name: str) -> Any:
            raise AssertionError(name)

    before = Probe().read()
    sys.modules[BANK] = Strange(BANK)
    assert candidates(Probe(), before) == [BANK]


def test_a_module_in_the_place_of_another_is_seen_in_passing(monkeypatch: pytest.MonkeyPatch) -> None:
    probe = Probe()
    monkeypatch.setitem(sys.modules, "shop_of_tests", ModuleType("shop_of_tests"))
    glance = probe.glance()
    assert probe.is_still(glance)
    monkeypatch.setitem(sys.modules, "shop_of_tests", ModuleType("shop_of_tests"))
    assert not probe.is_still(glance)
    monkeypatch.delitem(sys.modules, "shop_of_tests")
    assert not probe.is_still(glance)
