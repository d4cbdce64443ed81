"""A stored audit, shown: in the reports that were asked for, and to the person who did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from leakcheck.audit import result_of
from leakcheck.cli.display import Display
from leakcheck.cli.formats import Targets, write_formats
from leakcheck.cli.output import STANDARD_OUTPUT
from leakcheck.errors import Interrupted, LeakcheckError
from leakcheck.options import Judging
from leakcheck.records import Result
from leakcheck.store import Audit, AuditFolder
from leakcheck.store.proven import keep_proven


def show_audit(
    folder: AuditFolder,
    judging: Judging,
    targets: Targets,
    display: Display,
    audit: Audit | None = None,
    *,
    keeps_proven: bool = False,
) -> int:
    """Write and show the reports of an audit; the exit code that follows from what it has found."""
    result: Result = result_of(folder, judging, date.today(), audit)
    if keeps_proven:
        keep_proven(folder.path, result.leaks)
    try:
        write_formats(result, targets)
    finally:
        if STANDARD_OUTPUT not in targets.values():
            display.show(result)
    return result.exit_code


@contextmanager
def so_far(judging: Judging, targets: Targets, display: Display) -> Iterator[None]:
    """An audit that ends in here before its time shows what it knows."""
    try:
        yield
    except Interrupted as stopped:
        if stopped.kept:
            _show_so_far(stopped, judging, targets, display)
        raise


def _show_so_far(stopped: Interrupted, judging: Judging, targets: Targets, display: Display) -> None:
    """What is in the way of that is no news beside it."""
    try:
        show_audit(AuditFolder(Path(stopped.kept)), judging, targets, display)
    except LeakcheckError as error:
        stopped.detail = error.message
