"""The log of pytest-reportlog: a line of JSON for each report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leakcheck.audit.replaying.recorded_run import Gathering, RecordedRun

_TYPE = "$report_type"


class Reader:
    says = "a log of pytest-reportlog"

    def read(self, log: Path) -> RecordedRun | None:
        if not log.is_file():
            return None
        gathering, is_ours = Gathering(), False
        for line in _lines(log):
            is_ours = is_ours or _TYPE in line or "pytest_version" in line
            if line.get(_TYPE) == "TestReport" and isinstance(line.get("nodeid"), str):
                failed = line.get("outcome") == "failed"
                gathering.add(_worker(line), line["nodeid"], failed=failed)
        return RecordedRun(gathering.ran()) if is_ours else None


def _worker(report: dict[str, Any]) -> str:
    """The one that a report names; of a test that has crashed, only the node is told."""
    node = str(report.get("node", "")).removeprefix("<WorkerController ").removesuffix(">")
    return str(report.get("worker_id") or node)


def _lines(log: Path) -> Iterator[dict[str, Any]]:
    """Those that hold an object; none of a file whose first line does not."""
    with log.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines):
            try:
                found = json.loads(line)
            except ValueError:
                found = None
            if isinstance(found, dict):
                yield found
            elif number == 0:
                return
