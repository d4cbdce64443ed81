"""`sys.modules`: modules that were removed, or replaced by others. A first import is no change."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from leakcheck.probes import About, Setting, Values


class Probe(Setting):
    """Owner: `sys.modules`. Key: the module's name."""

    kind = "sys_modules"
    about = About(
        form="sys.modules[$quoted]",
        whole="sys.modules",
        advice=(
            "Replace modules with `monkeypatch.setitem(sys.modules, ...)` and remove them with "
            "`monkeypatch.delitem`: these undo it."
        ),
    )

    def read(self) -> Values:
        return _View(sys.modules)

    def put_back(self, owner: str, key: str, value: Any) -> None:
        if value is not None:
            sys.modules[key] = value

    def candidates(self, before: Values, after: Values) -> Iterable[tuple[str, str]]:
        if isinstance(before, _View) and isinstance(after, _View):
            return before.otherwise(after)
        return super().candidates(before, after)


class _View(Mapping[tuple[str, str], Any]):
    """A copy of the modules under the names that settings have: a dict of such names would take longer to make."""

    def __init__(self, modules: Mapping[str, Any]) -> None:
        self.modules = dict(modules)

    def __getitem__(self, key: tuple[str, str]) -> Any:
        return self.modules[key[1]]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return (("sys.modules", name) for name in self.modules)

    def __len__(self) -> int:
        return len(self.modules)

    def otherwise(self, other: _View) -> Iterator[tuple[str, str]]:
        now = other.modules
        return (("sys.modules", name) for name, module in self.modules.items() if now.get(name) is not module)
