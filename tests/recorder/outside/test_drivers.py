"""Whichever driver connects, whenever it was imported: the name of the database is exchanged, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from postgres_server import needs_driver

pytestmark = pytest.mark.processes
CONNECTS = [
    ("psycopg", "psycopg.connect(url)"),
    ("psycopg", "asyncio.run(psycopg.AsyncConnection.connect(**given))"),
    ("psycopg2", "psycopg2.connect(url)"),
    ("psycopg2", "psycopg2.connect(**given, connection_factory=psycopg2.extensions.connection)"),
    ("asyncpg", "asyncio.run(asyncpg.connect(url, ssl=False))"),
]
SCRIPT = """
    import asyncio, socket, threading
    IMPORTED_FIRST
    from leakcheck.recorder.outside.drivers import follow_drivers
    from leakcheck.wire.database_terms import DatabaseTerms

    class Copies:
        name, followed, terms = "copy", set(), DatabaseTerms()
        def database(self, target):
            print("asked", target.server.host, target.server.user, target.database)
            return self.name

    def serve():
        while True:
            taken, _ = listening.accept()
            found = taken.recv(4096)
            while b"user" not in found:  # it asks for encryption
                taken.send(b"N")
                found = taken.recv(4096)
            words = found[8:].split(b"\\0")
            print(dict(zip(words[::2], words[1::2])).get(b"database"), b"mine" in words)
            taken.close()

    copies = Copies()
    follow_drivers(copies)
    import DRIVER
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    url = f"postgresql://app:x@127.0.0.1:{port}/shop?application_name=mine"
    given = dict(host="127.0.0.1", port=port, user="app", dbname="shop", application_name="mine")
    threading.Thread(target=serve, daemon=True).start()
    for copies.name in ("copy", ""):
        try:
            CONNECT
        except Exception as error:
            pass
    print("DRIVER" in copies.followed)
"""


@pytest.mark.parametrize("imported_first", [False, True])
@pytest.mark.parametrize(("driver", "connect"), CONNECTS)
def test_the_name_of_the_database_is_exchanged(driver: str, connect: str, imported_first: bool) -> None:
    needs_driver(driver)
    script = dedent(SCRIPT).replace("IMPORTED_FIRST", f"import {driver}" if imported_first else "")
    script = script.replace("CONNECT", connect).replace("DRIVER", driver)
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    asked = "asked 127.0.0.1 app shop"
    told = [asked, "b'copy' True", asked, "b'shop' True", str(driver != "asyncpg")]
    assert done.stdout.splitlines() == told, done.stderr


STRANGE = {
    "psycopg has no method": (
        "psycopg",
        "import psycopg.conninfo\nclass Connection: pass\nAsyncConnection = Connection",
    ),
    "psycopg has no asynchronous connections": (
        "psycopg",
        """
            import psycopg.conninfo
            class Connection:
                @classmethod
                def _connect_gen(cls, conninfo=""): pass
        """,
    ),
    "psycopg reads otherwise": ("psycopg", ""),
    "psycopg2 has no function": ("psycopg2", "import psycopg2.extensions"),
    "psycopg2 reads otherwise": ("psycopg2", "def _connect(): pass"),
    "asyncpg has no module": ("asyncpg", ""),
    "asyncpg has no function": ("asyncpg", "import asyncpg.connect_utils"),
    "pg8000": ("pg8000", ""),
}
FOLLOWING = """
    import sys
    from leakcheck.recorder.outside.drivers import follow_drivers

    class Copies:
        followed = set()
        def leave(self, driver):
            print("left", driver)
        def database(self, target):
            print("asked", target and target.database)
            return "copy"

    copies = Copies()
    follow_drivers(copies)
"""
PARTS = {
    "psycopg": ("conninfo", "def conninfo_to_dict(text): pass\ndef make_conninfo(text): pass\n"),
    "psycopg2": ("extensions", "def parse_dsn(text): pass\ndef make_dsn(text): pass\n"),
    "asyncpg": ("connect_utils", ""),
    "pg8000": ("native", ""),
}


def followed(folder: Path, script: str) -> list[str]:
    """What a script prints for which the drivers are those in `folder`."""
    script = f"import sys; sys.path.insert(0, {str(folder)!r})\n" + dedent(FOLLOWING) + dedent(script)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def stand_in(folder: Path, driver: str, text: str, part: str | None = None) -> None:
    (folder / driver).mkdir()
    (folder / driver / "__init__.py").write_text(dedent(text), "utf-8")
    name, usual = PARTS[driver]
    (folder / driver / f"{name}.py").write_text(usual if part is None else dedent(part), "utf-8")


@pytest.mark.parametrize(("driver", "text"), STRANGE.values(), ids=STRANGE)
def test_a_driver_that_lacks_what_is_exchanged_is_left_as_it_is(tmp_path: Path, driver: str, text: str) -> None:
    stand_in(tmp_path, driver, text)
    told = followed(tmp_path, f"import {driver}\nprint({driver}.__file__, copies.followed)")
    assert told == [f"left {driver}", f"{tmp_path}/{driver}/__init__.py set()"]


def test_a_driver_that_is_asked_in_another_way_connects_as_it_does(tmp_path: Path) -> None:
    stand_in(
        tmp_path,
        "asyncpg",
        "import asyncpg.connect_utils",
        "def _parse_connect_arguments(*args, **given): return args, given",
    )
    stand_in(
        tmp_path,
        "psycopg2",
        """
            import psycopg2.extensions
            def _connect(*args, **given): return args, given
        """,
    )
    told = followed(
        tmp_path,
        """
            import asyncpg, psycopg2
            print(asyncpg.connect_utils._parse_connect_arguments(1, dsn=2))
            copies.database = lambda target: print("asked", target) or ""
            print(psycopg2._connect(dsn=3))
            copies.database = lambda target: print("asked", target) or "copy"
            print(psycopg2._connect("text", 4))
        """,
    )
    assert told == [
        "left asyncpg",
        "((1,), {'dsn': 2})",
        "asked None",
        "((), {'dsn': 3})",
        "asked None",
        "left psycopg2",  # which puts names together with something else
        "(('text', 4), {})",
    ]
