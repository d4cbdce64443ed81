"""`leakcheck audits`: what is stored."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from leakcheck.audit import result_of
from leakcheck.audit.choosing import reason
from leakcheck.cli.common import Config, Folder
from leakcheck.cli.settings import settings_for
from leakcheck.cli.way_out import way_out
from leakcheck.errors import LeakcheckError, Unreadable
from leakcheck.options import Settings
from leakcheck.reports.formats.terminal import console_for
from leakcheck.reports.wording.words import clean
from leakcheck.store import Audit, AuditFolder, latest, read_audit
from leakcheck.store import audits as stored_audits

_COLUMNS = "{:<20}  {:<16}  {:>6}  {}"


def audits(folder: Folder = None, config: Config = None) -> None:
    """List what is kept, the newest first: the id that --audit takes, when, how many tests, what came of it."""
    settings = settings_for(config, folder=folder)
    base = Path(settings.options.folder)
    with way_out(settings):
        latest(base)
    _say(_COLUMNS.format("id", "when", "tests", "what came of it"))
    for each in stored_audits(base):
        _say(_row(each, settings))


def _row(folder: AuditFolder, settings: Settings) -> str:
    try:
        audit = read_audit(folder)
    except Unreadable as error:
        return _COLUMNS.format(folder.path.name, "", "", f"failed: {reason(folder, error)}")
    state = "; ".join(_states(folder, audit, settings))
    return _COLUMNS.format(folder.path.name, _when(audit.created), f"{len(audit.suite.tests):,}", state)


def _states(folder: AuditFolder, audit: Audit, settings: Settings) -> Iterator[str]:
    if audit.damaged:
        yield "damaged"
    elif not audit.finished:
        yield "not finished"
    if not audit.executions:
        yield "no test has run"
        return
    try:
        yield result_of(folder, settings.judging, audit=audit).verdict
    except LeakcheckError as error:
        yield f"failed: {error.message}"


def _when(created: str) -> str:
    """In the time of the reader."""
    try:
        return datetime.fromisoformat(created).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return ""


def _say(text: str) -> None:
    console_for(sys.stdout).print(clean(text), markup=False, highlight=False, soft_wrap=True)
