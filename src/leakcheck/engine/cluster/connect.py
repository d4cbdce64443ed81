"""Finds the cluster that the user has named. Dask is imported here, when it was asked for."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from leakcheck.engine.cluster.check import seen_here
from leakcheck.engine.cluster.places import places
from leakcheck.engine.cluster.terms import Terms
from leakcheck.engine.job import Limits
from leakcheck.engine.spawn.launch import Launch
from leakcheck.errors import EngineFailed, UsageError
from leakcheck.workspace.likely_root import likely_root

if TYPE_CHECKING:
    from leakcheck.engine.cluster.crew import Crew

LOCAL = "local:"
"""A cluster of this machine alone, for as long as the audit: so many lanes."""
_INSTALL = "Install leakcheck with its extra `dask`, here and where the workers run: see docs/cluster.md."


def connect(where: str, launch: Launch, limits: Limits, paths: Sequence[str], *, may_fork: bool) -> Crew:
    """The crew of the cluster `where`: the address of a scheduler, the file of one, or local:N."""
    _check(where)
    try:
        from leakcheck.engine.cluster import client
    except ImportError as error:
        raise EngineFailed(f"--cluster needs Dask: {error}", hint=_INSTALL, option="cluster") from error
    root = likely_root(paths)
    terms = _terms(launch, limits, paths, root, may_fork=may_fork)
    host = seen_here(str(Path.cwd()), Path(root), launch.python, launch.salt)
    return client.crew_of(where, terms, host)


def _check(where: str) -> None:
    """UsageError unless it can be the name of a cluster."""
    if where.startswith(LOCAL) and re.fullmatch(r"[1-9][0-9]{0,3}", where.removeprefix(LOCAL)):
        return
    if where.startswith(LOCAL) or not ("://" in where or Path(where).is_file()):
        why = (
            "no such number of lanes" if where.startswith(LOCAL) else "neither an address nor a file that is there"
        )
        raise UsageError(
            f"--cluster {where}: {why}",
            hint="Write tcp://HOST:PORT of a scheduler, its --scheduler-file, or local:4.",
            option="cluster",
        )


def _terms(launch: Launch, limits: Limits, paths: Sequence[str], root: str, *, may_fork: bool) -> Terms:
    folder = launch.folder.path
    return Terms(
        audit=token_hex(6),
        args=launch.args,
        paths=tuple(paths),
        python="" if launch.python == sys.executable else os.path.abspath(launch.python),
        folder=str(folder.parent),
        salt=launch.salt,
        show_values=launch.show_values,
        databases=launch.databases,
        may_fork=may_fork,
        test_seconds=limits.test,
        execution_seconds=limits.execution,
        places=places(root, launch.python, launch.scratch, str(folder)),
    )
