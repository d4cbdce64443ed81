"""`pytest --leakcheck-guard=...` on a suite of hazards: it tells what an audit tells, and heeds severities."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from support import SAMPLES, Ended, run, sample

PLUGINS = ("-p", "anyio.pytest_plugin", "-p", "leakcheck.pytest_plugin", "-p", "no:cacheprovider")
TRUTH = json.loads((SAMPLES / "hazards" / "truth.json").read_text("utf-8"))
OF_AUDITS = "LK504"
"""Who looks at a client's cookies is not noticed by a guard: it would cost every request a little."""
HEAD, SPOT = re.compile(r"^(LK\d+) "), re.compile(r"^   (\S+\.py):(\d+)( |$)")


def guarded(folder: Path, mode: str, *arguments: str) -> Ended:
    return run(folder, sys.executable, "-m", "pytest", *PLUGINS, f"--leakcheck-guard={mode}", *arguments)


def told(text: str) -> dict[str, list[list[object]]]:
    found: dict[str, list[list[object]]] = {}
    code = ""
    for each in text.splitlines():
        head, spot = HEAD.match(each), SPOT.match(each)
        code = head[1] if head else code
        if spot and code:
            found.setdefault(code, []).append([spot[1], int(spot[2])])
    return found


@pytest.mark.processes
def test_a_plain_run_tells_the_truth_and_stays_green(tmp_path: Path) -> None:
    ended = guarded(sample("hazards", tmp_path), "warn")
    assert told(ended.stdout) == {code: spots for code, spots in TRUTH.items() if code != OF_AUDITS}, ended.stdout
    assert ended.code == 0, "they are notes"


@pytest.mark.processes
def test_a_severity_that_counts_ends_a_failing_guard_with_1(tmp_path: Path) -> None:
    folder = sample("hazards", tmp_path)
    for name in [each for each in (folder / "tests").glob("test_*.py") if each.name != "test_overrides.py"]:
        name.unlink()
    assert guarded(folder, "fail").code == 0
    config = folder / "pyproject.toml"
    config.write_text(f'{config.read_text("utf-8")}\n[tool.leakcheck]\nseverity = {{LK501 = "error"}}\n', "utf-8")
    ended = guarded(folder, "fail")
    assert ended.code == 1
    assert "for 2 hazards of a severity that counts, this run ends with 1" in ended.stdout
    ended = guarded(folder, "fail", "tests/test_overrides.py")
    assert ended.code == 0, "who runs one file has not shown that no other uses an override"
