"""`sys.path`: entries added, removed or reordered."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from leakcheck.probes import About, Items, Setting, Values

_LOADS_TESTS = "_pytest.assertion.rewrite"
"""The module of the loader that pytest has for test files and conftests."""


class Probe(Setting):
    """Owner: `sys`. Key: `path`."""

    kind = "sys_path"
    about = About(
        form="sys.path$path",
        whole="sys.path",
        advice="Extend the path with `monkeypatch.syspath_prepend`, which takes it back.",
    )

    def read(self) -> Values:
        return {("sys", "path"): Items(sys.path)}

    def glance(self) -> Any:
        return Items(sys.path)

    def put_back(self, owner: str, key: str, value: Any) -> None:
        sys.path[:] = value

    def is_doubtful(self, owner: str, key: str, old: Any, new: Any) -> bool:
        """pytest itself puts the folder above a package of tests in front, where it imports a file of it or, while
        the first test is set up, the package."""
        if not isinstance(old, Items) or not isinstance(new, Items):
            return False
        added = _added(old, new)
        return added is not None and added <= _above_test_packages()


def _added(old: Items, new: Items) -> set[Any] | None:
    """What stands in `new` beside the entries of `old`, perhaps for a second time; None where any of those
    is gone or elsewhere."""
    left = list(old)
    added = set()
    for each in reversed(new):
        if left and left[-1] == each:
            left.pop()
        else:
            added.add(each)
    return None if left else added


def _above_test_packages() -> set[str]:
    """What pytest's import mode `prepend` puts on the path for the test files and conftests that are loaded, and
    for the packages around them."""
    found: set[str] = set()
    for module in list(sys.modules.values()):
        spec: Any = vars(module).get("__spec__") if type(module) is ModuleType else None
        if spec is not None and type(spec.loader).__module__ == _LOADS_TESTS and spec.origin:
            found.update(_roots_above(Path(spec.origin)))
    return found


def _roots_above(file: Path) -> Iterator[str]:
    """The folder of a file, or the one above its package; and those above packages further up."""
    holds_any = True
    for folder in file.parents:
        is_package = (folder / "__init__.py").is_file()
        if holds_any and not is_package:
            yield str(folder)
        holds_any = is_package
