"""An audit: open the suite, calibrate, and settle every question that its executions raise."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from leakcheck import __version__
from leakcheck.audit.collect import check_orders, check_paths, open_bench
from leakcheck.audit.durations import durations_in
from leakcheck.audit.engine_context import engine_for
from leakcheck.audit.resume import Earlier, check_same
from leakcheck.audit.worker.workplace import BASE
from leakcheck.engine import Cpu, Engine, Job, Since, check_interpreter
from leakcheck.errors import CannotRecord, FolderGone, Interrupted, UsageError
from leakcheck.options import Options
from leakcheck.progress import Progress
from leakcheck.records import Note, Suite
from leakcheck.records.topics import Topic
from leakcheck.search import phases
from leakcheck.search.calibrate import calibrate
from leakcheck.search.outlook import under_way
from leakcheck.search.session import AuditSession
from leakcheck.snapshots.redaction import Redactor
from leakcheck.store import AuditFolder
from leakcheck.wire.events import Begun, Completed, Excerpts, Sources, Spent
from leakcheck.workspace.excerpts import excerpts_for
from leakcheck.workspace.likely_root import likely_root
from leakcheck.workspace.project_lock import in_turn
from leakcheck.workspace.restore_after_kill import put_back_leftovers
from leakcheck.workspace.revision import revision_of
from leakcheck.workspace.salts import keep_salt, key_of_sources, shared_salt
from leakcheck.workspace.source_digests import sources_of
from leakcheck.workspace.unseen_changes import of_killed

CLOSING, LEAST_CLOSING = 0.04, 1.5
"""Of the time that an audit may take so large a part, and so many seconds at least, are for ending executions,
putting back what they have changed, and telling what they have shown."""
Ask = Callable[[AuditSession, Job], AuditSession]
"""Asks the questions of an audit, and returns the bench that has the answers."""
_WAY_ON = "`leakcheck run --resume` goes on from there, `leakcheck report` shows what is known by now"


def _ask_everything(bench: AuditSession, control: Job) -> AuditSession:
    calibrate(bench, control)
    phases.settle(bench)
    return bench


def run_audit(
    options: Options, progress: Progress, earlier: Earlier | None = None, ask: Ask = _ask_everything
) -> AuditFolder:
    """Audit the suite that `options` name, or go on with an `earlier` audit by its own options. What is wanted to
    be known of a suite that is collected, and whose control run goes on, `ask` asks.

    Everything learnt is on disk when this returns or raises. `Interrupted` is raised for a signal.
    """
    began, before = time.monotonic(), Cpu.now().processes
    collected = earlier is not None
    folder = None if earlier is None else earlier.folder
    try:
        if earlier is not None:
            os.close(earlier.folder.lock())  # who has it now will not leave anything to go on with
        check_paths(options)
        check_orders(options)
        durations_in(options.durations)  # what is wrong with them is told before anything runs
        check_interpreter(options.python)
        here = Path.cwd()
        salt = earlier.salt if earlier is not None else _salt(options)
        with in_turn(here, progress):
            folder = folder or _begin(options, progress, salt)
            ends = began + _for_executions(options.wall)
            engines = engine_for(options, folder, salt=salt, earlier=earlier, ends=ends, cluster=options.cluster)
            with engines as engine, told_to(progress, engine):
                known = earlier.suite.launcher if earlier is not None else ""
                share = earlier.share if earlier is not None else None
                since = Since.now(engine.tally)
                bench, control = open_bench(engine, options, progress, known, share)
                engine.keep("audit", since.phase("collect"))
                collected = True
                _settle_sources(engine, bench.suite, earlier)
                bench = ask(bench, control)
                bench.tell_left_out()
                engine.stop()
                _tell_leftovers(bench)
                _tell_temporary(bench)
                keep_excerpts(folder, bench)
                engine.keep("audit", Spent(*Cpu.now().without(before - engine.elsewhere)))
                engine.keep("audit", Completed(round(time.monotonic() - began, 3)))
                return folder
    except KeyboardInterrupt as asked:
        again = isinstance(asked.__context__, KeyboardInterrupt)  # while the first was being heeded
        raise _interrupted(folder if collected else None, again=again) from None
    except FolderGone as error:
        raise _gone(error) from None
    except CannotRecord as error:
        raise _out_of_room(error, folder if collected else None) from None


def _for_executions(wall: float) -> float:
    """How much of the time of an audit is for executions."""
    return max(wall / 2, min((1 - CLOSING) * wall, wall - LEAST_CLOSING))


@contextmanager
def told_to(progress: Progress, engine: Engine) -> Iterator[None]:
    """Have `progress` know what is under way, and tell of an interruption at once: to end takes a while."""
    progress.watch(partial(under_way, engine))
    try:
        yield
    except KeyboardInterrupt:
        progress.stopping()
        raise


def _tell_leftovers(bench: AuditSession) -> None:
    """What could not be put back, and what nobody was seen to change."""
    for each in bench.engine.left(bench.suite.rootdir):
        bench.tell(each)


def _tell_temporary(bench: AuditSession) -> None:
    if bench.options.keep_temp:
        bench.note(
            Topic.TEMP, f"what tests left in their temporary folders is kept in {bench.engine.launch.scratch}"
        )


def _interrupted(folder: AuditFolder | None, *, again: bool) -> Interrupted:
    if folder is None:
        return Interrupted("interrupted, before the suite was known: there is nothing to go on with")
    told = Interrupted("interrupted: what was executed is kept", hint=f"{_WAY_ON}.")
    told.kept = "" if again else str(folder.path)
    return told


def _gone(error: FolderGone) -> FolderGone:
    return FolderGone(
        error.message,
        detail=error.detail,
        hint="What was executed is lost. Name a folder that no test removes with --folder, and begin anew.",
    )


def _out_of_room(error: CannotRecord, folder: AuditFolder | None) -> CannotRecord:
    if folder is None or not folder.exists():
        return CannotRecord(error.message, hint="Make room, or name another folder with --folder.")
    told = CannotRecord(
        f"{error.message}; what was executed is kept",
        hint=f"Make room. {_WAY_ON}.",
    )
    told.kept = str(folder.path)
    return told


def _settle_sources(engine: Engine, suite: Suite, earlier: Earlier | None) -> None:
    """Keep what is needed to go on another time, or make sure that the project's files hold what they held."""
    sources = sources_of(Path(suite.rootdir), engine.launch.salt)
    if earlier is None:
        engine.keep("audit", Sources(sources))
        return
    try:
        check_same(earlier, suite, sources)
    except UsageError:
        engine.forget_suite()
        raise


def keep_excerpts(folder: AuditFolder, bench: AuditSession) -> None:
    """Keep the lines that wrote: the project's files may be others by the time of the report."""
    launch = bench.engine.launch
    redactor = None if launch.show_values else Redactor(launch.salt)
    folder.append("audit", Excerpts(excerpts_for(bench.suite, bench.executions, redactor)))


def _salt(options: Options) -> str:
    """Nobody else's; but digests of shards have to be those of the others, who cannot be asked."""
    if not options.shards:
        return secrets.token_hex(16)
    return shared_salt(sources_of(Path(likely_root(options.paths)), key_of_sources()))


def _begin(options: Options, progress: Progress, salt: str) -> AuditFolder:
    base = Path(options.folder)
    notes = [*put_back_leftovers(base), *put_back_leftovers(base / BASE), *of_killed(base)]
    folder = AuditFolder.create(Path(options.folder))
    keep_salt(folder.path, salt)  # before anything runs: without it, nothing is put back if this audit is killed
    folder.begin("audit")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    begun = Begun(__version__, now, options.as_text(), revision_of(Path.cwd()))
    folder.append("audit", begun, *(Note(Topic.FILES, text) for text in notes))
    for text in notes:
        progress.note(text)
    return folder
