"""The image's own command, booted for real: uvicorn, its factory flag and its workers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import dockerfile
from accounts.instance import INSTANCE_HEADER
from booted_server import Server, booted, is_running, worker_of

pytestmark = [
    pytest.mark.boot,
    pytest.mark.skipif(os.name != "posix", reason="needs process groups and SIGSTOP"),
]

ADA = {"name": "Ada", "email": "ada@example.org"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    database_url = f"sqlite+aiosqlite:///{tmp_path}/accounts.db"
    with booted(dockerfile.command(), tmp_path / "log", database_url) as server:
        server.until_started(dockerfile.workers())
        yield server


def test_the_workers_share_the_database_and_nothing_else(server: Server) -> None:
    one = server.get("/health")
    with server.paused(worker_of(one)):
        other = server.get("/health")
        server.http.post(server.url() + "/v1/users", json=ADA)
    with server.paused(worker_of(other)):
        read = server.get("/v1/users/1")

    assert one.json() == other.json() == {"status": "healthy"}
    assert len({server.process.pid, worker_of(one), worker_of(other)}) == 3
    assert one.headers[INSTANCE_HEADER] != other.headers[INSTANCE_HEADER]
    assert read.headers[INSTANCE_HEADER] == one.headers[INSTANCE_HEADER]
    assert read.json() == {"id": 1, **ADA}


def test_the_healthcheck_of_the_image_follows_the_server(server: Server) -> None:
    def exit_code_of_healthcheck() -> int:
        _python, *arguments = dockerfile.health_command()
        here = [word.replace("http://127.0.0.1:8000", server.url()) for word in arguments]
        assert here != arguments
        return subprocess.run([sys.executable, *here], capture_output=True, check=False).returncode

    worker = worker_of(server.get("/health"))
    assert exit_code_of_healthcheck() == 0

    server.stop()
    assert exit_code_of_healthcheck() != 0
    server.until(lambda: not is_running(worker), "the end of the worker")


def test_a_server_that_cannot_open_its_database_is_never_healthy(tmp_path: Path) -> None:
    database_url = f"sqlite+aiosqlite:///{tmp_path}/missing/accounts.db"
    answers: list[httpx.Response | None] = []

    with booted(dockerfile.command(), tmp_path / "log", database_url) as server:

        def gave_up() -> bool:
            answers.append(server.ask("/health", timeout=0.1))
            failures = server.output().count("Application startup failed")
            all_failed = failures == dockerfile.workers()
            return all_failed or server.process.poll() is not None

        server.until(gave_up, "giving up")
        server.stop(patience=0)

    assert set(answers) == {None}
    assert "unable to open database file" in server.output()
    assert "Application startup complete" not in server.output()
