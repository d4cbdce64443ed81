"""Names of applications and clients that are the same in every process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from types import FrameType, ModuleType

from leakcheck.recorder.changes.causes import Cause
from leakcheck.snapshots.frames import is_project_file


def owner_name(owner: object, birth: Birth, root: str) -> str:
    """`module:attribute` if a module of the project holds it, else its fixture, else the line that made it."""
    holders = sorted(_holders(owner), key=lambda holder: _rank(holder, birth))
    if holders:
        module, attribute = holders[0]
        return f"{module.__name__}:{attribute}"
    if birth.cause.fixture is not None:
        file = relative(birth.cause.file, root)
        return f"{file}::{birth.cause.fixture} ({birth.cause.scope} fixture)"
    return f"{relative(birth.file, root)}:{birth.line}" if birth.file else type(owner).__name__


class Birth:
    """Where an owner was made: the cause, the line, and the module whose body was being executed."""

    __slots__ = ("cause", "file", "line", "modules")

    def __init__(self, cause: Cause, file: str, line: int, modules: list[str]) -> None:
        self.cause = cause
        self.file = file
        self.line = line
        self.modules = modules


def born_at(frame: FrameType | None, cause: Cause, modules: list[str], *, apart: bool) -> Birth:
    """The birth of what is made in `frame`. `apart`: what a module makes while a test imports it is not its own."""
    file, line = (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ("", 0)
    if apart and modules and cause.kind == "test":
        cause = replace(cause, lifetime=("import", modules[0]), fixture=None, scope=None)
    return Birth(cause, file, line, modules)


@cache
def relative(file: str, root: str) -> str:
    """`file` as reports show it: relative to the rootdir, with forward slashes."""
    if not file:
        return ""
    try:
        return os.path.relpath(os.path.realpath(file), root).replace(os.sep, "/")
    except ValueError:
        return file


def _holders(owner: object) -> Iterator[tuple[ModuleType, str]]:
    for module in list(sys.modules.values()):
        if type(module) is not ModuleType or not is_project_file(vars(module).get("__file__") or ""):
            continue
        for attribute, value in list(vars(module).items()):
            if value is owner:
                yield module, attribute


def _rank(holder: tuple[ModuleType, str], birth: Birth) -> tuple[bool, bool, bool, str, str]:
    module, attribute = holder
    file = getattr(module, "__file__", None) or ""
    base = os.path.basename(file)
    is_test = base == "conftest.py" or base.startswith("test_") or base.endswith("_test.py")
    made_here = bool(birth.modules) and birth.modules[0] == file
    return not made_here, is_test, attribute.startswith("_"), module.__name__, attribute
