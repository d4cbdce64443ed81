"""What the guard shows behind the run: one section, however many processes ran the tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from leakcheck.guard.hazards import Gathered
from leakcheck.guard.leaving import ATTRIBUTE, Left, carried
from leakcheck.guard.wanted import Wanted
from leakcheck.guard.watching import Fuse
from leakcheck.records import Finding, Kind, Location

_BROKEN = "leakcheck_broken"
_GREEN = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


class Section:
    """Gathers what reports carry, in the process that shows them, and lets fixtures fail that leak."""

    def __init__(self, config: pytest.Config, wanted: Wanted, kinds: Mapping[str, Kind], fuse: Fuse) -> None:
        self._config = config
        self._wanted = wanted
        self._kinds = kinds
        self._fuse = fuse
        self._left: list[Left] = []
        self._gathered = Gathered()
        self._found: tuple[Finding, ...] | None = None
        self._failed: set[tuple[str, Location]] = set()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if hasattr(self._config, "workerinput"):
            return
        self._fuse.run(self._gathered.add, report)
        if not hasattr(report, ATTRIBUTE):
            return
        found = self._fuse.run(_all_of, report)
        if found:
            self._left += found
            self._let_fail([each for each in found if each.fails])

    def _let_fail(self, left: list[Left]) -> None:
        """Once, however many processes have set a fixture up."""
        new = [each for each in left if (each.fixture, each.change.location) not in self._failed]
        if not new:
            return
        from leakcheck.guard.saying import errors_of_fixtures

        self._failed.update((each.fixture, each.change.location) for each in new)
        for report in errors_of_fixtures(new, self._kinds, self._wanted.judging.baseline):
            self._config.hook.pytest_runtest_logreport(report=report)
            _uncount(self._config, report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A run that was to fail at new leaks, and was not looked at to its end, is no run that has passed. Hazards
        are no error of a test: they end a run with 1 that would else have ended with 0."""
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_BROKEN] = self._fuse.blown
        elif self._fuse.blown and self._wanted.mode == "fail" and session.exitstatus in _GREEN:
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        elif session.exitstatus == pytest.ExitCode.OK and self._fuse.run(self._ends_with_1):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker is at its end."""
        self._fuse.blown = self._fuse.blown or getattr(node, "workeroutput", {}).get(_BROKEN, "")

    def _ends_with_1(self) -> bool:
        found = self._hazards()
        if not found:
            return False
        from leakcheck.guard.hazards_told import failing

        return bool(failing(found, self._wanted))

    def _hazards(self) -> tuple[Finding, ...]:
        """Of the run that is over: asked for once."""
        if self._found is None:
            found = tuple(self._gathered.found())
            self._found = self._judged(found) if found else ()
        return self._found

    def _judged(self, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
        from leakcheck.guard.hazards_told import judged, runs_all

        suite = replace(self._gathered.suite, kinds=self._kinds)
        return judged(found, suite, self._wanted.judging, of_all_tests=runs_all(self._config))

    def _lines_of_hazards(self) -> list[str]:
        found = self._hazards()
        if not found:
            return []
        from leakcheck.guard.hazards_told import lines_of

        return list(lines_of(found, self._wanted))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        lines = self._fuse.run(self._lines) or []
        if self._fuse.blown:
            lines = [f"the guard broke, and is off since then: {self._fuse.blown}"]
            if self._wanted.mode == "fail":
                lines.append("what ran behind that was not looked at: so this run does not count as passed")
        if lines:
            terminalreporter.section("leakcheck")
            for line in lines:
                terminalreporter.write_line(line)

    def _lines(self) -> list[str]:
        hazards = self._lines_of_hazards()
        if not self._left:
            return hazards
        from leakcheck.guard.page import lines_of

        return [*lines_of(self._left, self._wanted, self._kinds), *hazards]


def _uncount(config: pytest.Config, fixture: str) -> None:
    """A fixture is no test: no run can select it, and it is no part of a hundred per cent."""
    plugins = config.pluginmanager
    getattr(plugins.getplugin("lfplugin"), "lastfailed", {}).pop(fixture, None)
    getattr(plugins.getplugin("terminalreporter"), "_progress_nodeids_reported", set()).discard(fixture)


def _all_of(report: Any) -> list[Left]:
    return list(carried(report))
