"""The engine's end of a process that it has started, and that has a keeper in between."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from leakcheck.engine.processes import UNKNOWN, kill_group, status_of

_KEEPER = Path(__file__).parent / "keeper.py"
_TICK = 0.01
_PATIENCE = 5.0


@dataclass
class KeptProcess:
    """`pid` leads the group of the process that was asked for, `process` is its keeper. Where there is no fork,
    both are one, and there is no `line` between them.

    `ended` has the exit codes of orphans, and `spent` the CPU seconds of all that ended. `keeper_killed`: nobody
    will tell how anything ends.
    """

    process: subprocess.Popen[bytes]
    line: socket.socket | None = None
    pid: int = 0
    shields: list[int] = field(default_factory=list)
    ended: dict[int, int] = field(default_factory=dict)
    spent: dict[int, float] = field(default_factory=dict)
    keeper_killed: bool = False
    _over: bool = False
    _buffer: bytes = b""

    @classmethod
    def start(
        cls, command: Sequence[str], log: IO[bytes], variables: Mapping[str, str], descriptors: Sequence[int] = ()
    ) -> KeptProcess:
        """Start `command`, which gets `descriptors`; OSError if that cannot be."""
        if not hasattr(os, "fork"):
            process = _popen(command, log, variables, ())
            return cls(process, None, process.pid)
        own, other = socket.socketpair()
        with other:
            keeper = [sys.executable, "-I", "-S", "-B", str(_KEEPER), str(other.fileno())]
            given = ",".join(map(str, descriptors))
            process = _popen([*keeper, given, *command], log, variables, (other.fileno(), *descriptors))
        found = cls(process, own)
        found._meet()
        return found

    @property
    def is_exposed(self) -> bool:
        """Whether tests have killed all shields but one: who kills its parent once more may meet the keeper."""
        return bool(self.shields) and sum(pid not in self.ended for pid in self.shields) < 2

    @property
    def cpu(self) -> float | None:
        """CPU seconds of what was asked for and of what that has started, without the shields; None if unknown."""
        own = [seconds for pid, seconds in self.spent.items() if pid not in self.shields]
        return sum(own) if own else None

    def poll(self) -> int | None:
        """The exit code, negative for a signal, when it has ended and left nothing behind; else None."""
        if self.line is None:
            return self.process.poll()
        with contextlib.suppress(BlockingIOError):
            while not self._over:
                self._hear()
        return self.ended.get(self.pid, UNKNOWN) if self._over else None

    def wait(self, seconds: float) -> bool:
        """Whether it ended within so many seconds."""
        deadline = time.monotonic() + seconds
        while self.poll() is None:
            if time.monotonic() > deadline:
                return False
            time.sleep(_TICK)
        return True

    def end(self) -> None:
        """End it, and all that it has left behind."""
        kill_group(self.pid)
        if self.line is not None:
            self.wait(_PATIENCE)
            self.line.close()
        kill_group(self.process.pid)
        self.process.wait()

    def _meet(self) -> None:
        assert self.line is not None
        while not self.pid and not self._over:
            self._hear()
        self.line.setblocking(False)

    def _hear(self) -> None:
        assert self.line is not None
        data = self.line.recv(4096)
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            self._understand(json.loads(line))
        if not data and not self._over:
            self.ended.setdefault(self.pid, self.process.wait())
            self._over = self.keeper_killed = True

    def _understand(self, told: Mapping[str, object]) -> None:
        match told:
            case {"shield": int(pid)}:
                self.shields.append(pid)
            case {"pid": int(pid)}:
                self.pid = pid
            case {"error": str(text)}:
                self.end()
                raise OSError(0, text)
            case {"dead": int(pid), "status": int(status)}:
                self.ended[pid] = status_of(status)
            case {"ended": int(pid), "status": int(status), "cpu": float(cpu)}:
                self.ended[pid], self.spent[pid] = status_of(status), cpu
            case {"over": _}:
                self._over = True


def _popen(
    command: Sequence[str], log: IO[bytes], variables: Mapping[str, str], descriptors: Sequence[int]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=variables,
        pass_fds=descriptors,
        process_group=0,
    )
