"""The engine's end of the tree of forks: its root process, the two pipes, and what its nodes are up to."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from leakcheck.engine.fork.orphans import Orphans
from leakcheck.engine.processes import kill_group
from leakcheck.engine.spawn.keeper_client import KeptProcess
from leakcheck.engine.spawn.launch import Launch
from leakcheck.records import Order
from leakcheck.wire.messages import (
    CloseNode,
    Command,
    Gone,
    Inbox,
    OpenNode,
    Ready,
    Reply,
    RunOrder,
    Up,
    encode,
    reply_inbox,
)
from leakcheck.wire.process_config import Mode

_TICK = 0.05
MAX_REOPENED = 3
"""Nodes that are opened again when they were killed: who does that may do it every time."""
NodeState = Literal["opening", "ready", "gone"]


@dataclass
class Node:
    """A process that has collected `files` (the whole suite when empty) and forks executions: of nothing but
    `order`, if that follows what happens while they are imported."""

    tag: str
    files: tuple[str, ...]
    order: Order | None = None
    state: NodeState = "opening"
    pid: int = 0
    began: float = field(default_factory=time.monotonic)
    ready: bool = False


@dataclass
class Root:
    """The root process. `replies` is to be read when it is readable."""

    process: KeptProcess
    commands: int
    replies: int
    orphans: Orphans
    nodes: dict[str, Node] = field(default_factory=dict)
    _inbox: Inbox[Reply] = field(default_factory=reply_inbox)
    _reopened: int = 0

    @classmethod
    def start(cls, launch: Launch, mode: Mode = "root") -> Root:
        command_read, command_write = os.pipe()
        reply_read, reply_write = os.pipe()
        try:
            process = launch.start_root(mode, (command_read, reply_write))
        finally:
            os.close(command_read)
            os.close(reply_write)
        return cls(process, command_write, reply_read, Orphans(process))

    def open_node(self, tag: str, files: tuple[str, ...], order: Order | None = None) -> Node:
        self.nodes[tag] = Node(tag, files, order)
        self._send(OpenNode(tag, files))
        return self.nodes[tag]

    def close_node(self, tag: str) -> None:
        if self.nodes.pop(tag).state != "gone":
            self._send(CloseNode(tag))

    def run(self, node: str, tag: str) -> None:
        self._send(RunOrder(node, tag))

    def messages(self) -> Iterator[Reply | None]:
        """What was said since the last call; None when nothing will be said any more. Node states are kept up to
        date."""
        data = os.read(self.replies, 65_536)
        if not data:
            for node in self.nodes.values():
                node.state = "gone"
            yield None
            return
        for reply in self._inbox.feed(data):
            self._note(reply)
            yield reply

    def stop(self, patience: float = 5.0, hurry: Sequence[int] = ()) -> None:
        """Let nodes and root end as pytest ends, then end what does not: at once if there comes something into
        `hurry`."""
        os.close(self.commands)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and not hurry:
            if self.process.wait(_TICK):
                break
        for node in self.nodes.values():
            kill_group(node.pid)
        self.process.end()
        os.close(self.replies)

    def bury(self) -> None:
        """It was killed: nodes end what they have forked, and everything ends with the keeper."""
        os.close(self.commands)
        os.close(self.replies)
        self.process.end()

    def kill_above(self, tag: str) -> None:
        """What the node `tag` has forked was killed, and who should tell does not: it is stopped, or hangs."""
        node = self.nodes.get(tag)
        kill_group(node.pid if node is not None and node.state != "gone" else self.process.pid)
        if node is not None:
            node.state = "gone"

    def forgets_killed(self, node: Node) -> bool:
        """Whether `node` was killed once it had collected, and may be opened again."""
        if node.state != "gone" or not node.ready or self._reopened >= MAX_REOPENED:
            return False
        self._reopened += 1
        del self.nodes[node.tag]
        return True

    def _note(self, reply: Reply) -> None:
        match reply:
            case Up("node", tag, pid) if tag in self.nodes and self.nodes[tag].state == "opening":
                self.nodes[tag].pid = pid  # it may have been ready before its parent came to tell that it is there
            case Ready(tag, pid) if tag in self.nodes:
                self._settle(tag, "ready", pid)
                self.nodes[tag].ready = True
            case Gone("node", tag, pid) if tag in self.nodes:
                self._settle(tag, "gone", pid)

    def _settle(self, tag: str, state: NodeState, pid: int) -> None:
        self.nodes[tag].state, self.nodes[tag].pid = state, pid

    def _send(self, command: Command) -> None:
        with suppress(BrokenPipeError):  # it is gone, which the end of its replies tells
            os.write(self.commands, encode(command))
