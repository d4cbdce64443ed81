"""What plain pytest makes of a suite, test by test: what an audit of it is held against."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from support import run

_PLUGIN = """
import json, os

ROWS = {}

def pytest_runtest_logreport(report):
    ROWS.setdefault(report.nodeid, []).append([report.when, report.outcome, hasattr(report, "wasxfail")])

def pytest_unconfigure():
    with open(os.environ["OUTCOMES_OF_PLAIN_PYTEST"], "w") as stream:
        json.dump(ROWS, stream)
"""


def outcomes_of(folder: Path, *arguments: str) -> Mapping[str, str]:
    """test -> outcome of plain pytest in `folder`."""
    with tempfile.TemporaryDirectory() as aside:
        Path(aside, "plain_outcomes.py").write_text(_PLUGIN)
        target = Path(aside, "outcomes.json")
        variables = {"PYTHONPATH": aside, "OUTCOMES_OF_PLAIN_PYTEST": str(target)}
        script = str(Path(sys.executable).parent / "pytest")
        ended = run(folder, script, "-p", "plain_outcomes", *arguments, variables=variables)
        assert target.exists(), ended.text
        return {test: _one(rows) for test, rows in json.loads(target.read_text()).items()}


def _one(rows: list[tuple[str, str, bool]]) -> str:
    """One outcome from the reports of set-up, call and teardown, in leakcheck's words."""
    found: dict[str, str] = {}
    for phase, outcome, expected in rows:
        word = {"skipped": "xfailed", "passed": "xpassed"}.get(outcome, outcome) if expected else outcome
        if found.get(phase) != "failed":
            found[phase] = word
    if found["setup"] == "failed" or (found["teardown"] == "failed" and found.get("call") != "failed"):
        return "error"
    return found.get("call", found["setup"])
