"""The tree of forks: a root that has loaded plugins and conftests, nodes that have collected, children that run.

What they and the engine tell each other is in `leakcheck.wire.messages`.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import warnings
from collections.abc import Callable, Iterable

from leakcheck.recorder.syscalls import Real
from leakcheck.wire.messages import (
    CloseNode,
    Command,
    Gone,
    OpenNode,
    Reply,
    RunOrder,
    Up,
    What,
    command_inbox,
    encode,
)

_CHUNK = 65_536
_POLL_MS = 10
_PATIENCE = 1.0
"""Seconds that nodes have to end."""


class ForkServer:
    """Reads commands from one descriptor, forks, and tells what became of the children."""

    def __init__(self, commands: int, replies: int, what: What) -> None:
        self._commands = commands
        self._replies = replies
        self._what = what
        self._children: dict[int, tuple[str, int]] = {}
        self._inbox = command_inbox()
        self._poll = select.poll()
        self._poll.register(commands, select.POLLIN)
        for descriptor in (commands, replies):  # what a test starts and leaves behind shall not hold them open
            os.set_inheritable(descriptor, False)

    def reply(self, message: Reply) -> None:
        with contextlib.suppress(BrokenPipeError):  # the engine was killed: the end of its commands tells
            Real.write(self._replies, encode(message))

    def serve(self, command: Callable[[Command], str | None]) -> str | None:
        """Handle commands until the pipe closes; returns None then. In a forked child, returns its tag.

        `command` handles one command; it returns the tag in the child that it forked, else None.
        """
        while True:
            for message in self._wait():
                tag = command(message)
                if tag is not None:
                    return tag
            if self._commands < 0:
                self._end()
                return None

    def fork(self, tag: str) -> bool:
        """Fork a child in a process group of its own. True in the child."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pid = Real.fork()
        if pid == 0:
            Real.setpgid(0, 0)
            self._forget_parent()
            return True
        with contextlib.suppress(OSError):  # it does so too: whoever is first, it can be killed from here on
            Real.setpgid(pid, pid)
        self._children[pid] = (tag, self._watch(pid))
        self.reply(Up(self._what, tag, pid))
        return False

    def _wait(self) -> Iterable[Command]:
        ready = self._poll.poll(_POLL_MS if any(fd < 0 for _, fd in self._children.values()) else None)
        self._reap()
        if not any(fd == self._commands for fd, _ in ready):
            return ()
        data = Real.read(self._commands, _CHUNK)
        if not data:
            self._poll.unregister(self._commands)
            self._commands = -1
        return self._inbox.feed(data)

    def _watch(self, pid: int) -> int:
        """A descriptor that becomes readable when the child ends; -1 where there is no such thing."""
        try:
            descriptor = os.pidfd_open(pid)
        except (AttributeError, OSError):
            return -1
        self._poll.register(descriptor, select.POLLIN)
        return descriptor

    def _reap(self) -> None:
        for pid, (tag, descriptor) in list(self._children.items()):
            done, status, cpu = _waited(pid)
            if not done:
                continue
            del self._children[pid]
            if descriptor >= 0:
                self._poll.unregister(descriptor)
                Real.close(descriptor)
            self.reply(Gone(self._what, tag, pid, status, cpu))

    def _forget_parent(self) -> None:
        for _, descriptor in self._children.values():
            if descriptor >= 0:
                Real.close(descriptor)
        self._children.clear()
        Real.close(self._commands)

    def _end(self) -> None:
        """The engine is gone or has no more work: no child of ours stays behind."""
        for pid in self._children:
            _kill_group(pid)
        while self._children:
            for pid in list(self._children):
                if _waited(pid, block=True)[0]:
                    del self._children[pid]


class RootServer(ForkServer):
    """The root: forks nodes and hands commands on to them."""

    def __init__(self, commands: int, replies: int) -> None:
        super().__init__(commands, replies, "node")
        self._pipes: dict[str, int] = {}
        self.node_commands = -1
        self.node_files: tuple[str, ...] = ()

    def handle(self, command: Command) -> str | None:
        match command:
            case OpenNode(node, collect):
                return self._open_node(node, collect)
            case CloseNode(node):
                Real.close(self._pipes.pop(node))
            case RunOrder():
                self._hand_on(command)
        return None

    def _open_node(self, tag: str, files: tuple[str, ...]) -> str | None:
        reading, writing = os.pipe()
        if self.fork(tag):
            Real.close(writing)
            for pipe in self._pipes.values():
                Real.close(pipe)
            self.node_commands, self.node_files = reading, files
            return tag
        Real.close(reading)
        self._pipes[tag] = writing
        return None

    def _end(self) -> None:
        """Nodes end what they have forked, which nobody else knows; who does not in time is ended."""
        for pipe in self._pipes.values():
            Real.close(pipe)
        deadline = Real.monotonic() + _PATIENCE
        while self._children and Real.monotonic() < deadline:
            self._poll.poll(_POLL_MS)
            for pid, (_, descriptor) in list(self._children.items()):
                if _waited(pid)[0]:
                    del self._children[pid]
                    if descriptor >= 0:
                        self._poll.unregister(descriptor)
        super()._end()

    def _hand_on(self, command: RunOrder) -> None:
        pipe = self._pipes.get(command.node)
        try:
            if pipe is not None:
                Real.write(pipe, encode(command))
        except BrokenPipeError:
            pass  # the node is gone, which the engine is told by its "gone"


class NodeServer(ForkServer):
    """A node: forks one child per execution."""

    def __init__(self, commands: int, replies: int) -> None:
        super().__init__(commands, replies, "run")

    def handle(self, command: Command) -> str | None:
        assert isinstance(command, RunOrder)
        return command.run if self.fork(command.run) else None


def _waited(pid: int, *, block: bool = False) -> tuple[bool, int, float]:
    """(is gone, wait status, -1 if it is not known, CPU seconds that it and those whom it has waited for took)."""
    try:
        done, status, used = Real.wait4(pid, 0 if block else os.WNOHANG)
    except ChildProcessError:  # the suite reaped it, or ignores SIGCHLD
        return True, -1, 0.0
    return done == pid, status, round(used.ru_utime + used.ru_stime, 6)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
