"""A pytest plugin for plain runs, without leakcheck: the outcome of every test, in the words that leakcheck uses.

Loaded by `-p plain_outcomes`; writes JSON to the file that PLAIN_OUTCOMES names. Also right under pytest-xdist,
where the controller hears the reports of its workers.
"""

import json
import os
from pathlib import Path

import pytest


class Outcomes:
    """The outcome of each test by node id: a failed set-up or teardown is an error, whatever the call was."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.by_test: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if type(report) is not pytest.TestReport:
            return  # a subtest's: its test reports for itself
        if report.when == "call" or not report.passed:
            self.by_test[report.nodeid] = outcome(report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not hasattr(session.config, "workerinput"):
            self.target.write_text(json.dumps(self.by_test))


def outcome(report: pytest.TestReport) -> str:
    """The word for one report."""
    expected = hasattr(report, "wasxfail")
    if report.skipped:
        return "xfailed" if expected else "skipped"
    if report.failed:
        return "failed" if report.when == "call" else "error"
    return "xpassed" if expected else "passed"


def pytest_configure(config: pytest.Config) -> None:
    target = os.environ.get("PLAIN_OUTCOMES")
    if target:
        config.pluginmanager.register(Outcomes(Path(target)))
