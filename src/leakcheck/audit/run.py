"""An audit: open the suite, calibrate, and settle every question that its executions raise."""

from __future__ import annotations

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
from leakcheck.audit.calibrate import calibrate
from leakcheck.audit.opening import open_bench
from leakcheck.audit.progress import Progress
from leakcheck.engine import Engine, Launch, Limits
from leakcheck.events import Begun, Completed
from leakcheck.options import Options
from leakcheck.store import AuditFolder


def run_audit(options: Options, progress: Progress) -> AuditFolder:
    """Audit the suite that `options` name. Everything learnt is on disk when this returns or raises."""
    began = time.monotonic()
    folder = AuditFolder.create(Path(options.folder))
    folder.begin("audit")
    folder.append("audit", Begun(__version__, datetime.now(UTC).isoformat(timespec="seconds"), options.as_text()))
    with engine_for(options, folder) as engine:
        bench, control = open_bench(engine, options, progress)
        calibrate(bench, control)
        search.settle(bench)
        engine.keep("audit", Completed(round(time.monotonic() - began, 3)))
        return engine.launch.folder


@contextmanager
def engine_for(options: Options, folder: AuditFolder, *, first: int = 1) -> Iterator[Engine]:
    """An engine that writes to `folder`, and numbers its executions from `first` on; it ends with the context."""
    scratch = tempfile.mkdtemp(prefix="lc-")
    launch = Launch(
        python=options.python,
        args=(*options.paths, *options.pytest_args),
        folder=folder,
        scratch=scratch,
        salt=secrets.token_hex(16),
        show_values=options.show_values,
    )
    limits = Limits(options.test_timeout, options.execution_timeout)
    engine = Engine(launch, limits, options.lanes, fork=options.engine != "spawn", _numbers=count(first))
    try:
        yield engine
    finally:
        engine.stop()
        shutil.rmtree(scratch, ignore_errors=True)
