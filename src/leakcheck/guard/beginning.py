"""How a guard begins: before the project's conftests are loaded, so that it meets every application."""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import replace
from typing import ClassVar

import pytest

from leakcheck.guard.failures import Failures
from leakcheck.guard.plugin import Guard
from leakcheck.guard.runs import Run
from leakcheck.guard.section import Section
from leakcheck.guard.wanted import Wanted, wanted_of
from leakcheck.guard.watching import Fuse
from leakcheck.hazards import own as hazards
from leakcheck.probes import Probes, own
from leakcheck.recorder.changes.recording import Recording
from leakcheck.snapshots.redaction import Redactor

NAME = "leakcheck-guard"
_UNREAD = ("client_cookies", "client_headers", "dependency_overrides")
"""Nothing of these is made because it is looked for, so that nobody asks who does."""
_LEFT_OUT = frozenset({"databases", "files", "transactions"})
"""Probes that no guard asks, and that take long to load: they speak with databases."""
_OF_AN_AUDIT = "leakcheck.recorder.process.start"


def begin(config: pytest.Config) -> None:
    """Guard this run, if that is what the user wants. An audit is never guarded, nor a run inside a guarded one: a
    test of pytest plugins is a test of the outer run."""
    if _OF_AN_AUDIT in sys.modules or _Process.guarded:
        return
    probes = own(without=_LEFT_OUT)
    wanted = wanted_of(config, probes)
    if wanted is None:
        return
    chosen = _chosen(probes, wanted)
    redactor = Redactor(secrets.token_hex(32), show_values=wanted.options.show_values)
    root = os.path.realpath(str(config.rootpath))
    recording = Recording.start(chosen, redactor, root, hazards(), unread=_UNREAD)
    _Process.guarded = True
    config.add_cleanup(_Process.let_go)
    fuse = Fuse()
    run = Run(config, wanted.options.folder)
    guard = Guard(wanted, recording, probes, fuse, run)
    config.pluginmanager.register(guard, NAME)
    config.pluginmanager.register(Failures(run, fuse, fails=wanted.mode == "fail"), f"{NAME}-failures")
    config.pluginmanager.register(Section(config, wanted, probes.kinds, fuse), f"{NAME}-section")


class _Process:
    """Whether a guard is at work in it."""

    guarded: ClassVar[bool] = False

    @classmethod
    def let_go(cls) -> None:
        cls.guarded = False


def _chosen(probes: Probes, wanted: Wanted) -> Probes:
    """What is looked at. A kind that is tracked is not compared besides."""
    owned = tuple(each for each in probes.owned if each.kind in wanted.kinds)
    tracked = {each.kind for each in owned}
    settings = {
        kind: each for kind, each in probes.settings.items() if kind in wanted.kinds and kind not in tracked
    }
    return replace(probes, owned=owned, settings=settings)
