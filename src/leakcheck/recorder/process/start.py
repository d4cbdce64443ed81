"""What a started process does: which part it plays, told by its configuration."""

from __future__ import annotations

import os

import pytest

from leakcheck.recorder.process.control_part import ControlPart
from leakcheck.recorder.process.ending import end_briefly
from leakcheck.recorder.process.parts import SinglePart
from leakcheck.recorder.process.random_seeds import Chance
from leakcheck.recorder.process.tree_part import RootPart
from leakcheck.recorder.process.warm_server import serve_warm
from leakcheck.recorder.process.watch import Watch
from leakcheck.wire.process_config import Setup


def start(setup: Setup) -> int:
    """Run pytest as `setup` says; returns its exit code."""
    if setup.mode == "warm":
        execution = serve_warm(setup)
        end_briefly(0 if execution is None else _run_plain(execution))
    if setup.mode == "control":
        return _run_plain(setup)
    watch, chance = Watch.start(setup, os.path.realpath(os.getcwd())), Chance()
    part = RootPart(setup, watch, chance) if setup.is_root else SinglePart(setup, watch, chance)
    code = int(pytest.main(list(setup.args), plugins=[part]))
    if setup.is_root:  # its forks have run what there was to run, and share its memory
        end_briefly(code)
    return code


def _run_plain(setup: Setup) -> int:
    """pytest as the printed command runs it."""
    return int(pytest.main(list(setup.args), plugins=[ControlPart(setup)]))
