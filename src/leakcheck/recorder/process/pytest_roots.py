"""What pytest holds and no module does, for a deep look: the values of fixtures that several tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import pytest

from leakcheck.probes.kinds import fixture_values
from leakcheck.recorder.changes.owner_names import relative
from leakcheck.snapshots.frames import is_project_file
from leakcheck.snapshots.rooted import Root

Enter = Callable[[Root], None]
Leave = Callable[[str], None]
_NARROW = "function"
"""The scope of what no other test is handed."""


def watch_fixtures(config: pytest.Config, enter: Enter, leave: Leave) -> None:
    """From now on, `enter` is told of the value of each wider fixture when it has been made, and `leave`, before
    anything of it is torn down, where it was."""
    config.pluginmanager.register(_Fixtures(os.path.realpath(str(config.rootpath)), enter, leave))


class _Fixtures:
    def __init__(self, root: str, enter: Enter, leave: Leave) -> None:
        self._root = root
        self._enter = enter
        self._leave = leave

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
        owner = fixture_owner(fixturedef, self._root)  # before others wrap its function
        value = yield
        if fixturedef.scope != _NARROW:
            root = Root(fixture_values.KIND, owner, value)
            self._enter(root)
            fixturedef.addfinalizer(partial(self._leave, root.path))
        return value


def fixture_owner(fixturedef: pytest.FixtureDef[Any], root: str) -> str:
    """`session fixture body (tests/conftest.py)`: the same in every process."""
    function = _innermost(fixturedef.func)
    code = getattr(function, "__code__", None)
    file = code.co_filename if code is not None else ""
    place = relative(os.path.realpath(file), root) if is_project_file(file) else fixturedef.baseid
    classes = getattr(function, "__qualname__", "").rpartition(".")[0].rpartition("<locals>.")[2]
    name = f"{classes}.{fixturedef.argname}" if classes else fixturedef.argname
    shown = f"{fixturedef.scope} fixture {name}" + (f" ({place})" if place else "")
    return shown.replace("::", " ").replace(":", "_")  # which stands between an owner and a key


def _innermost(function: Any) -> Any:
    """The project's own function, which plugins for asynchronous tests put others around."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function
