"""Runs the command of the image as real processes on the loopback interface."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx

from accounts.instance import INSTANCE_HEADER
from dockerfile import PROJECT

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds until a test gives up: many times what a boot takes, as machines may be busy."""


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    log: Path
    http: httpx.Client
    """Opens a connection for each request, so that any worker may be the one to answer."""

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def until(self, answer: Callable[[], T | None], what: str) -> T:
        """Asks again and again, and gives back the first answer that says anything."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = answer()
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{what}: not within {PATIENCE:.0f} seconds\n{self.output()}")

    def until_started(self, workers: int) -> None:
        started = "Application startup complete"
        self.until(lambda: self.output().count(started) >= workers, f"{workers} workers started")

    def url(self) -> str:
        """Where it listens: the port is the one that the system chose."""
        listening = re.compile(r"Uvicorn running on (http://[\d.]+:\d+)")
        return self.until(lambda: listening.search(self.output()), "listening").group(1)

    def ask(self, path: str, timeout: float = 1) -> httpx.Response | None:
        """An answer, or None if there is none in time."""
        try:
            return self.http.get(self.url() + path, timeout=timeout)
        except httpx.TransportError:
            return None

    def get(self, path: str) -> httpx.Response:
        return self.until(lambda: self.ask(path), f"GET {path}")

    @contextmanager
    def paused(self, worker: int) -> Iterator[None]:
        """A worker that does not run meanwhile, so that another one has to answer."""
        os.kill(worker, signal.SIGSTOP)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):  # the supervisor replaces a worker that pauses long
                os.kill(worker, signal.SIGCONT)

    def stop(self, patience: float = 10) -> None:
        """As Docker does it: asks, waits, then kills. What is left of the group goes with it."""
        self.process.terminate()
        try:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def booted(command: Sequence[str], log: Path, database_url: str) -> Iterator[Server]:
    """A server that runs `command`, on a free loopback port instead of the image's address.

    Stopped on the way out, with all its workers. `log` gets what it writes.
    """
    program, *arguments = on_free_port(command)
    assert program == "uvicorn"
    with log.open("wb") as output:
        process = subprocess.Popen(
            # The uvicorn of this interpreter, not of the PATH; it imports from where it stands.
            [sys.executable, "-m", program, *arguments],
            cwd=PROJECT / "src",
            env=environment(database_url),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    one_request_each = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(limits=one_request_each, trust_env=False) as http:
        server = Server(process, log, http)
        try:
            yield server
        finally:
            server.stop()


def on_free_port(command: Sequence[str]) -> list[str]:
    """The command as it is but for its address. Port 0 lets the system choose: no race for it."""
    words = list(command)
    words[words.index("--host") + 1] = "127.0.0.1"
    words[words.index("--port") + 1] = "0"
    return words


def environment(database_url: str) -> dict[str, str]:
    """Ours without what would configure the server behind the command's back."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ACCOUNTS_", "UVICORN_")) and name != "WEB_CONCURRENCY"
    }
    return ours | {"ACCOUNTS_DATABASE_URL": database_url, "PYTHONDONTWRITEBYTECODE": "1"}


def worker_of(response: httpx.Response) -> int:
    """The process id of the worker that gave this answer."""
    return int(response.headers[INSTANCE_HEADER].partition("-")[0])


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
