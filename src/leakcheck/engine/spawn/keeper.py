"""Processes between the engine and what it starts: `python keeper.py LINE DESCRIPTORS COMMAND...`.

    engine ─ keeper ─ shield ─ shield ─ shield ─ command (pytest, and all that it forks)

What a test does to its parent it does to a shield, and the next one takes its place: not to the engine. What a test
leaves behind, be it in a session of its own, comes to a shield (on Linux), and ends when the command has ended, or
the engine. What the command prints goes into a pipe, as a shell would have it, and the beginning of it into the log
that is the keeper's own output.

LINE is a socket to the engine; DESCRIPTORS, joined by commas, are for the command. The keeper tells, a JSON object
a line: `{"shield": pid}`; `{"pid": n}`, who leads the group of the command, or `{"error": text}`; then
`{"dead": pid, "status": waitstatus}` and `{"ended": pid, "status": waitstatus, "cpu": seconds}` for the command
and every orphan, and `{"over": true}` when all are gone. Who is `dead` is not reaped yet: a shield may be killed
between the two, and nobody after it would know.

It is a script of the standard library alone, so that it starts in no time.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Iterator

SHIELDS = 3
MAX_LOG = 4 * 1024 * 1024
_CHUNK = 65_536
_SET_CHILD_SUBREAPER = 36
_RESTORED = ("SIGPIPE", "SIGXFSZ")
"""Signals that Python ignores and other programs do not."""
_PATIENCE = 5.0
_TICK = 0.002


def main(line: int, descriptors: list[int], command: list[str]) -> None:
    gate, hold = os.pipe()
    hear, say = os.pipe()
    printed, output = os.pipe()
    _adopt_orphans()
    if os.fork() == 0:
        for each in (line, hold, hear, printed):
            os.close(each)
        _shield(SHIELDS - 1, gate, say, output, descriptors, command)
    for each in (gate, say, output, *descriptors):
        os.close(each)
    wake = _wake_on_children()
    _ignore_signals()
    log = Log(printed)
    _relay(hear, line, wake, log, printed)
    os.close(hold)
    _end_all()
    while log.copy():
        pass
    _tell(line, over=True)


class Log:
    """Copies what is printed, as far as it is worth keeping."""

    def __init__(self, printed: int) -> None:
        self._printed = printed
        self._left = MAX_LOG
        os.set_blocking(printed, False)

    def copy(self) -> bool:
        """Whether there was anything."""
        try:
            data = os.read(self._printed, _CHUNK)
        except BlockingIOError:
            return False
        kept = data[: self._left]
        self._left -= len(kept)
        with contextlib.suppress(OSError):  # the disk may be full
            os.write(1, kept)
        return bool(data)


def _relay(hear: int, line: int, wake: int, log: Log, printed: int) -> None:
    """Hand on what shields tell, until the command has ended, or nobody listens any more. When the last shield was
    killed, what it had comes to this process."""
    poll = select.poll()
    for each in (hear, line, wake, printed):
        poll.register(each, select.POLLIN)
    command, buffer = 0, b""
    while True:
        ready = {descriptor for descriptor, _ in poll.poll()}
        if line in ready:
            return
        if printed in ready and not log.copy():
            poll.unregister(printed)  # nobody is left who could print
        heard = os.read(hear, _CHUNK) if hear in ready else b""
        if hear in ready and not heard:
            poll.unregister(hear)
        if wake in ready:
            os.read(wake, _CHUNK)
            heard += b"".join(_reaped())
        *lines, buffer = (buffer + heard).split(b"\n")
        for said in lines:
            with contextlib.suppress(OSError):  # the engine is gone
                os.write(line, said + b"\n")
            told = json.loads(said)
            command = told.get("pid", command)
            if "error" in told or told.get("ended") == command:
                return


def _shield(further: int, gate: int, say: int, output: int, descriptors: list[int], command: list[str]) -> None:
    """Another shield, or the command, and everything that loses its parent below: all of it ends with the gate."""
    _adopt_orphans()
    _tell(say, shield=os.getpid())
    wake = _wake_on_children()
    if further:
        if os.fork() == 0:
            _shield(further - 1, gate, say, output, descriptors, command)
    else:
        pid, error = _start(command, output, descriptors)
        _tell(say, **({"error": error} if error else {"pid": pid}))
    for each in (output, *descriptors):
        os.close(each)
    _ignore_signals()
    poll = select.poll()
    poll.register(gate, select.POLLIN)
    poll.register(wake, select.POLLIN)
    while not any(descriptor == gate for descriptor, _ in poll.poll()):
        os.read(wake, 4096)
        for said in _reaped():
            _write(say, said)
    _end_all()
    os._exit(0)


def _start(command: list[str], output: int, descriptors: list[int]) -> tuple[int, str]:
    """(process id, why it cannot be started)."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            for name in (*_RESTORED, "SIGCHLD"):
                if hasattr(signal, name):
                    signal.signal(getattr(signal, name), signal.SIG_DFL)
            for standard in (1, 2):
                os.dup2(output, standard)
            for descriptor in descriptors:
                os.set_inheritable(descriptor, True)
            os.execvp(command[0], command)
        except OSError as error:
            os.write(writing, str(error.strerror).encode())
        finally:
            os._exit(127)
    os.close(writing)
    with contextlib.suppress(OSError):  # it has done so itself, and may be gone
        os.setpgid(pid, pid)
    with open(reading, "rb") as stream:
        return pid, stream.read().decode()


def _adopt_orphans() -> None:
    """Linux hands orphans to the nearest process above them that has asked for them."""
    if sys.platform == "linux":
        with contextlib.suppress(ImportError, OSError, AttributeError):
            import ctypes

            ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _wake_on_children() -> int:
    """A descriptor that becomes readable when a child ends."""
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    return wake


def _ignore_signals() -> None:
    """What a test sends to everybody it knows is not meant for us."""
    for number in signal.valid_signals() - {signal.SIGCHLD, signal.SIGKILL, signal.SIGSTOP}:
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)


def _tell(where: int, **what: float | str) -> None:
    _write(where, _line(**what))


def _write(where: int, said: bytes) -> None:
    with contextlib.suppress(OSError):  # who should hear it is gone
        os.write(where, said)


def _line(**what: float | str) -> bytes:
    return (json.dumps(what) + "\n").encode()


def _reaped() -> Iterator[bytes]:
    """What there is to tell of each child that has ended, before it is reaped (where the system can look without
    reaping) and after; the CPU seconds of those whom it had waited for are its own."""
    with contextlib.suppress(ChildProcessError):
        while True:
            if hasattr(os, "waitid"):
                dead = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
                if dead is not None:
                    ended = dead.si_code == os.CLD_EXITED
                    yield _line(dead=dead.si_pid, status=dead.si_status << 8 if ended else dead.si_status)
            pid, status, used = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            yield _line(ended=pid, status=status, cpu=round(used.ru_utime + used.ru_stime, 6))


def _end_all() -> None:
    """End all children, and those that come to this process because they end."""
    deadline = time.monotonic() + _PATIENCE
    while (left := children_of("self")) and time.monotonic() < deadline:
        for each in left:
            kill(each)
        time.sleep(_TICK)
        list(_reaped())


def kill(pid: int) -> None:
    """With its group, if it leads one."""
    for end in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            end(pid, signal.SIGKILL)


def children_of(process: int | str) -> list[int]:
    """Children of a process; none where the system does not tell."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{thread}/children", encoding="ascii") as stream:
                found += map(int, stream.read().split())
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]), [int(each) for each in sys.argv[2].split(",") if each], sys.argv[3:])
