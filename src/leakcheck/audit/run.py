"""An audit: open the suite, calibrate, and settle every question that its executions raise."""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from leakcheck import __version__
from leakcheck.audit import search
from leakcheck.audit.bench import Bench
from leakcheck.audit.calibrate import calibrate
from leakcheck.audit.excerpts import excerpts_for
from leakcheck.audit.killed import put_back_leftovers
from leakcheck.audit.leftovers import likely_root, of_killed, told
from leakcheck.audit.opening import open_bench
from leakcheck.audit.progress import Progress
from leakcheck.audit.resuming import Earlier, check_same, resumed
from leakcheck.audit.salts import keep_salt
from leakcheck.audit.sources import sources_of
from leakcheck.audit.turns import in_turn
from leakcheck.engine import Engine, Guard, Launch, Limits, Unseen, uninterrupted
from leakcheck.engine.scratch import close as close_scratch
from leakcheck.errors import CannotRecord, Interrupted, UsageError
from leakcheck.events import Begun, Completed, Excerpts, Note, Sources
from leakcheck.options import Options
from leakcheck.probes._secrets import Redactor
from leakcheck.records import Suite
from leakcheck.store import AuditFolder, left_in

_WAY_ON = "`leakcheck run --resume` goes on from there, `leakcheck report` shows what is known by now"


def run_audit(options: Options, progress: Progress, earlier: Earlier | None = None) -> AuditFolder:
    """Audit the suite that `options` name, or go on with an `earlier` audit by its own options.

    Everything learnt is on disk when this returns or raises. `Interrupted` is raised for a signal.
    """
    began = time.monotonic()
    collected = earlier is not None
    folder = None if earlier is None else earlier.folder
    try:
        if earlier is not None:
            os.close(earlier.folder.lock())  # who has it now will not leave anything to go on with
        here = Path.cwd()
        salt = earlier.salt if earlier is not None else ""
        with in_turn(here, progress):
            folder = folder or _begin(options, progress)
            with engine_for(options, folder, earlier=earlier, salt=salt) as engine:
                known = earlier.suite.launcher if earlier is not None else ""
                bench, control = open_bench(engine, options, progress, known)
                collected = True
                _settle_sources(engine, bench.suite, earlier)
                calibrate(bench, control)
                search.settle(bench)
                engine.disk.put_back_the_start()
                _tell_leftovers(bench)
                _tell_temporary(bench)
                keep_excerpts(folder, bench)
                engine.keep("audit", Completed(round(time.monotonic() - began, 3)))
                return folder
    except KeyboardInterrupt as asked:
        again = isinstance(asked.__context__, KeyboardInterrupt)  # while the first was being heeded
        raise _interrupted(folder if collected else None, again=again) from None
    except CannotRecord as error:
        raise _out_of_room(error, folder if collected else None) from None


def _tell_leftovers(bench: Bench) -> None:
    """What could not be put back, and what nobody was seen to change."""
    disk, unseen = bench.engine.disk, bench.engine.unseen
    others = unseen.left(disk.remaining()) if unseen is not None else []
    for each in filter(None, (*disk.troubles(), told(others, bench.suite.rootdir))):
        bench.note("files", each)


def _tell_temporary(bench: Bench) -> None:
    if bench.options.keep_temp:
        bench.note("temp", f"what tests left in their temporary folders is kept in {bench.engine.launch.scratch}")


def _interrupted(folder: AuditFolder | None, *, again: bool) -> Interrupted:
    if folder is None:
        return Interrupted("interrupted, before the suite was known: there is nothing to go on with")
    told = Interrupted("interrupted: what was executed is kept", hint=f"{_WAY_ON}.")
    told.kept = "" if again else str(folder.path)
    return told


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
        keep_salt(engine.launch.folder.path, engine.launch.salt)
        return
    try:
        check_same(earlier, suite, sources)
    except UsageError:
        engine.forget_suite()
        raise


def keep_excerpts(folder: AuditFolder, bench: Bench) -> None:
    """Keep the lines that wrote: the project's files may be others by the time of the report."""
    launch = bench.engine.launch
    redactor = None if launch.show_values else Redactor(launch.salt)
    folder.append("audit", Excerpts(excerpts_for(bench.suite, bench.executions, redactor)))


@contextmanager
def engine_for(
    options: Options, folder: AuditFolder, *, first: int = 1, earlier: Earlier | None = None, salt: str = ""
) -> Iterator[Engine]:
    """An engine that writes to `folder`, and numbers its executions from `first` on; it ends with the context.

    It answers from what an `earlier` audit has executed, as far as that goes. `salt` is that of the audit, if there
    is one already.
    """
    lock = folder.lock()
    scratch, guard = _scratch()
    launch = Launch(
        python=options.python,
        args=(*options.paths, *options.pytest_args),
        folder=folder,
        scratch=scratch,
        salt=salt or secrets.token_hex(16),
        show_values=options.show_values,
        keep_temp=options.keep_temp,
        guard=guard,
    )
    limits = Limits(options.test_timeout, options.execution_timeout)
    engine = Engine(launch, limits, options.lanes, fork=options.engine != "spawn", _numbers=count(first))
    try:
        if earlier is not None:
            _take_over(engine, folder)
        engine.unseen = Unseen.begin(folder, likely_root(options.paths), scratch)
        yield engine
    finally:
        try:
            engine.stop()
        finally:
            guard.close()
            close_scratch(scratch, keep=options.keep_temp)
            os.close(lock)


def _scratch() -> tuple[str, Guard]:
    """A folder for what nobody needs when the audit is over, and who removes it if the audit cannot."""
    try:
        scratch = tempfile.mkdtemp(prefix="lc-")
    except OSError as error:
        raise CannotRecord(f"cannot make a temporary folder: {error.strerror}") from error
    with uninterrupted():
        return scratch, Guard.start(scratch)


def _begin(options: Options, progress: Progress) -> AuditFolder:
    notes = [*put_back_leftovers(Path(options.folder)), *of_killed(Path(options.folder))]
    folder = AuditFolder.create(Path(options.folder))
    folder.begin("audit")
    begun = Begun(__version__, datetime.now(UTC).isoformat(timespec="seconds"), options.as_text())
    folder.append("audit", begun, *(Note("files", text) for text in notes))
    for text in notes:
        progress.note(text)
    return folder


def _take_over(engine: Engine, folder: AuditFolder) -> None:
    folder.append("audit", resumed(folder))
    engine.take_over(left_in(folder))
