"""What the guard shows behind the run: one section, however many processes ran the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from leakcheck.guard.leaving import Left, carried
from leakcheck.guard.wanted import Wanted
from leakcheck.guard.watching import Fuse
from leakcheck.records import Kind


class Section:
    """Gathers what reports carry, in the process that shows them."""

    def __init__(self, config: pytest.Config, wanted: Wanted, kinds: Mapping[str, Kind], fuse: Fuse) -> None:
        self._config = config
        self._wanted = wanted
        self._kinds = kinds
        self._fuse = fuse
        self._left: list[Left] = []

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if hasattr(self._config, "workerinput"):
            return
        self._left += self._fuse.run(_all_of, report) or ()

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        lines = self._fuse.run(self._lines) or ()
        if self._fuse.blown:
            lines = [f"the guard broke and is off: {self._fuse.blown}"]
        if lines:
            terminalreporter.section("leakcheck")
            for line in lines:
                terminalreporter.write_line(line)

    def _lines(self) -> list[str]:
        if not self._left:
            return []
        from leakcheck.guard.page import lines_of

        return list(lines_of(self._left, self._wanted, self._kinds))


def _all_of(report: Any) -> list[Left]:
    return list(carried(report))
