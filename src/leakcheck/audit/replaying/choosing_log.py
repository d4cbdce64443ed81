"""Which run is replayed: the log that the user has named, else the newest that the guard has kept and in which
something failed."""

from __future__ import annotations

from pathlib import Path

from leakcheck.audit.replaying.formats import readers
from leakcheck.audit.replaying.recorded_run import RecordedRun
from leakcheck.errors import Unreadable, UsageError
from leakcheck.wire.run_logs import FAILED, FOLDER

_WAYS = (
    "Run pytest with --leakcheck-guard=warn and have it fail, or name a log with --log: the folder of a run that a "
    "guard has kept elsewhere, a file of pytest-reportlog, or JUnit XML."
)


def newest_run(base: Path) -> Path:
    """The folder of the newest run below `base` in which a test failed."""
    runs = base / FOLDER
    found = _failing(runs)
    if found:
        return found[-1]
    why = "the guard has kept no run" if not runs.is_dir() else "no test failed in any run that the guard has kept"
    raise UsageError(f"{why} in {runs}", hint=_WAYS)


def _failing(runs: Path) -> list[Path]:
    """The folders in it of runs in which a test failed, the newest last."""
    return sorted(each.parent for each in runs.glob(f"*/{FAILED}"))


def read_run(log: Path) -> RecordedRun:
    """What `log` tells, whatever its format is."""
    if log.is_dir() and (kept := _failing(log)):
        log = kept[-1]
    if not log.exists():
        raise UsageError(f"no such log: {log}", hint=_WAYS)
    try:
        found = next((run for each in readers() if (run := each.read(log)) is not None), None)
    except OSError as error:
        raise Unreadable(f"{log} cannot be read: {error.strerror}") from None
    if found is None:
        known = " or ".join([", ".join(each.says for each in readers()[:-1]), readers()[-1].says])
        raise UsageError(f"{log} is no log of a run: {known} is expected", hint=_WAYS)
    if not found.tests:
        raise UsageError(f"{log} names no test", hint=_WAYS)
    return found
