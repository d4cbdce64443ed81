"""An audit: open the suite, calibrate, and settle every question that its executions raise."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path

from leakcheck import __version__
from leakcheck.audit import search
from leakcheck.audit.bench import Bench
from leakcheck.audit.calibrate import calibrate
from leakcheck.audit.excerpts import excerpts_for
from leakcheck.audit.killed import put_back_leftovers
from leakcheck.audit.leftovers import likely_root, of_killed, told
from leakcheck.audit.opening import check_paths, open_bench
from leakcheck.audit.outlook import under_way
from leakcheck.audit.progress import Progress
from leakcheck.audit.resuming import Earlier, check_same, resumed
from leakcheck.audit.salts import keep_salt
from leakcheck.audit.sources import sources_of
from leakcheck.audit.turns import in_turn
from leakcheck.engine import Engine, Guard, Launch, Limits, Unseen, check_interpreter, uninterrupted
from leakcheck.engine.scratch import close as close_scratch
from leakcheck.errors import CannotRecord, FolderGone, Interrupted, UsageError
from leakcheck.events import Begun, Completed, Excerpts, Note, Sources
from leakcheck.options import Options
from leakcheck.own_folders import Own
from leakcheck.probes._secrets import Redactor
from leakcheck.records import Suite
from leakcheck.records.topics import Topic
from leakcheck.store import MARK, AuditFolder, left_in

_WAY_ON = "`leakcheck run --resume` goes on from there, `leakcheck report` shows what is known by now"

_UNSAFE_TO_FORK = ("win32", "darwin")


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
        check_paths(options)
        check_interpreter(options.python)
        here = Path.cwd()
        salt = earlier.salt if earlier is not None else secrets.token_hex(16)
        with in_turn(here, progress):
            folder = folder or _begin(options, progress, salt)
            with engine_for(options, folder, salt=salt, earlier=earlier) as engine, told_to(progress, engine):
                known = earlier.suite.launcher if earlier is not None else ""
                bench, control = open_bench(engine, options, progress, known)
                collected = True
                _settle_sources(engine, bench.suite, earlier)
                calibrate(bench, control)
                search.settle(bench)
                bench.tell_left_out()
                engine.disk.put_back_the_start()
                _tell_leftovers(bench)
                _tell_temporary(bench)
                keep_excerpts(folder, bench)
                engine.keep("audit", Completed(round(time.monotonic() - began, 3)))
                return folder
    except KeyboardInterrupt as asked:
        again = isinstance(asked.__context__, KeyboardInterrupt)  # while the first was being heeded
        raise _interrupted(folder if collected else None, again=again) from None
    except FolderGone as error:
        raise _gone(error) from None
    except CannotRecord as error:
        raise _out_of_room(error, folder if collected else None) from None


@contextmanager
def told_to(progress: Progress, engine: Engine) -> Iterator[None]:
    """Have `progress` know what is under way, and tell of an interruption at once: to end takes a while."""
    progress.watch(partial(under_way, engine))
    try:
        yield
    except KeyboardInterrupt:
        progress.stopping()
        raise


def _tell_leftovers(bench: Bench) -> None:
    """What could not be put back, and what nobody was seen to change."""
    disk, unseen = bench.engine.disk, bench.engine.unseen
    known = {Path(name) for name in (*disk.remaining(), *disk.held())}
    others = [name for name in (unseen.left(disk.remaining()) if unseen is not None else []) if not _is_told(Path(name), known)]
    for each in filter(None, (*disk.troubles(), told(others, bench.suite.rootdir))):
        bench.note(Topic.FILES, each)


def _is_told(path: Path, known: set[Path]) -> bool:
    """Whether it, or a folder that it lies in, is named already."""
    return not known.isdisjoint((path, *path.parents))


def _tell_temporary(bench: Bench) -> None:
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


def keep_excerpts(folder: AuditFolder, bench: Bench) -> None:
    """Keep the lines that wrote: the project's files may be others by the time of the report."""
    launch = bench.engine.launch
    redactor = None if launch.show_values else Redactor(launch.salt)
    folder.append("audit", Excerpts(excerpts_for(bench.suite, bench.executions, redactor)))


@contextmanager
def engine_for(
    options: Options, folder: AuditFolder, *, salt: str, first: int = 1, earlier: Earlier | None = None
) -> Iterator[Engine]:
    """An engine that writes to `folder`, and numbers its executions from `first` on; it ends with the context.

    It answers from what an `earlier` audit has executed, as far as that goes. `salt` is that of the audit.
    """
    lock = folder.lock()
    scratch, guard = _scratch()
    launch = Launch(
        python=options.python,
        args=(*options.paths, *options.pytest_args),
        folder=folder,
        scratch=scratch.path,
        salt=salt,
        show_values=options.show_values,
        guard=guard,
    )
    limits = Limits(options.test_timeout, options.execution_timeout)
    engine = Engine(
        launch,
        limits,
        options.lanes,
        may_fork=_may_fork(options),
        scratch=None if options.keep_temp else scratch,
        _numbers=count(first),
    )
    try:
        if earlier is not None:
            _take_over(engine, folder)
        folder.remove(MARK)
        guard.arm(folder.path)
        engine.look_out(Unseen.begin(folder, likely_root(options.paths), scratch.path, salt))
        yield engine
    except FolderGone as error:
        engine.stop()
        error.detail = "\n".join(engine.disk.troubles())
        raise
    finally:
        try:
            engine.stop()
        finally:
            if folder.has_copies():
                folder.set_mark()
            guard.close()
            close_scratch(scratch, keep=options.keep_temp)
            os.close(lock)


def _may_fork(options: Options) -> bool:
    """Whether forks are asked for, or are safe on this system as a rule."""
    return options.engine == "fork" or (options.engine == "auto" and sys.platform not in _UNSAFE_TO_FORK)


def _scratch() -> tuple[Own, Guard]:
    """A folder for what nobody needs when the audit is over, and who removes it if the audit cannot."""
    try:
        scratch = Own.at(tempfile.mkdtemp(prefix="lc-"))
    except OSError as error:
        raise CannotRecord(f"cannot make a temporary folder: {error.strerror}") from error
    with uninterrupted():
        return scratch, Guard.start(scratch)


def _begin(options: Options, progress: Progress, salt: str) -> AuditFolder:
    notes = [*put_back_leftovers(Path(options.folder)), *of_killed(Path(options.folder))]
    folder = AuditFolder.create(Path(options.folder))
    keep_salt(folder.path, salt)  # before anything runs: without it, nothing is put back if this audit is killed
    folder.begin("audit")
    begun = Begun(__version__, datetime.now(UTC).isoformat(timespec="seconds"), options.as_text())
    folder.append("audit", begun, *(Note(Topic.FILES, text) for text in notes))
    for text in notes:
        progress.note(text)
    return folder


def _take_over(engine: Engine, folder: AuditFolder) -> None:
    folder.append("audit", resumed(folder))
    for text in engine.take_over(left_in(folder)):
        folder.append("audit", Note("files", text))
