"""Which modules are the project's own, and which bodies are executing: found on the stack, where one may be."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from leakcheck.snapshots.frames import ModuleBodies, file_of, innermost_of_all, is_project_file, maker

BODY = """
    import sys

    def around():
        return sys.modules["bodies_of_tests"].BODIES.around(sys._getframe())

    found = around()
"""
BODIES = ModuleBodies(counted=True)


@pytest.fixture
def bodies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleBodies:
    monkeypatch.setitem(sys.modules, "bodies_of_tests", sys.modules[__name__])
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "made_late.py").write_text(dedent(BODY), encoding="utf-8")
    monkeypatch.delitem(sys.modules, "made_late", raising=False)
    BODIES.settle()
    return BODIES


def _hook(event: str, args: tuple[object, ...]) -> None:
    if event == "exec":
        BODIES.on_exec(args)


sys.addaudithook(_hook)


def test_a_body_that_is_executing_is_found(bodies: ModuleBodies, tmp_path: Path) -> None:
    late = importlib.import_module("made_late")
    assert late.found == [str(tmp_path / "made_late.py")]


def test_where_none_was_begun_nobody_looks(bodies: ModuleBodies) -> None:
    late = importlib.import_module("made_late")
    bodies.settle()
    assert late.around() == []
    assert bodies._quiet


def test_where_nobody_counts_the_stack_is_looked_at(bodies: ModuleBodies, tmp_path: Path) -> None:
    uncounted = ModuleBodies()
    uncounted.settle()
    found: list[list[str]] = []
    code = compile("found.append(uncounted.around(sys._getframe()))", str(tmp_path / "a.py"), "exec")
    exec(code, {"found": found, "uncounted": uncounted, "sys": sys})
    assert found == [[str(tmp_path / "a.py")]]


def test_a_link_to_a_file_is_where_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "mine.py").symlink_to(Path(pytest.__file__))
    (tmp_path / "site-packages").mkdir()
    (tmp_path / "site-packages" / "other.py").symlink_to(tmp_path / "own.py")
    (tmp_path / "own.py").touch()
    assert not is_project_file(str(tmp_path / "mine.py"))
    assert is_project_file(str(tmp_path / "own.py"))
    assert is_project_file(str(tmp_path / "site-packages" / "other.py"))


def test_a_package_without_a_file_is_where_its_folder_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nameless_shelf").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    import nameless_shelf  # type: ignore[import-not-found]

    assert file_of(nameless_shelf) == str(tmp_path / "nameless_shelf" / "__init__.py")
    assert file_of(sys) == ""
    assert file_of(pytest) == pytest.__file__
    monkeypatch.delitem(sys.modules, "nameless_shelf")
    assert file_of(object()) == ""


def test_behind_a_greenlet_stands_who_switched_to_it() -> None:
    elsewhere: dict[str, object] = {}
    exec(compile("def look(ask): return ask()", "<library>", "exec"), elsewhere)
    greenlets = importlib.import_module("greenlet")
    frame = greenlets.greenlet(elsewhere["look"]).switch(innermost_of_all)
    assert frame is sys._getframe()


class _Made:
    def __init__(self) -> None:
        frame = maker(self)
        assert frame is not None
        self.made_in = frame.f_code.co_name


class _MadeInTwoSteps(_Made):
    def __init__(self) -> None:
        super().__init__()


class _Maker:
    def __init__(self, cls: type[_Made]) -> None:
        self.made = cls()


@pytest.mark.parametrize("cls", [_Made, _MadeInTwoSteps])
def test_who_makes_something_is_no_line_of_its_own_init(cls: type[_Made]) -> None:
    def make() -> _Made:
        return cls()

    assert make().made_in == "make"
    assert _Maker(cls).made.made_in == "__init__", "that of another object makes it"
