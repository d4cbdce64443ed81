"""`sys.path`: entries added, removed or reordered."""

from __future__ import annotations

import sys
from typing import Any

from leakcheck.probes import About, Items, Setting, Values


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
