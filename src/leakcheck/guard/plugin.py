"""The guard as a pytest plugin: at the end of each test it asks what was left, and says or undoes it there."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterator
from datetime import date
from typing import Any

import pytest

from leakcheck import LeakWarning
from leakcheck.guard.leaving import Left, attach
from leakcheck.guard.wanted import Wanted
from leakcheck.guard.warm_up import WarmUp
from leakcheck.guard.watching import Fuse, GuardRecorder
from leakcheck.recorder.changes.compared import ComparedState
from leakcheck.recorder.changes.recording import Recording
from leakcheck.records import Change

_FILTER = "default::leakcheck.LeakWarning"


class Guard:
    """One process that runs tests. `_left` is what the running test, and fixtures that ended with it, have left."""

    def __init__(self, wanted: Wanted, recording: Recording, fuse: Fuse) -> None:
        self._wanted = wanted
        self._recording = recording
        self._fuse = fuse
        self._recorder: GuardRecorder | None = None
        self._warm_up = WarmUp()
        self._left: list[Left] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        self._recording.book.settle_root(str(config.rootpath.resolve()))
        if not any("LeakWarning" in line for line in config.getini("filterwarnings")):
            config.addinivalue_line("filterwarnings", _FILTER)  # a project's own "error" is not meant for leaks

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """All is collected: what is there now is what tests begin with."""
        self._fuse.run(self._begin, session.config)

    def _begin(self, config: pytest.Config) -> None:
        book, probes = self._recording.book, self._recording.probes
        kinds = self._wanted.kinds - {each.kind for each in probes.owned}
        compared = ComparedState(book.camera, probes, kinds) if kinds else None
        self._recorder = GuardRecorder(self._recording, compared, self._fuse)
        config.pluginmanager.register(self._recorder, "leakcheck-guard-recorder")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self) -> Generator[None, Any, Any]:
        self._warm_up.settle()
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, Any, Any]:
        try:
            result = yield
        finally:
            self._left = self._fuse.run(self._collect, item) or []
        for left in self._left:
            if left.standing == "counts" and not left.fixture:
                self._say(left)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
        report = yield
        if call.when == "teardown" and self._left:
            self._fuse.run(attach, report, self._left)
            self._left = []
        return report

    def _collect(self, item: pytest.Item) -> list[Left]:
        recorder = self._recorder
        if recorder is None:
            return []
        recorder.end_of_test_level()
        if not recorder.left and not recorder.left_by_fixtures:
            return []
        return list(self._judged(recorder, item))

    def _judged(self, recorder: GuardRecorder, item: pytest.Item) -> Iterator[Left]:
        consulted = recorder.consulted()
        every = (
            *((each, "") for each in recorder.left),
            *((each, _fixture(each)) for each in recorder.left_by_fixtures),
        )
        for change, fixture in every:
            left = Left(recorder.test_id(item), change, fixture)
            if self._warm_up.is_made_by_use(change, consulted):
                yield Left(left.by, change, fixture, "warm")
            else:
                yield self._judge().judged(left, item)

    def _judge(self) -> Any:
        from leakcheck.guard.judging import Judge

        return Judge.of(self._wanted.judging, self._recording.probes.kinds, date.today())

    def _say(self, left: Left) -> None:
        from leakcheck.guard.wording import details, headline, leak_of, who_left

        leak = leak_of((left,), self._recording.probes.kinds)
        text = "\n".join((headline(leak, who_left((left,))), *(f"  {line}" for line in details(leak))))
        if self._wanted.mode == "fail":
            accept = f"\n  accept: add to {self._wanted.judging.baseline}: {left.accept}"
            pytest.fail(f"leakcheck: {text}{accept}", pytrace=False)
        if self._wanted.mode == "warn":
            file, line = (leak.sources[0].file, leak.sources[0].line) if leak.sources else (left.by, 0)
            warnings.warn_explicit(text, LeakWarning, file, line)


def _fixture(change: Change) -> str:
    """What to call the fixture that left it: `tests/conftest.py::client (module scope)`."""
    source = next((each for each in change.sources if each.fixture), None)
    if source is None:
        return "that several tests share"
    return f"{source.file}::{source.fixture} ({source.scope} scope)"
