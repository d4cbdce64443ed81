"""What a first failure looks up, looked up beforehand: the same answers, and nobody's code is run for it."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from leakcheck.recorder.process.module_files import find_files

_COMPARE = """
import inspect, json, sys, email.parser, http.client
from leakcheck.recorder.process.module_files import find_files
find_files()
early = dict(inspect.modulesbyfile), dict(inspect._filesbymodname)
inspect.modulesbyfile.clear(), inspect._filesbymodname.clear()
inspect.getmodule(compile("", "nowhere.py", "exec"))
late = inspect.modulesbyfile, inspect._filesbymodname
print(json.dumps([early[0] == late[0], early[1] == late[1], len(late[0])]))
"""


class Lazy(ModuleType):
    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"asked for {name}")


@pytest.mark.processes
def test_the_tables_are_those_that_inspect_would_make_itself() -> None:
    found = subprocess.run([sys.executable, "-c", _COMPARE], capture_output=True, text=True, check=True)
    names, files, count = json.loads(found.stdout)
    assert names
    assert files
    assert count > 50


def test_unusual_modules_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    unnamed = ModuleType("without_a_file")
    unnamed.__getattr__ = lambda name: pytest.fail(f"asked for {name}")  # type: ignore[method-assign]
    monkeypatch.setitem(sys.modules, "lazy_one", Lazy("lazy_one"))
    monkeypatch.setitem(sys.modules, "without_a_file", unnamed)
    find_files()


def test_what_was_imported_since_is_found_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    find_files()
    file = tmp_path / "imported_later.py"
    file.write_text("def function(): ...\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    import imported_later  # type: ignore[import-not-found]

    assert inspect.getmodule(imported_later.function.__code__) is imported_later
    monkeypatch.delitem(sys.modules, "imported_later")
