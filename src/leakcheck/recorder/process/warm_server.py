"""A server of forks that are plain pytest runs: it has imported installed packages, and nothing of the project."""

from __future__ import annotations

import contextlib
import os
import random
import sys
import threading
from dataclasses import replace

from leakcheck.recorder.process.fork_server import NodeServer, RootServer
from leakcheck.recorder.process.garbage import collect_garbage
from leakcheck.recorder.process.module_files import find_files
from leakcheck.recorder.process.parts import read_order
from leakcheck.recorder.process.warm_imports import import_noted
from leakcheck.recorder.syscalls import Real
from leakcheck.records import Printed
from leakcheck.wire.messages import ROOT, Ready
from leakcheck.wire.process_config import Setup


def serve_warm(setup: Setup) -> Setup | None:
    """Serve until there is no more work; None then. In a forked child, returns what it has to run as a control."""
    import_noted(setup)
    if threading.active_count() > 1:
        return None  # a fork does not have them: new processes do
    find_files()
    collect_garbage()
    root = RootServer(setup.commands, setup.replies)
    root.reply(Ready(ROOT, Real.getpid()))
    tag = root.serve(root.handle)
    if tag is None:
        return None
    node = NodeServer(root.node_commands, setup.replies)
    node.reply(Ready(tag, Real.getpid()))
    tag = node.serve(node.handle)
    if tag is None:
        Real.leave(0)
    return _settled(setup, str(tag))


def _settled(setup: Setup, tag: str) -> Setup:
    """This child is the process that was to run `tag`."""
    path = os.path.join(setup.folder, f"{tag}.jsonl")
    question = read_order(path).question
    assert isinstance(question, Printed)
    sys.argv[1:] = question.arguments
    random.seed()
    with contextlib.suppress(OSError):
        Real.close(setup.replies)
    return replace(setup, mode="control", segment=path, args=question.arguments)
