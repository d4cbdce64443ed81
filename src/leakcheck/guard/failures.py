"""Who failed in a guarded run: kept beside the sequences, so that `leakcheck replay` can begin."""

from __future__ import annotations

from typing import Any

import pytest

from leakcheck.guard.leaving import ATTRIBUTE
from leakcheck.guard.runs import NAME_FOR_WORKERS, Run, keep_failure, keep_sources
from leakcheck.guard.watching import Fuse


class Failures:
    """Nothing is written before the first failure. The process that has started workers writes for them: it learns
    of those that crash, too."""

    def __init__(self, run: Run, fuse: Fuse, *, fails: bool) -> None:
        """`fails`: leaks are errors, which are no news about a sequence."""
        self._run = run
        self._fuse = fuse
        self._fails = fails
        self._any = False

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """A worker is about to start."""
        node.workerinput[NAME_FOR_WORKERS] = self._run.name

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not (self._fails and report.when == "teardown" and hasattr(report, ATTRIBUTE)):
            self._any = True
            if not self._run.is_worker:
                self._fuse.run(keep_failure, self._run, report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        items = getattr(session, "items", None)
        if self._any and items:
            self._fuse.run(keep_sources, self._run, items)
