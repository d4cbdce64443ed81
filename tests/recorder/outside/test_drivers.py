"""Whichever driver connects, whenever it was imported: the name of the database is exchanged, and nothing else."""

from __future__ import annotations

import subprocess
import sys
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

    class Copies:
        name, followed = "copy", set()
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
