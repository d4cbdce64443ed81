"""Logs of runs. One format is one module here, found by its package: a class `Reader`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Protocol

from leakcheck.audit.replaying.recorded_run import RecordedRun
from leakcheck.discovery import instances


class RunReader(Protocol):
    """The contract: `read` gives None for what is of another format, and raises `Unreadable` for what is of this
    one and cannot be read. `says` is what people call such a log."""

    says: str

    def read(self, log: Path) -> RecordedRun | None: ...


def readers() -> tuple[RunReader, ...]:
    found: list[RunReader] = instances(sys.modules[__name__], "Reader")
    return tuple(found)
