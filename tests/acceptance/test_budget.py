"""An audit that has a time for all of it, of a suite that would take far longer, by real processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support import Project, leakcheck

TESTS = 10
PROJECT = Project(
    {
        "pytest.ini": "[pytest]\npythonpath = .\n",
        "shared.py": "STATE = {}\n",
        "test_naps.py": "import time\nimport pytest\nimport shared\n"
        f"@pytest.mark.parametrize('number', range({TESTS}))\n"
        "def test_naps(number):\n    time.sleep(0.4)\n    assert 'x' not in shared.STATE\n"
        "def test_writes():\n    shared.STATE['x'] = 1\n",
    }
)
NAP = Project({"test_a.py": "import time\ndef test_a():\n    time.sleep(600)\n"})
WALL = 20.0


def report(folder: Path) -> dict[str, object]:
    ended = leakcheck(folder, "report", "--json", "-", "--fail-on", "never")
    assert ended.code == 0, ended.stderr
    found: dict[str, object] = json.loads(ended.stdout)
    return found


def test_it_ends_in_time_tells_what_is_missing_and_goes_on_when_asked() -> None:
    with PROJECT.folder() as folder:
        ended = leakcheck(folder, "run", "--random", "20", "--budget", f"{WALL:g}s", "--fail-on", "never")
        assert ended.code == 0, ended.stderr
        first = report(folder)
        assert first["cost"]["audit_seconds"] < 1.1 * WALL  # type: ignore[index]
        certificate = first["certificate"]
        assert certificate["budget_exhausted"]  # type: ignore[index]
        assert certificate["budget"] == "20 seconds for the whole audit"  # type: ignore[index]
        assert "random 20" in certificate["orders_not_run"]  # type: ignore[index]
        assert "The budget was spent before every question was asked: " in ended.stdout

        again = leakcheck(folder, "run", "--resume", "--budget", "60s", "--fail-on", "never")
        assert again.code == 0, again.stderr
        second = report(folder)
        assert second["certificate"]["never_alone"] == []  # type: ignore[index]
        assert second["certificate"]["budget"] == "60 seconds for the whole audit"  # type: ignore[index]
        assert len(second["orders"]) > len(first["orders"])  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", ["fork", "spawn"])
def test_a_test_that_takes_longer_than_the_audit_may_is_ended_with_it(engine: str) -> None:
    ended = NAP.leakcheck("run", "--budget", "15s", "--engine", engine)
    assert ended.code == 4
    assert "the time of the budget was over before" in ended.stderr
    assert "Give it more time with --budget" in ended.stderr
