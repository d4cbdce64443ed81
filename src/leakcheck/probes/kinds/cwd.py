"""The working directory of the process."""

from __future__ import annotations

import os
from typing import Any

from leakcheck.probes import About, Setting, Values

_GONE = "a folder that is gone"


class Probe(Setting):
    """Owner: `os`. Key: `cwd`."""

    kind = "cwd"
    by_fixtures = True
    about = About(
        form="the working folder",
        whole="the working folder",
        advice="Change the working folder with `monkeypatch.chdir`, which changes it back.",
    )

    def __init__(self) -> None:
        self._last: tuple[tuple[int, int], str] = (0, 0), ""

    def read(self) -> Values:
        return {("os", "cwd"): self.glance()}

    def glance(self) -> str:
        try:
            return os.getcwd()
        except OSError:
            return _GONE

    def value(self, owner: str, key: str) -> str:
        """The name, of a folder that is gone the one that it had: to remove it is not what has led there."""
        name = self.glance()
        try:
            found = os.stat(os.curdir)
        except OSError:
            return name
        place = found.st_dev, found.st_ino
        if name == _GONE:
            return self._last[1] if place == self._last[0] else name
        self._last = place, name
        return name

    def put_back(self, owner: str, key: str, value: Any) -> None:
        os.chdir(value)
