"""An audit, or a share of one, as a file: what it tells of itself, and what it does not tell of the machine."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from leakcheck import __version__
from leakcheck.engine.interpreter import distributions_of
from leakcheck.errors import UsageError
from leakcheck.options import Options
from leakcheck.own_folders import Own, remove_own
from leakcheck.records import Whole
from leakcheck.snapshots.redaction import without_secrets
from leakcheck.store import Audit, AuditFolder, read_audit
from leakcheck.store.parts import ROOTDIR, unpack, write_part
from leakcheck.wire.manifest import FORMAT, Manifest
from leakcheck.workspace.salts import key_of_sources
from leakcheck.workspace.source_digests import sources_of

OF_MACHINE = ("python", "isolation", "lanes", "cluster", "folder", "keep_temp", "shard", "shards", "durations")
"""Options that may differ between parts of one audit."""


def check_out(options: Options, out: str | None) -> None:
    """UsageError if what is asked for cannot become a part."""
    if out is not None and options.show_values:
        raise UsageError(
            "--show-values stores secrets in the clear, and a part is passed on", hint="Leave out one of them."
        )


def keep_part(folder: AuditFolder, out: str) -> Path:
    """Write the audit in `folder`, finished or not, to the file `out`."""
    audit = read_audit(folder)
    target = Path(out)
    write_part(folder, _manifest(audit), target, _places(audit))
    return target


@contextmanager
def opened_part(path: Path) -> Iterator[AuditFolder]:
    """The audit in the part `path`, in a folder that is gone behind the context."""
    with own_temporary() as base:
        yield unpack(path, base)


@contextmanager
def own_temporary() -> Iterator[Path]:
    """A folder of leakcheck's own, for as long as the context."""
    own = Own.at(tempfile.mkdtemp(prefix="lc-"))
    try:
        yield Path(own.path)
    finally:
        remove_own(own)


def _manifest(audit: Audit) -> Manifest:
    options, suite = audit.asked_for, audit.suite
    share = audit.share if audit.share is not None else suite.ids
    return Manifest(
        format=FORMAT,
        leakcheck=__version__,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        shard=options.shard,
        shards=options.shards,
        tests=len(suite.tests),
        python=suite.python,
        pytest=suite.pytest,
        finished=audit.finished,
        options=_told(options),
        distributions=distributions_of(options.python),
        sources=sources_of(Path(suite.rootdir), key_of_sources()),
        share=share,
        orders=tuple(
            dict.fromkeys(each.order.name for each in audit.executions if isinstance(each.order.question, Whole))
        ),
    )


def _told(options: Options) -> Mapping[str, str]:
    """Options that all parts of an audit have in common, without secrets."""
    told = options.as_text()
    told["pytest_args"] = str(without_secrets(options.pytest_args))
    return {name: text for name, text in told.items() if name not in OF_MACHINE}


def _places(audit: Audit) -> Mapping[str, str]:
    """Folders that are this machine's, by what stands for them in a part."""
    python = Path(audit.asked_for.python)
    environments = {str(python.parent.parent), sys.prefix} if python.is_absolute() else {sys.prefix}
    known = {
        tempfile.gettempdir(): "/tmp",
        str(Path.home()): "/home",
        **dict.fromkeys(environments, "/environment"),
        audit.suite.rootdir: ROOTDIR,
    }
    return {place: named for place, named in known.items() if Path(place).is_absolute() and place != "/"}
