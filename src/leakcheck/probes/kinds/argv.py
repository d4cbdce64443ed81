"""`sys.argv`: the command line that the process seems to have."""

from __future__ import annotations

import sys
from typing import Any

from leakcheck.probes import About, Items, Setting, Values


class Probe(Setting):
    """Owner: `sys`. Key: `argv`."""

    kind = "argv"
    about = About(
        form="sys.argv$path",
        whole="sys.argv",
        advice="Replace the arguments with `monkeypatch.setattr(sys, 'argv', [...])`, which puts them back.",
    )

    def read(self) -> Values:
        return {("sys", "argv"): Items(sys.argv)}

    def glance(self) -> Any:
        return Items(sys.argv)

    def put_back(self, owner: str, key: str, value: Any) -> None:
        sys.argv[:] = value
