"""What the guard shows behind the run: one section, however many processes ran the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from leakcheck.guard.leaving import ATTRIBUTE, Left, carried
from leakcheck.guard.wanted import Wanted
from leakcheck.guard.watching import Fuse
from leakcheck.records import Kind, Location

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
        self._failed: set[tuple[str, Location]] = set()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not hasattr(report, ATTRIBUTE) or hasattr(self._config, "workerinput"):
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
        """A run that was to fail at new leaks, and was not looked at to its end, is no run that has passed."""
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_BROKEN] = self._fuse.blown
        elif self._fuse.blown and self._wanted.mode == "fail" and session.exitstatus in _GREEN:
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker is at its end."""
        self._fuse.blown = self._fuse.blown or getattr(node, "workeroutput", {}).get(_BROKEN, "")

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
        if not self._left:
            return []
        from leakcheck.guard.page import lines_of

        return list(lines_of(self._left, self._wanted, self._kinds))


def _uncount(config: pytest.Config, fixture: str) -> None:
    """A fixture is no test: no run can select it, and it is no part of a hundred per cent."""
    plugins = config.pluginmanager
    getattr(plugins.getplugin("lfplugin"), "lastfailed", {}).pop(fixture, None)
    getattr(plugins.getplugin("terminalreporter"), "_progress_nodeids_reported", set()).discard(fixture)


def _all_of(report: Any) -> list[Left]:
    return list(carried(report))
