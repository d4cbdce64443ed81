"""An engine for the time of an audit: its scratch folder, its guard, its locks."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count

from leakcheck.audit.resume import Earlier, resumed
from leakcheck.engine import Engine, Guard, Launch, Limits, uninterrupted
from leakcheck.engine.cluster.connect import connect
from leakcheck.errors import CannotRecord, FolderGone, UsageError
from leakcheck.options import Isolation, Options
from leakcheck.own_folders import Own
from leakcheck.records import Note
from leakcheck.records.topics import Topic
from leakcheck.store import MARK, AuditFolder, left_in
from leakcheck.workspace.doubts import told_of_killed
from leakcheck.workspace.likely_root import likely_root
from leakcheck.workspace.resource import Wanted
from leakcheck.workspace.scratch import close as close_scratch

_VIEWS: Mapping[Isolation, Wanted] = {"auto": "not", "namespaces": "surely", "undo": "not"}
_UNSAFE_TO_FORK = ("win32", "darwin")


@contextmanager
def engine_for(
    options: Options,
    folder: AuditFolder,
    *,
    salt: str,
    first: int = 1,
    earlier: Earlier | None = None,
    ends: float = float("inf"),
    cluster: str = "",
) -> Iterator[Engine]:
    """An engine that writes to `folder`, and numbers its executions from `first` on; it ends with the context, and
    runs nothing any more at the time `ends`.

    It answers from what an `earlier` audit has executed, as far as that goes. `salt` is that of the audit. Workers
    of a `cluster` run what it is asked for, if there is one.
    """
    if cluster and options.keep_temp:
        raise UsageError(
            "--keep-temp keeps folders of this machine, and --cluster runs tests elsewhere",
            hint="Leave out one of them.",
        )
    lock = folder.lock()
    scratch, guard = _scratch()
    launch = Launch(
        python=options.python,
        args=(*options.paths, *options.pytest_args),
        folder=folder,
        scratch=scratch.path,
        salt=salt,
        show_values=options.show_values,
        databases=options.databases,
        guard=guard,
    )
    limits = Limits(options.test_timeout, options.execution_timeout)
    engine = Engine(
        launch,
        limits,
        options.lanes,
        may_fork=_may_fork(options),
        scratch=None if options.keep_temp else scratch,
        ends=ends,
        views=_VIEWS[options.isolation],
        _numbers=count(first),
    )
    try:
        if earlier is not None:
            _take_over(engine, folder, options)
        folder.remove(MARK)
        guard.arm(folder.path)
        engine.look_at(likely_root(options.paths))
        if cluster:
            engine.workers = connect(cluster, launch, limits, options.paths, may_fork=engine.may_fork)
        yield engine
    except FolderGone as error:
        engine.stop()
        error.detail = "\n".join(note.text for note in engine.troubles())
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


def _take_over(engine: Engine, folder: AuditFolder, options: Options) -> None:
    folder.append("audit", resumed(folder, options))
    notes = [Note(Topic.FILES, text) for text in told_of_killed(folder)]
    folder.append("audit", *notes, *engine.take_over(left_in(folder)))
