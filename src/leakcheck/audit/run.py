"""An audit: open the suite, calibrate, and settle every question that its executions raise."""

from __future__ import annotations

import os
import secrets
import shutil
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
from leakcheck.audit.leftovers import files_below, told
from leakcheck.audit.opening import open_bench
from leakcheck.audit.progress import Progress
from leakcheck.audit.resuming import Earlier, check_same, resumed
from leakcheck.audit.salts import keep_salt
from leakcheck.audit.sources import sources_of
from leakcheck.engine import Engine, Launch, Limits
from leakcheck.errors import Interrupted, UsageError
from leakcheck.events import Begun, Completed, Excerpts, Sources
from leakcheck.options import Options
from leakcheck.probes._secrets import Redactor
from leakcheck.records import Suite
from leakcheck.store import AuditFolder, left_in


def run_audit(options: Options, progress: Progress, earlier: Earlier | None = None) -> AuditFolder:
    """Audit the suite that `options` name, or go on with an `earlier` audit by its own options.

    Everything learnt is on disk when this returns or raises. `Interrupted` is raised for a signal.
    """
    began = time.monotonic()
    collected = earlier is not None
    try:
        folder = _begin(options) if earlier is None else earlier.folder
        here = Path.cwd()
        salt = earlier.salt if earlier is not None else ""
        with engine_for(options, folder, earlier=earlier, salt=salt) as engine:
            files = files_below(here)
            known = earlier.suite.launcher if earlier is not None else ""
            bench, control = open_bench(engine, options, progress, known)
            collected = True
            _settle_sources(engine, bench.suite, earlier)
            calibrate(bench, control)
            search.settle(bench)
            engine.disk.put_back_the_start()
            _tell_leftovers(bench, told(files, files_below(here)))
            keep_excerpts(folder, bench)
            engine.keep("audit", Completed(round(time.monotonic() - began, 3)))
            return folder
    except KeyboardInterrupt:
        raise _interrupted(collected) from None


def _tell_leftovers(bench: Bench, changed: str) -> None:
    """What could not be put back, or what nobody was seen to change."""
    for each in (*bench.engine.disk.unrestored, changed):
        if each:
            bench.note("files", each)


def _interrupted(collected: bool) -> Interrupted:
    if not collected:
        return Interrupted("interrupted, before the suite was known: there is nothing to go on with")
    return Interrupted(
        "interrupted: what was executed is kept",
        hint="`leakcheck run --resume` goes on from there, `leakcheck report` shows what is known by now.",
    )


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
    scratch = tempfile.mkdtemp(prefix="lc-")
    launch = Launch(
        python=options.python,
        args=(*options.paths, *options.pytest_args),
        folder=folder,
        scratch=scratch,
        salt=salt or secrets.token_hex(16),
        show_values=options.show_values,
    )
    limits = Limits(options.test_timeout, options.execution_timeout)
    engine = Engine(launch, limits, options.lanes, fork=options.engine != "spawn", _numbers=count(first))
    try:
        if earlier is not None:
            _take_over(engine, folder)
        yield engine
    finally:
        engine.stop()
        shutil.rmtree(scratch, ignore_errors=True)
        os.close(lock)


def _begin(options: Options) -> AuditFolder:
    folder = AuditFolder.create(Path(options.folder))
    folder.begin("audit")
    folder.append("audit", Begun(__version__, datetime.now(UTC).isoformat(timespec="seconds"), options.as_text()))
    return folder


def _take_over(engine: Engine, folder: AuditFolder) -> None:
    folder.append("audit", resumed(folder))
    engine.take_over(left_in(folder))
