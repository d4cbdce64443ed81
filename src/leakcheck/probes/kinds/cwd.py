"""The working directory of the process."""

from __future__ import annotations

import os
from typing import Any

from leakcheck.probes import Setting, Values


class Probe(Setting):
    """Owner: `os`. Key: `cwd`."""

    kind = "cwd"

    def read(self) -> Values:
        try:
            return {("os", "cwd"): os.getcwd()}
        except OSError:
            return {("os", "cwd"): "a folder that is gone"}

    def put_back(self, owner: str, key: str, value: Any) -> None:
        os.chdir(value)
