"""One outcome per test from pytest's reports, and nothing that could hold a value."""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from typing import Any

import pytest

from leakcheck.recorder.changes.wider_fixtures import taken_apart
from leakcheck.records import FixtureError, Outcome

_NAME = re.compile(r"^[A-Za-z_][\w.]*")


class Outcomes:
    """Collects the reports of the running test. Registered as a plugin: it only listens."""

    def __init__(self, root: str) -> None:
        self._root = root
        self.phases: dict[str, str] = {}
        self.crash = ""
        self.wider: tuple[FixtureError, ...] = ()
        self._call: Outcome | None = None
        self._spared: dict[str, Outcome] = {}

    def clear(self) -> None:
        self.phases, self.crash, self.wider, self._call, self._spared = {}, "", (), None, {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
        """What is told of a wider fixture: in the setup of a test, it has kept the test from running."""
        report = yield
        if call.excinfo is not None and report.failed and call.when in ("setup", "teardown"):
            apart = taken_apart(call.excinfo.value, self._root)
            self.wider += tuple(each for each in apart.wider if each not in self.wider)
            if apart.wider and not apart.is_own:
                self._spared[call.when] = "passed" if call.when == "teardown" else "not run"
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome not in ("passed", "failed", "skipped"):
            self.clear()  # a rerun by a plugin: what counts is what comes after it
            return
        outcome = self._spared.get(report.when) if report.failed else None
        spared = outcome is not None
        outcome = outcome or _of_report(report)
        if report.when == "call":
            self._call = "failed" if "failed" in (self._call, outcome) else outcome
        if self.phases.get(report.when) != "failed":
            self.phases[report.when] = outcome
        if report.failed and not spared and not self.crash:
            self.crash = _crash(report, self._root)

    @property
    def outcome(self) -> Outcome:
        setup, teardown = self.phases.get("setup"), self.phases.get("teardown")
        if setup in ("failed", "not run"):
            return "error" if setup == "failed" else "not run"
        if self._call == "failed":
            return "failed"
        if teardown == "failed":
            return "error"
        if self._call is not None:
            return self._call
        return "skipped" if setup == "skipped" else "xfailed" if setup == "xfailed" else "unknown"


def _of_report(report: pytest.TestReport) -> Outcome:
    expected = hasattr(report, "wasxfail")
    if report.outcome == "failed":
        return "failed"
    if report.outcome == "skipped":
        return "xfailed" if expected else "skipped"
    return "xpassed" if expected else "passed"


def _crash(report: Any, root: str) -> str:
    """Exception type and place, for example `AssertionError at tests/test_a.py:12`."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None:
        return f"{report.when} failed"
    name = _NAME.match(crash.message)
    kind = name.group(0) if name else "failure"
    path, line = _own_place(report.longrepr, root) or (crash.path, crash.lineno)
    return f"{'AssertionError' if kind == 'assert' else kind} at {_shown(path, root)}:{line}".replace(os.sep, "/")


def _own_place(longrepr: Any, root: str) -> tuple[str, int] | None:
    """The innermost place of the traceback in the project. pytest tells it as seen from the working folder."""
    entries = getattr(getattr(longrepr, "reprtraceback", None), "reprentries", ())
    places = [place for place in (getattr(entry, "reprfileloc", None) for entry in entries) if place is not None]
    try:
        found = [(os.path.realpath(str(place.path)), int(place.lineno)) for place in places]
    except OSError:  # the working folder is gone
        return None
    own = [(path, line) for path, line in found if _is_own(path, root)]
    return own[-1] if own else None


def _is_own(path: str, root: str) -> bool:
    return path.startswith(os.path.join(root, "")) and "site-packages" not in path


def _shown(path: str, root: str) -> str:
    """Relative to the rootdir; of a file of somebody else's the last two names, which are the same everywhere."""
    if not os.path.isabs(path):
        return path
    shown = os.path.relpath(path, root)
    return shown if not shown.startswith(os.pardir) else os.path.join(os.pardir, *path.split(os.sep)[-2:])
