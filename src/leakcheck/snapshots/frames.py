"""Which line of the project's own files is running."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from functools import cache
from sys import _getframe
from types import FrameType, ModuleType
from typing import Any

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_RUNNERS = frozenset({"call_fixture_func", "pytest_pyfunc_call"})
"""pytest's own functions that call a fixture or a test: no import stands around them that they are part of."""
_FOREIGN = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


@cache
def _foreign_roots() -> tuple[str, ...]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    paths = {sysconfig.get_paths()[name] for name in names} | set(site.getsitepackages())
    return (*(os.path.join(os.path.realpath(path), "") for path in paths), _PACKAGE)


@cache
def is_project_file(filename: str) -> bool:
    """Whether a code object's file is the project's own: a real file that no installer put there, or a doctest."""
    if not filename or filename.startswith("<"):
        return filename.startswith("<doctest ")
    path = _real(filename)
    return not path.startswith(_foreign_roots()) and not any(mark in path for mark in _FOREIGN)


def _real(filename: str) -> str:
    """The real path of a file. Thousands of files stand in a few hundred folders: each is looked up once."""
    folder, name = os.path.split(filename)
    path = os.path.join(_real_folder(folder), name)
    return os.path.realpath(path) if name in ("", os.curdir, os.pardir) or os.path.islink(path) else path


@cache
def _real_folder(folder: str) -> str:
    return os.path.realpath(folder)


@cache
def _is_project_module(name: str) -> bool | None:
    module = sys.modules.get(name)
    if module is None:
        return None
    return is_project_file(file_of(module))


def file_of(module: object) -> str:
    """The file of a module; of a package without one (a namespace) the one that would stand in its first folder."""
    names = object.__getattribute__(module, "__dict__") if isinstance(module, ModuleType) else {}
    file = names.get("__file__")
    if isinstance(file, str):
        return file
    # The list itself: to go through a namespace's path would look for its folders anew.
    folders = getattr(names.get("__path__"), "_path", None)
    first = folders[0] if type(folders) is list and folders else None
    return os.path.join(first, "__init__.py") if isinstance(first, str) else ""


def is_project_module(name: str) -> bool:
    """Whether a module of that name is the project's own."""
    return bool(_is_project_module(name))


_KNOWN_FOREIGN = set[str]()
"""Files that are not the project's, as far as they were met: a stack has dozens of frames of them, each asked
about at every look."""


def innermost(frame: FrameType | None) -> FrameType | None:
    """The innermost frame in the project's own files, from `frame` outwards."""
    foreign = _KNOWN_FOREIGN
    while frame is not None:
        file = frame.f_code.co_filename
        if file not in foreign:
            if is_project_file(file):
                return frame
            foreign.add(file)
        frame = frame.f_back
    return None


def maker(made: object) -> FrameType | None:
    """The innermost frame in the project's own files that makes `made`: where a class of the project has an
    `__init__` of its own, not the line in it that calls the base's, which is the same for all instances."""
    frame = innermost(_getframe(1))
    while frame is not None and _initialises(frame, made):
        frame = innermost(frame.f_back)
    return frame


def _initialises(frame: FrameType, made: object) -> bool:
    code = frame.f_code
    return code.co_name == "__init__" and code.co_argcount > 0 and frame.f_locals.get(code.co_varnames[0]) is made


def innermost_of_all() -> FrameType | None:
    """The innermost frame in the project's own files that waits for what runs now: of a greenlet, in which async
    engines run what is synchronous, this may be one that has switched to it."""
    found = innermost(_getframe(1))
    module = sys.modules.get("greenlet")
    if found is None and module is not None:
        outer = module.getcurrent().parent
        while outer is not None and found is None:
            found, outer = innermost(outer.gr_frame), outer.parent
    return found


def executing_modules(frame: FrameType | None) -> list[str]:
    """Files whose module body is being executed, innermost first: the project's own only."""
    files = []
    while frame is not None:
        code = frame.f_code
        if code.co_name in _RUNNERS:
            break
        if code.co_name == "<module>" and code.co_filename[:1] != "<" and is_project_file(code.co_filename):
            files.append(code.co_filename)
        frame = frame.f_back
    return files


class ModuleBodies:
    """Knows whether a module body may be executing, as audit events tell (where they are `counted`): where none was
    begun since `settle`, none is on the stack, and nobody need walk along it."""

    def __init__(self, *, counted: bool = False) -> None:
        self._counted = counted
        self._quiet = False

    def on_exec(self, args: tuple[Any, ...]) -> None:
        """Something is about to be executed."""
        if getattr(args[0], "co_name", None) == "<module>":
            self._quiet = False

    def settle(self) -> None:
        """None is executing now."""
        self._quiet = self._counted

    def around(self, frame: FrameType | None) -> list[str]:
        """As `executing_modules`."""
        return [] if self._quiet else executing_modules(frame)
