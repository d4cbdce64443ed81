"""Whoever imports a module that is waited for, or told of, feels nothing of it."""

from __future__ import annotations

import importlib
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from leakcheck.recorder.changes.import_patches import PatchingFinder, TellingFinder

Watch = Callable[[str, list[ModuleType]], None]


def _waited_for(name: str, heard: list[ModuleType]) -> None:
    PatchingFinder({name: (heard.append,)}).install()


def _told(name: str, heard: list[ModuleType]) -> None:
    TellingFinder(heard.append).install()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


watches = pytest.mark.parametrize("watch", [_waited_for, _told])


@watches
def test_a_warning_of_a_module_is_told_at_the_line_that_imports_it(folder: Path, watch: Watch) -> None:
    (folder / "old_library.py").write_text("import warnings\nwarnings.warn('outdated', stacklevel=2)\n")
    (folder / "its_user.py").write_text("\n\nimport old_library\n")
    heard: list[ModuleType] = []
    watch("old_library", heard)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        importlib.import_module("its_user")
    assert [(each.filename, each.lineno) for each in caught] == [(str(folder / "its_user.py"), 3)]
    assert "old_library" in [each.__name__ for each in heard]


@watches
@pytest.mark.parametrize("error", ["ImportError", "ValueError"])
def test_an_error_of_a_module_has_the_traceback_that_it_has_alone(folder: Path, watch: Watch, error: str) -> None:
    (folder / "broken_library.py").write_text(f"raise {error}('broken')\n")
    (folder / "its_user.py").write_text("import broken_library\n")
    unwatched = _frames("its_user")
    assert unwatched[-1] == (str(folder / "broken_library.py"), "<module>")
    watch("broken_library", [])
    assert _frames("its_user") == unwatched


def _frames(name: str) -> list[tuple[str, str]]:
    """The file and the function of each frame, the import system's left out, of the error of a module."""
    try:
        importlib.import_module(name)
    except Exception as error:
        frames = [(each.filename, each.name) for each in traceback.extract_tb(error.__traceback__)]
        return [each for each in frames if not each[0].startswith("<frozen importlib")]
    pytest.fail(f"{name} can be imported")
