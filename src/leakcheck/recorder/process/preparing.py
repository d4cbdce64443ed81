"""What every fork of a process would find out for itself, and what is the same in all of them: found beforehand."""

from __future__ import annotations

import contextlib
import sys
from types import ModuleType

from leakcheck.recorder.process.module_files import find_files
from leakcheck.recorder.process.watch import Watch
from leakcheck.snapshots.frames import is_project_file


def prepare_forks(watch: Watch) -> None:
    """Know whose each loaded module is, which module each file belongs to, what owners are called, and where probes
    look."""
    for module in list(sys.modules.values()):
        if type(module) is ModuleType:
            is_project_file(vars(module).get("__file__") or "")
    for probe in watch.probes.settings.values():
        with contextlib.suppress(Exception):  # then it is found where it is needed
            probe.prepare()
    watch.book.name_all()
    find_files()
