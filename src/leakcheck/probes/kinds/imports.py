"""Modules of the project that a test is the first to import.

An import is no leak in itself, and is looked at only to explain what nothing else does: what a test leaves in a
module that it has imported itself, its neighbours find there, and what the module computed while it was imported
stays as it was computed then.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterable
from typing import Any

from leakcheck.probes import MISSING, About, Setting, Tracking, Values
from leakcheck.probes.kinds.sys_modules import forget, was_imported
from leakcheck.snapshots.reachable import loaded

OWNER = "sys.modules"


class Probe(Setting):
    """Owner: `sys.modules`. Key: the module's name."""

    kind = "imports"
    tracking: Tracking = "on demand"
    about = About(
        form="the import of $key",
        whole="all imports",
        advice=(
            "Import the module where every test finds it alike, at the top of the file; or, for a test that needs "
            "it fresh, take it away with `monkeypatch.delitem(sys.modules, name)`, its submodules too."
        ),
        put_back="apart",
    )

    def __init__(self) -> None:
        self._modules: list[Any] = []
        self._found: Values = {}

    def read(self) -> Values:
        modules = list(sys.modules.values())
        if len(modules) != len(self._modules) or not all(map(operator.is_, modules, self._modules)):
            self._modules = modules
            self._found = {(OWNER, name): sys.modules[name] for name in loaded() if name in sys.modules}
        return self._found

    def value(self, owner: str, key: str) -> Any:
        return sys.modules.get(key, MISSING)

    def put_back(self, owner: str, key: str, value: Any) -> None:
        """Forget the module, so that whoever needs it imports it anew."""
        if value is not None:
            sys.modules[key] = value
        else:
            forget(key)

    def candidates(self, before: Values, after: Values) -> Iterable[tuple[str, str]]:
        """What is there for the first time; removed modules, replaced ones and stubs are another kind's."""
        return [each for each in after if each not in before and was_imported(each[1], after[each])]
