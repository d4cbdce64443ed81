"""An audit that is killed leaves no copy of a database behind: its guard drops what runs had, whoever comes next
drops what the database was at first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from random import Random

import pytest

from leakcheck.postgres.names import BASE, Copy
from postgres_server import Postgres, needs_driver, started
from support import Project, environment, leakcheck

TESTS = """
    import psycopg
    import pytest

    @pytest.fixture(scope="session", autouse=True)
    def table():
        with psycopg.connect(dbname="shop_test") as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS mugs (name text)")

    @pytest.mark.parametrize("number", range(12))
    def test_adds(number):
        with psycopg.connect(dbname="shop_test") as connection:
            connection.execute("INSERT INTO mugs VALUES ('blue')")
            connection.execute("SELECT pg_sleep(0.05)")
"""

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with started() as found:
        yield found


def copies(server: Postgres) -> list[Copy]:
    return [copy for name in server.databases() if (copy := Copy.read(name)) is not None]


def settled(server: Postgres) -> list[Copy]:
    """What is there when guards have done what they do."""
    until = time.monotonic() + 30
    while time.monotonic() < until and [each for each in copies(server) if each.user != BASE]:
        time.sleep(0.1)
    return copies(server)


@pytest.mark.parametrize("kills", [3, pytest.param(25, marks=pytest.mark.slow)])
def test_no_copy_stays(server: Postgres, monkeypatch: pytest.MonkeyPatch, kills: int) -> None:
    needs_driver("psycopg")
    server.is_named_in(monkeypatch)
    chance = Random(f"{kills} kills")
    with server.database(), Project({"test_mugs.py": TESTS}).folder() as folder:
        for number in range(kills):
            command = [
                sys.executable,
                "-m",
                "leakcheck",
                "run",
                "--random",
                "0",
                *(["--resume"] if number % 2 else []),
            ]
            quiet = subprocess.DEVNULL
            with subprocess.Popen(command, cwd=folder, env=environment(), stdout=quiet, stderr=quiet) as process:
                until = time.monotonic() + 60
                while not copies(server) and time.monotonic() < until and process.poll() is None:
                    time.sleep(0.02)
                time.sleep(chance.uniform(0, 2))
                os.kill(process.pid, signal.SIGKILL)
            assert [each.user for each in settled(server)] in ([], [BASE])
        ended = leakcheck(folder, "run", "--random", "0", "--budget", "60s")
        assert ended.code in (0, 1), ended.text
        assert server.databases() == {"shop_test"}
