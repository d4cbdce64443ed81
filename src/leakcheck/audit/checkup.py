"""Would an audit work here, and what would it cost? The suite is collected, and run once by plain pytest."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from leakcheck import __version__
from leakcheck.audit.collect import check_paths, open_bench
from leakcheck.audit.engine_context import engine_for
from leakcheck.audit.stored_result import forked, plain_runs
from leakcheck.engine import check_interpreter
from leakcheck.options import Options
from leakcheck.own_folders import Own, remove_own
from leakcheck.progress import Progress
from leakcheck.records import Execution, Suite
from leakcheck.search.outlook import outlook_for
from leakcheck.search.session import AuditSession
from leakcheck.store import Audit, AuditFolder
from leakcheck.wire.events import Begun
from leakcheck.workspace.project_lock import in_turn
from leakcheck.workspace.salts import keep_salt


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was seen of a suite. `plain` are the seconds of a plain run and `outcomes` what came of its tests; an
    audit takes from `least` to `most` seconds; `measured` is when that was measured, "" if it is an estimate."""

    suite: Suite
    forks: bool
    lanes: int
    plain: float
    least: float
    most: float
    outcomes: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    measured: str = ""


def check_up(options: Options, progress: Progress) -> Checkup:
    """Look at the suite that `options` name. What the plain run changes in files is put back; nothing is kept."""
    check_paths(options)
    check_interpreter(options.python)
    salt = secrets.token_hex(16)
    with in_turn(Path.cwd(), progress):
        base = Path(options.folder)
        folder = AuditFolder.create(base)
        try:
            keep_salt(folder.path, salt)
            folder.begin("audit")
            folder.append("audit", Begun(__version__, "", options.as_text()))
            with engine_for(options, folder, salt=salt) as engine:
                bench, job = open_bench(engine, options, progress)
                return _seen(bench, engine.finish(job))
        finally:
            if not folder.has_copies():  # those that could not be put back are for a person
                remove_own(Own.at(str(base)), folder.path.name)


def stored_checkup(audit: Audit) -> Checkup:
    """The same of a finished audit, which has measured it."""
    control = (plain_runs(audit.control) or audit.control)[0]
    return Checkup(
        audit.suite,
        forked(audit),
        audit.lanes,
        control.seconds,
        audit.seconds,
        audit.seconds,
        _outcomes(control),
        tuple(note.text for note in audit.notes),
        audit.created,
    )


def _seen(bench: AuditSession, control: Execution) -> Checkup:
    plain = max(control.seconds, 0.1)
    ahead = outlook_for(bench, plain)
    least = 2 * plain + sum(ahead.phases.values())
    wall = bench.options.wall
    return Checkup(
        bench.suite,
        bench.engine.fork,
        bench.engine.at_a_time,
        plain,
        min(least, wall),
        min(least + ahead.search, wall),
        _outcomes(control),
        tuple(bench.notes),
    )


def _outcomes(control: Execution) -> Mapping[str, int]:
    return Counter(str(run.outcome) for run in control.runs)
