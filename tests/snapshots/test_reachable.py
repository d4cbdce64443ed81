"""Which of the project's own modules are loaded."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from leakcheck.snapshots.reachable import Loaded, is_project, loaded


class Odd(ModuleType):
    """No ordinary module: what it would say to anybody who asks is its own affair."""

    def __getattribute__(self, name: str) -> object:
        raise AssertionError(f"asked for {name}")


def test_it_is_what_each_module_says_of_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "of_a_project.py").touch()
    (tmp_path / "of_a_namespace").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("of_a_project", "of_a_namespace"):
        importlib.import_module(name)
    strange = {"no_file": None, "no_text": 3, "foreign": sys.modules["json"].__file__, "own": __file__}
    for name, file in strange.items():
        module = ModuleType(name)
        module.__dict__["__file__"] = file
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "odd", Odd("odd"))
    found = loaded()
    modules = [each for each in list(sys.modules.values()) if type(each) is ModuleType]
    assert set(found) == {vars(each).get("__name__", "?") for each in modules if is_project(each)}
    assert {"of_a_project", "of_a_namespace", "own", __name__} <= set(found)
    assert {"no_file", "no_text", "foreign", "odd"}.isdisjoint(found)
    for name in ("of_a_project", "of_a_namespace"):
        monkeypatch.delitem(sys.modules, name)


def test_it_is_found_anew_where_other_modules_are_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    names = Loaded()
    before = names.names()
    assert before == loaded()
    assert names.names() is before
    module = ModuleType("shop_of_a_test")
    module.__file__ = str(tmp_path / "shop_of_a_test.py")
    monkeypatch.setitem(sys.modules, "shop_of_a_test", module)
    assert set(names.names()) == {*before, "shop_of_a_test"}
    monkeypatch.undo()
    assert names.names() == before
