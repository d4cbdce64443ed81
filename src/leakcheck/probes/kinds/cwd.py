"""The working directory of the process."""

from __future__ import annotations

import os
from typing import Any

from leakcheck.probes import About, Setting, Values


class Probe(Setting):
    """Owner: `os`. Key: `cwd`."""

    kind = "cwd"
    by_fixtures = True
    about = About(
        form="the working folder",
        whole="the working folder",
        advice="Change the working folder with `monkeypatch.chdir`, which changes it back.",
    )

    def read(self) -> Values:
        return {("os", "cwd"): self.glance()}

    def glance(self) -> str:
        try:
            return os.getcwd()
        except OSError:
            return "a folder that is gone"

    def value(self, owner: str, key: str) -> Any:
        """The folder itself and not its name: to remove it changes the name, and is not what has led there."""
        try:
            found = os.stat(os.curdir)
        except OSError:
            return self.glance()
        return found.st_dev, found.st_ino

    def put_back(self, owner: str, key: str, value: Any) -> None:
        os.chdir(value)
