"""A worker's end of the process that has its engine: hands on what is asked, and waits for answers."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from leakcheck.engine.cluster.terms import CANCEL, END, READY, Answer, Asked, At, Failed, Over, Terms
from leakcheck.engine.job import end_in_words
from leakcheck.errors import EngineFailed

MODULE = "leakcheck.audit.worker.serving"
"""By its name: it stands above the engine, and knows the resources that this does not."""
PATIENCE = 60.0
"""Seconds that the engine has to start, and to end."""
_TICK = 0.1
_ENDS = 5.0
"""Seconds until a process has ended that has let go of its connection."""
_TOLD = 2_000
_GONE = (EOFError, OSError)


@dataclass
class Station:
    """`answers` are those that nobody has taken yet. `failed` is why there will be none any more."""

    process: subprocess.Popen[bytes]
    connection: Connection[Any, Any]
    log: Path
    tell: Callable[[At], None]
    answers: dict[str, Answer] = field(default_factory=dict)
    failed: str = ""
    over: Over | None = None
    _news: threading.Condition = field(default_factory=threading.Condition)
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def run(self, asked: Sequence[Asked], wanted: Callable[[], bool]) -> list[Answer]:
        """What has become of all of `asked`; nothing once it is not `wanted` any more. EngineFailed if nobody will
        tell."""
        for each in asked:
            self._send(each)
        names = [each.tag for each in asked]
        while not all(name in self.answers for name in names):
            if self.failed:
                raise EngineFailed(self.failed)
            if not wanted():
                for name in names:
                    self._send((CANCEL, name))
                return []
            with self._news:
                self._news.wait(_TICK)
        return [self.answers.pop(name) for name in names]

    def end(self, patience: float = PATIENCE) -> Over:
        """Have the engine put back what was changed, and end."""
        self._send(END)
        deadline = time.monotonic() + patience
        while self.over is None and not self.failed and time.monotonic() < deadline:
            with self._news:
                self._news.wait(_TICK)
        return self.over or Over()

    def _send(self, what: object) -> None:
        with self._writing, suppress(OSError):
            self.connection.send(what)

    def _listen(self) -> None:
        with suppress(*_GONE):
            while True:
                self._hear(self.connection.recv())
        self._fail(self._last_words())

    def _hear(self, told: object) -> None:
        match told:
            case At():
                self.tell(told)
            case Failed(text):
                self._fail(text)
            case Answer() | Over():
                with self._news:
                    if isinstance(told, Over):
                        self.over = told
                    else:
                        self.answers[told.tag] = told
                    self._news.notify_all()

    def _fail(self, why: str) -> None:
        with self._news:
            self.failed = self.failed or why
            self._news.notify_all()

    def _last_words(self) -> str:
        """How its process has ended, and what it has printed."""
        with suppress(subprocess.TimeoutExpired):  # the connection is closed a little before that
            self.process.wait(_ENDS)
        how = f"its engine {end_in_words(self.process.returncode)}"
        with suppress(OSError):
            printed = self.log.read_text("utf-8", "replace").strip()[-_TOLD:]
            return f"{how}: {printed}" if printed else how
        return how

    def _meet(self) -> None:
        """EngineFailed unless it is ready."""
        if not self.connection.poll(PATIENCE):
            raise EngineFailed(f"its engine has not started within {PATIENCE:g} s")
        try:
            told = self.connection.recv()
        except _GONE:
            raise EngineFailed(self._last_words()) from None
        if isinstance(told, Failed):
            raise EngineFailed(told.text)
        assert told == READY


@contextmanager
def station(terms: Terms, lanes: int, project: str, tell: Callable[[At], None]) -> Iterator[Station]:
    """The engine of a worker for as long as the context, in the folder `project`. When this process is killed, it
    ends by itself."""
    with tempfile.TemporaryDirectory(prefix="lc-") as folder:
        log = Path(folder, "log")
        own, other = Pipe()
        with other, log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", MODULE, str(other.fileno()), str(lanes)],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                cwd=project,
                pass_fds=(other.fileno(),),
                start_new_session=True,
            )
        found = Station(process, own, log, tell)
        try:
            found._send(terms)
            found._meet()
            threading.Thread(target=found._listen, daemon=True).start()
            yield found
            found.end()
        finally:
            own.close()  # which ends it
            _wait(process)


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
