"""Whether anything at all is left behind a test in a row: beside what probes and the deep look tell, what is looked
at on demand only, what was done outside of the process, and what belongs to the process itself."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from leakcheck.probes import MISSING, Probes, Setting, Values
from leakcheck.probes.kinds.threads import MOMENT, PATIENCE
from leakcheck.recorder.comparing import differ
from leakcheck.recorder.deep.deep_look import Difference
from leakcheck.recorder.deep.settings_look import glance_at

_DESCRIPTORS, _TASKS = "/proc/self/fd", "/proc/self/task"
_list, _is_there = os.listdir, os.path.lexists  # a test may replace them
_wait, _sleep = getattr(os, "waitid", None), time.sleep


class Traces:
    """Looks once at the beginning. `outside` counts what was done outside of the process."""

    def __init__(self, probes: Probes, outside: Callable[[], int]) -> None:
        self._probes = [each for each in probes.settings.values() if each.tracking == "on demand" and not each.dear]
        self._outside = outside
        self._done = outside()
        self._glances = {each.kind: glance_at(each) for each in self._probes}
        self._settings = {each.kind: _read(each) for each in self._probes}
        self._process = _Process.now()

    def any(self) -> bool:
        """Whether there is something that was not there at the beginning."""
        if self._outside() != self._done or self._process_has_more():
            return True
        return any(
            True for each in filter(self._may_differ, self._probes) for _ in self._otherwise(each, _read(each))
        )

    def _may_differ(self, probe: Setting) -> bool:
        if probe.by_use:
            return False
        glance = glance_at(probe)
        return glance is MISSING or differ(self._glances[probe.kind], glance)

    def _process_has_more(self) -> bool:
        """What is just ending, as a worker's thread does, is waited for."""
        for _ in range(PATIENCE):
            if not _Process.now().has_more_than(self._process):
                return False
            _sleep(MOMENT)
        return True

    def put_back(self, found: Iterable[Difference]) -> bool:
        """Put back what first use has made, and what changes by being used. Returns whether all of it was."""
        done = [_undone(each) for each in found if each.first_use]
        try:
            for each in self._probes:
                if each.by_use:
                    self._reset(each)
        except Exception:  # a test may have broken anything
            return False
        return all(done)

    def _reset(self, probe: Setting) -> None:
        before = self._settings[probe.kind]
        for owner, key in list(self._otherwise(probe, probe.read())):
            probe.put_back(owner, key, before.get((owner, key)))

    def _otherwise(self, probe: Setting, now: Values) -> Iterator[tuple[str, str]]:
        before = self._settings[probe.kind]
        for name in probe.candidates(before, now):
            if differ(before.get(name, MISSING), now.get(name, MISSING)):
                yield name


def _undone(difference: Difference) -> bool:
    """The old value is there again."""
    try:
        difference.undo()
        return difference.now is not None and not differ(difference.old, difference.now())
    except Exception:  # the project's own objects may refuse in any way
        return False


def _read(probe: Setting) -> Values:
    try:
        return probe.read()
    except Exception:  # a test may have broken anything
        return {}


class _Process(NamedTuple):
    """What belongs to a process: open descriptors, threads that Python has not started, whether it has children."""

    descriptors: frozenset[str]
    native: int
    children: bool

    @classmethod
    def now(cls) -> _Process:
        return cls(frozenset(_names(_DESCRIPTORS)), _native(), _has_children())

    def has_more_than(self, other: _Process) -> bool:
        more = self.descriptors - other.descriptors
        return bool(more) or self.native > other.native or (self.children and not other.children)


def _names(folder: str) -> Iterator[str]:
    """What a folder of the system holds, without the descriptor that it is read by; nothing where there is none."""
    try:
        names = _list(folder)
    except OSError:
        return
    yield from (name for name in names if folder != _DESCRIPTORS or _is_there(f"{folder}/{name}"))


def _native() -> int:
    known: Mapping[str, None] = {str(thread.native_id): None for thread in threading.enumerate()}
    return sum(name not in known for name in _names(_TASKS))


def _has_children() -> bool:
    if _wait is None:
        return False
    try:
        _wait(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    except OSError:
        return True
    return True
