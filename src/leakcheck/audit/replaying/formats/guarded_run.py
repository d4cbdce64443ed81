"""What the guard keeps of a run: a folder with a file for each process."""

from __future__ import annotations

from pathlib import Path

from leakcheck.audit.replaying.recorded_run import Gathering, RecordedRun
from leakcheck.wire.run_logs import FAILED, SOURCES, SUFFIX, parse_failed, parse_sources


class Reader:
    says = "the folder of a run that the guard has kept"

    def read(self, log: Path) -> RecordedRun | None:
        files = sorted(log.glob(f"*{SUFFIX}")) if log.is_dir() else []
        ran = [each for each in files if each.name not in (FAILED, SOURCES)]
        if not ran:
            return None
        gathering = Gathering()
        for each in ran:
            for test in _text(each).splitlines():
                gathering.add(each.stem, test)
        for worker, test in parse_failed(_text(log / FAILED)):
            gathering.add(worker, test, failed=True)
        return RecordedRun(gathering.ran(), sources=parse_sources(_text(log / SOURCES)))


def _text(file: Path) -> str:
    return file.read_text("utf-8", "replace") if file.is_file() else ""
