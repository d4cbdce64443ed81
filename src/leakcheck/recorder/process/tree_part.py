"""The part of a process that forks others: the root of the tree and its nodes."""

from __future__ import annotations

import atexit
import os
from collections.abc import Generator
from typing import Any

import pytest

from leakcheck.recorder.outside.views import Views
from leakcheck.recorder.process.ending import end_briefly
from leakcheck.recorder.process.fork_server import NodeServer, RootServer
from leakcheck.recorder.process.garbage import collect_garbage
from leakcheck.recorder.process.parts import RecordingPart, distributions, read_order
from leakcheck.recorder.process.preparing import prepare_forks
from leakcheck.recorder.process.random_seeds import Chance
from leakcheck.recorder.process.shared_resources import (
    own_cache,
    own_captured_output,
    own_temporary_folder,
)
from leakcheck.recorder.process.warm_imports import note_imports
from leakcheck.recorder.process.watch import Watch
from leakcheck.recorder.segment import Segment
from leakcheck.recorder.syscalls import Real
from leakcheck.wire.codec import prepare
from leakcheck.wire.messages import ROOT, Ready
from leakcheck.wire.process_config import Setup


class RootPart(RecordingPart):
    """The root of the tree of forks; its forks become nodes, and their forks the children that run."""

    def __init__(self, setup: Setup, watch: Watch, chance: Chance) -> None:
        super().__init__(setup, watch, chance)
        self._tag = ""
        self._commands = -1

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> Generator[None, Any, Any]:
        """The root gets no further than here: plugins are configured once, and nodes are forks that collect."""
        self._become_node(session.config)
        with self.threads.noting():
            return (yield)

    def _become_node(self, config: pytest.Config) -> None:
        """Serve as the root. Returns in nodes only."""
        prepare()
        self._plugins = distributions(config)
        views = Views.asked(self.setup.scratch)
        if views is not None:
            views.prepare()
        prepare_forks(self.watch)
        self.threads.leave()
        self.chance.settle()
        collect_garbage()
        self.watch.copies.rest()
        server = RootServer(self.setup.commands, self.setup.replies)
        server.reply(Ready(ROOT, Real.getpid(), Real.cpu()))
        tag = server.serve(server.handle)
        if tag is None:
            end_briefly(0)
        atexit._clear()
        self.chance.renew()
        self.watch.copies.renew()
        self._tag, self._commands = tag, server.node_commands
        if server.node_files:
            self.collect_only(config, server.node_files)
        order = read_order(os.path.join(self.setup.folder, f"{tag}.jsonl"))
        if order.follows_imports:
            self.follow_imports(config, order)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        Segment(os.path.join(self.setup.folder, f"{self._tag}.jsonl")).write(self.collected(session))
        if not self.can_run(session):
            return None
        self.chance.settle()
        if self.collect:  # its forks are tests alone
            self.watch.book.name_all()
            self.look = self.watch.book.look()
            self.look.identities(), self.look.loaded.names()  # which each of them asks for
        else:
            prepare_forks(self.watch)
            note_imports(self.setup)
            collect_garbage()
        self.watch.copies.rest()  # what somebody is connected to cannot be copied
        server = NodeServer(self._commands, self.setup.replies)
        server.reply(Ready(self._tag, Real.getpid(), Real.cpu()))
        tag = server.serve(server.handle)
        if tag is None:
            Real.leave(0)  # pytest's ending and the interpreter's, five full collections of garbage, serve nobody
        self._run_child(session, tag)
        return True

    def _run_child(self, session: pytest.Session, tag: str) -> None:
        """An execution, in a process that ends here: nothing of the node's own ending may run in it."""
        try:
            root = os.path.realpath(str(session.config.rootpath))
            self.see_apart(self.watch.outside, root, tag)
            path = os.path.join(self.setup.folder, f"{tag}.jsonl")
            segment = Segment(path)
            own_captured_output(session.config)
            mine = f"{tag}-{Real.getpid()}"  # what was disturbed runs again by the same name
            own_temporary_folder(session.config, os.path.join(self.setup.scratch, f"t{mine}"))
            own_cache(session.config, os.path.join(self.setup.scratch, f"cache{mine}"))
            self.chance.renew()
            self.watch.copies.renew()
            self.run_here(session, read_order(path), segment)
            self.watch.copies.drop()
        except BaseException:
            import traceback

            traceback.print_exc()
            Real.leave(70)
        Real.leave(0)
