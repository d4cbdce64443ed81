"""The guard as a pytest plugin: at the end of each test it asks what was left, and says or undoes it there."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from leakcheck.guard.hazards import HazardWatch
from leakcheck.guard.leaving import Left, attach
from leakcheck.guard.proven import last_proven
from leakcheck.guard.runs import Run, Sequences
from leakcheck.guard.wanted import NOT_GUARDED, Wanted
from leakcheck.guard.warm_up import WarmUp
from leakcheck.guard.watching import Fuse, GuardRecorder
from leakcheck.probes import Probes
from leakcheck.recorder.changes.compared import ComparedState
from leakcheck.recorder.changes.owner_names import relative
from leakcheck.recorder.changes.recording import Recording
from leakcheck.records import Change, Location

if TYPE_CHECKING:  # they are loaded where there is a leak to tell, and nowhere else
    from leakcheck.guard.judging import Judge
    from leakcheck.guard.likely import LikelyLines

_ALARM = (Location("interpreter", "signal", "alarm"), Location("signal_handlers", "signal", "SIGALRM"))
_SET_BY = {"timeout": _ALARM, "pytest_timeout": _ALARM}
"""What plugins of pytest set before each test and take away behind it: pytest-timeout its alarm."""
_FILTER = "default::leakcheck.LeakWarning"


class Guard:
    """A process that runs tests. What an audit has proven may need `every` probe. `_left` is what the running test
    has left, and fixtures that ended with it; `_failing` what made it fail."""

    def __init__(self, wanted: Wanted, recording: Recording, every: Probes, fuse: Fuse, run: Run) -> None:
        self._wanted = wanted
        self._run = run
        self._recording = recording
        self._every = every
        self._fuse = fuse
        self._recorder: GuardRecorder | None = None
        self._hazards = HazardWatch(fuse)
        self._sequences: Sequences | None = None
        self._warm_up = WarmUp()
        self._judge: Judge | None = None
        self._left: list[Left] = []
        self._failing: list[Left] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        self._recording.book.settle_root(str(config.rootpath.resolve()))
        if not any("LeakWarning" in line for line in config.getini("filterwarnings")):
            config.addinivalue_line("filterwarnings", _FILTER)  # a project's own "error" is not meant for leaks

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """All is collected: what is there now is what tests begin with."""
        if not session.config.pluginmanager.hasplugin("dsession"):  # else the workers run the tests
            self._fuse.run(self._begin, session.config)

    def _begin(self, config: pytest.Config) -> None:
        book, probes = self._recording.book, self._recording.probes
        tracked = {each.kind for each in probes.owned}
        kinds = self._wanted.kinds - tracked
        others = [each for each in self._proven() if each.kind not in tracked | NOT_GUARDED]
        set_by_plugins = [
            each for name, found in _SET_BY.items() for each in found if config.pluginmanager.hasplugin(name)
        ]
        compared = (
            ComparedState(book.camera, self._every, kinds, others, set_by_plugins) if kinds or others else None
        )
        restores = self._wanted.mode == "restore"
        self._recorder = GuardRecorder(self._recording, compared, self._fuse, restores=restores)
        config.pluginmanager.register(self._recorder, "leakcheck-guard-recorder")
        self._hazards.begin(self._recorder)
        config.pluginmanager.register(self._hazards, "leakcheck-guard-hazards")
        self._sequences = Sequences.begin(self._run)

    def _proven(self) -> tuple[Location, ...]:
        """What the last audit has proven, where the user has not said what to look at."""
        return last_proven(Path(self._wanted.options.folder)) if self._wanted.kinds_are_usual else ()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._warm_up.settle()
        self._failing = []
        if self._sequences is not None:
            self._fuse.run(self._sequences.add, nodeid)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, Any, Any]:
        try:
            result = yield
        finally:
            self._left = self._fuse.run(self._collect, item) or []
        self._say([left for left in self._left if left.standing == "counts" and not left.fixture])
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Before it is sent to another process, or read."""
        if self._left and report.when == "teardown":
            self._fuse.run(attach, report, self._left)
            self._left = []

    def _collect(self, item: pytest.Item) -> list[Left]:
        recorder = self._recorder
        if recorder is None:
            return []
        recorder.end_of_test_level()
        if not recorder.left and not recorder.left_by_fixtures:
            return []
        return list(self._judged(recorder, item))

    def _judged(self, recorder: GuardRecorder, item: pytest.Item) -> Iterator[Left]:
        consulted, test = recorder.consulted(), recorder.test_id(item)
        own = [Left(test, each) for each in recorder.left]
        wider = [Left(test, each, _fixture(each)) for each in recorder.left_by_fixtures]
        for seen in (*own, *wider):
            if self._warm_up.is_cleaned_up(seen.change):
                continue
            likely = self._likely(seen, item)
            left = replace(seen, likely=likely.texts)
            if self._warm_up.is_made_by_use(left.change, consulted) and not likely.by_test:
                yield replace(left, standing="warm")
            else:
                yield self._settled(left, recorder, item)

    def _settled(self, left: Left, recorder: GuardRecorder, item: pytest.Item) -> Left:
        """Whether it counts, what became of it, and whether it is an error of a fixture."""
        from leakcheck.guard import saying
        from leakcheck.guard.judging import Judge

        kinds = self._recording.probes.kinds
        self._judge = self._judge or Judge.of(self._wanted.judging, kinds, date.today())
        left = self._judge.judged(left, item)
        if self._wanted.mode == "restore":
            return replace(left, undone="impossible" if left.change.location in recorder.stuck else "done")
        if not left.fixture or left.standing != "counts":
            return left
        return replace(left, fails=self._wanted.mode == "fail" or saying.raises(left, kinds))

    def _likely(self, left: Left, item: pytest.Item) -> LikelyLines:
        """Where it was written, as far as the source tells."""
        from leakcheck.guard.likely import LikelyLines, likely_lines
        from leakcheck.guard.sources import functions_of

        change = left.change
        if change.internal or any(source.line for source in change.sources):
            return LikelyLines()
        fixture = next((each.fixture or "" for each in change.sources), "") if left.fixture else ""
        with suppress(Exception):  # sources may be anything: then no line is told
            root = os.path.realpath(str(item.config.rootpath))
            return likely_lines(change, functions_of(item, fixture), lambda file: relative(file, root))
        return LikelyLines()

    def _say(self, left: list[Left]) -> None:
        """Where a plugin runs a test again that has failed so, what it left is there already: it fails again."""
        if not left and self._failing:
            left = self._failing
        if not left or self._wanted.mode == "restore":
            return
        from leakcheck.guard import saying

        kinds = self._recording.probes.kinds
        fails = self._wanted.mode == "fail"
        self._failing = [each for each in left if fails or saying.raises(each, kinds)]
        if self._failing:
            pytest.fail(saying.as_error(self._failing, kinds, self._wanted.judging.baseline), pytrace=False)


def _fixture(change: Change) -> str:
    """What to call the fixture that left it: `tests/conftest.py::client (module scope)`."""
    source = next((each for each in change.sources if each.fixture), None)
    if source is None:
        return "that several tests share"
    return f"{source.file}::{source.fixture} ({source.scope} scope)"
