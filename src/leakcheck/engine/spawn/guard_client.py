"""The engine's end of its guard, which ends all processes when the engine itself is killed."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from leakcheck.engine.spawn import guard
from leakcheck.own_folders import Own

GROUP, ROOT = "+", "~"


@dataclass
class Guard:
    """A process that is told of every process group. Where it is gone, it is missed only in a disaster."""

    process: subprocess.Popen[bytes]
    pipe: int

    @classmethod
    def start(cls, scratch: Own) -> Guard:
        given = (scratch.path, scratch.device, scratch.inode)
        reading, writing = os.pipe()
        try:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(Path(guard.__file__)), *map(str, given)],
                stdin=reading,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        finally:
            os.close(reading)
        return cls(process, writing)

    def watch(self, pid: int, what: str = GROUP) -> None:
        """The process group of `pid` shall not outlive this process."""
        self._tell(f"{what}{pid}")

    def forget(self, pid: int) -> None:
        """The process group of `pid` is over."""
        self._tell(f"-{pid}")

    def arm(self, folder: Path) -> None:
        """What tests change from now on, they change for the audit in `folder`: it is marked there when they are
        over."""
        with contextlib.suppress(OSError):
            os.write(self.pipe, b"=" + os.fsencode(folder.absolute()) + b"\n")

    def close(self) -> None:
        """Everything is over: the guard goes home."""
        self._tell(".")
        os.close(self.pipe)
        self.process.wait()

    def _tell(self, line: str) -> None:
        with contextlib.suppress(OSError):
            os.write(self.pipe, f"{line}\n".encode())
