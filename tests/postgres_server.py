"""A PostgreSQL server of the tests' own: it listens on a Unix socket and on the loopback, and goes with them."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest

from leakcheck.postgres.wire import Connection, Server
from leakcheck.records import EPHEMERAL
from programs import missing

PASSWORD = "the users' secret"
DRIVERS = {"psycopg": "psycopg[binary]", "psycopg2": "psycopg2-binary", "asyncpg": "asyncpg"}


@dataclass(frozen=True)
class Postgres:
    """`folder` holds its Unix socket. `user` may do everything."""

    folder: Path
    port: int
    user: str = "keeper"

    @property
    def server(self) -> Server:
        return Server("127.0.0.1", self.port, self.user, PASSWORD)

    def rows(self, query: str, database: str = "postgres") -> list[tuple[str | None, ...]]:
        with closing(Connection(self.server, database)) as connection:
            return list(connection.rows(query))

    @contextmanager
    def database(self, name: str = "shop_test", owner: str = "") -> Iterator[str]:
        """An empty database of this name; `owner` is a role that may do nothing else."""
        if owner:
            self.rows(f"CREATE ROLE {owner} LOGIN PASSWORD '{PASSWORD.replace(chr(39), chr(39) * 2)}'")
        self.rows(f"CREATE DATABASE {name}" + (f" OWNER {owner}" if owner else ""))
        try:
            yield name
        finally:
            self.rows(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            if owner:
                self.rows(f"DROP ROLE {owner}")

    def databases(self) -> set[str]:
        """All but those that every server has."""
        found = self.rows("SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'")
        return {str(name) for (name,) in found}

    def is_named_in(self, patch: pytest.MonkeyPatch) -> None:
        """Set `variables` in the environment for as long as `patch` lasts."""
        for name, value in self.variables.items():
            patch.setenv(name, value)

    @property
    def variables(self) -> dict[str, str]:
        """For whoever connects as libpq would."""
        return {
            "PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": self.user, "PGPASSWORD": PASSWORD,
        }  # fmt: skip


@contextmanager
def started() -> Iterator[Postgres]:
    """A new server; the test is skipped where there is no PostgreSQL."""
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        port, account = _free_port(), _account()
        for each in ("data", "run"):
            (folder / each).mkdir()
            if account is not None:
                shutil.chown(folder / each, account)
        secret = folder / "password"
        secret.write_text(PASSWORD, "utf-8")
        _do(account, programs / "initdb", "-D", folder / "data", "-U", "keeper", "-A", "scram-sha-256", "--no-sync",
            "-E", "UTF8", "--pwfile", secret)  # fmt: skip
        options = f"-p {port} -k {folder / 'run'} -c listen_addresses=127.0.0.1 -c fsync=off"
        control = (programs / "pg_ctl", "-D", folder / "data", "-w")
        _do(account, *control, "-o", options, "-l", folder / "run" / "log", "start")
        try:
            yield Postgres(folder / "run", port)
        finally:
            _do(account, *control, "-m", "immediate", "stop")


def needs_driver(name: str) -> None:
    if find_spec(name) is None:
        missing(f"{name} is missing: pip install '{DRIVERS[name]}'")


def _programs() -> Path:
    """The folder of the server's programs, which Debian keeps out of the way."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders or not (folders[-1] / "initdb").exists():
        missing("PostgreSQL is missing: apt-get install postgresql")
    return folders[-1]


def _account() -> str | None:
    """Who is to run the server: it refuses to be run by root."""
    if os.getuid():
        return None
    return next(
        (name for name in ("postgres", "nobody") if name in {each.pw_name for each in pwd.getpwall()}), None
    )


def _do(account: str | None, *command: object) -> None:
    done = subprocess.run(
        [str(each) for each in command],
        user=account,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd="/",
        text=True,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


def _free_port() -> int:
    """Below those that systems give away, as real servers have: what listens there is known to be one."""
    for port in Random().sample(range(20_000, EPHEMERAL), 50):
        with closing(socket.socket()) as taken, suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")
