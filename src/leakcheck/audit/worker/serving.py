"""The engine of a worker of a cluster: `python -m leakcheck.audit.worker.serving DESCRIPTOR LANES`.

It stands in the project's folder there, is told what to run by a connection, and tells by it what has become of
that. When nobody holds the other end any more, as the worker was killed, it puts back what was changed and ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from leakcheck.audit.worker.workplace import BASE, Workplace, here, python_here
from leakcheck.engine import Cpu, Engine, Guard, Interrupts, Launch, Limits
from leakcheck.engine.cluster.claim import claimed
from leakcheck.engine.cluster.terms import CANCEL, END, READY, Asked, Failed, Over, Terms, Told
from leakcheck.errors import LeakcheckError
from leakcheck.own_folders import Own
from leakcheck.records import Note
from leakcheck.records.topics import Topic
from leakcheck.store import MARK, AuditFolder
from leakcheck.workspace.likely_root import likely_root
from leakcheck.workspace.restore_after_kill import put_back_leftovers
from leakcheck.workspace.salts import keep_salt
from leakcheck.workspace.scratch import close as close_scratch

_WHILE_IDLE = 60.0
_GONE = (EOFError, OSError, BrokenPipeError)


def serve(connection: Connection[Any, Any], lanes: int) -> None:
    """Run what comes, until the other end asks for the end, or is gone."""
    try:
        terms = connection.recv()
        assert isinstance(terms, Terms)
        with workplace(terms, lanes) as place:
            connection.send(READY)
            with contextlib.suppress(*_GONE, KeyboardInterrupt):
                while _heard(connection, place):
                    for told in place.step() if place.busy else ():
                        _tell(connection, told)
            notes = place.close()
        _tell(connection, Over(notes, round(sum(Cpu.now()), 3)))
    except LeakcheckError as error:
        _tell(connection, Failed(". ".join(filter(None, (error.message, error.detail, error.hint)))))


def _heard(connection: Connection[Any, Any], place: Workplace) -> bool:
    """Take all that has come, and wait for it if there is nothing to do; whether there may be more."""
    while connection.poll(0.0 if place.busy else _WHILE_IDLE):
        match connection.recv():
            case Asked() as asked:
                place.take(asked)
            case (word, str(tag)) if word == CANCEL:
                place.cancel(tag)
            case word if word == END:
                return False
    return True


def _tell(connection: Connection[Any, Any], told: Told) -> None:
    with contextlib.suppress(*_GONE):
        connection.send(told)


@contextmanager
def workplace(terms: Terms, lanes: int) -> Iterator[Workplace]:
    """An engine in the folder that this process stands in, for as long as the context."""
    root = likely_root(here(terms, terms.paths))
    base = Path(*here(terms, (terms.folder,)), BASE)
    with ExitStack() as stack:
        stack.enter_context(claimed(base, terms.audit))
        notes = [Note(Topic.FILES, text) for text in put_back_leftovers(base)]
        folder = AuditFolder.create(base)
        stack.callback(_forget, base, folder)
        keep_salt(folder.path, terms.salt)
        folder.begin("audit")
        stack.callback(os.close, folder.lock())
        scratch = Own.at(tempfile.mkdtemp(prefix="lc-"))
        stack.callback(close_scratch, scratch, keep=False)
        guard = Guard.start(scratch)
        stack.callback(guard.close)
        engine = _engine(terms, lanes, root, folder, scratch, guard)
        stack.callback(engine.stop)
        folder.remove(MARK)
        guard.arm(folder.path)
        engine.look_at(root)
        if engine.fork:
            engine.open_suite()
        yield Workplace(terms, engine, root, notes=notes)


def _engine(terms: Terms, lanes: int, root: str, folder: AuditFolder, scratch: Own, guard: Guard) -> Engine:
    launch = Launch(
        python=python_here(terms),
        args=here(terms, terms.args),
        folder=folder,
        scratch=scratch.path,
        salt=terms.salt,
        show_values=terms.show_values,
        databases=terms.databases,
        guard=guard,
    )
    limits = Limits(terms.test_seconds, terms.execution_seconds)
    return Engine(launch, limits, lanes, may_fork=terms.may_fork, scratch=scratch)


def _forget(base: Path, folder: AuditFolder) -> None:
    """What the host has is not needed here; what could not be put back yet is."""
    if not folder.has_copies():
        AuditFolder(base).remove(folder.path.name)


def main() -> None:
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, Interrupts())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: who started this decides
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]))


if __name__ == "__main__":
    main()
