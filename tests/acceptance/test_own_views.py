"""`--isolation namespaces`: each execution changes files that nobody else meets, and finds what it found before."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from support import Audited, Project, audit, leakcheck

pytestmark = pytest.mark.usefixtures("own_views")
APART = ("--isolation", "namespaces", "--random", "1")
SUITE = {
    "data/shop.json": "3",
    "data/log.txt": "",
    "data/old.txt": "old",
    "test_shop.py": """
        import json
        from pathlib import Path

        import pytest

        PRICES = Path(__file__).parent / "data" / "shop.json"

        def test_price():
            assert json.loads(PRICES.read_text()) == 3

        class TestSale:
            @pytest.fixture(autouse=True)
            def half(self):
                PRICES.write_text("1")

            def test_sale(self):
                assert json.loads(PRICES.read_text()) == 1
    """,
    "deep/test_programs.py": """
        import os
        import sqlite3
        import subprocess
        from pathlib import Path

        HERE = Path(os.getcwd())

        def test_program():
            subprocess.run("echo line >> data/log.txt; rm -f data/old.txt", shell=True, check=True)
            assert (HERE / "data" / "log.txt").read_text() == "line\\n"

        def test_here():
            assert os.getcwd() == str(HERE) and os.path.samefile(HERE, ".")
            Path("made.txt").write_text("made")
            assert (HERE / "made.txt").read_text() == "made"

        def test_database():
            with sqlite3.connect(HERE / "shop.db") as connection:
                connection.execute("create table if not exists orders (id)")
                connection.execute("delete from orders")
                connection.execute("insert into orders values (1)")
            connection.close()

        def test_quiet():
            pass
    """,
}


@contextmanager
def changes_seen(folder: Path) -> Iterator[set[str]]:
    """What is otherwise, at any time, below `folder`, but for what leakcheck and Python keep there."""
    before, found, end = _looked_at(folder), set[str](), threading.Event()

    def watch() -> None:
        while not end.wait(0.005):
            now = _looked_at(folder)
            found.update(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        end.set()
        thread.join()


def _looked_at(folder: Path) -> dict[str, tuple[int, int, int]]:
    found = {}
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in (".leakcheck", "__pycache__")]
        for name in files:
            status = os.lstat(os.path.join(place, name))
            found[os.path.join(place, name)] = (status.st_ino, status.st_size, status.st_mtime_ns)
    return found


def told(found: Audited) -> Mapping[str, Any]:
    """What an audit says about the suite, but for digests, which are salted, and what it has cost."""
    of_leaks, of_edges = ("kind", "owner", "key", "impact", "polluters"), ("from", "to", "effect", "confirmed")
    leaks = [{name: each[name] for name in of_leaks} for each in found.leaks()]
    edges = [{name: each[name] for name in of_edges} for each in found.report["edges"]]
    return {"verdicts": found.verdicts, "leaks": leaks, "edges": edges, "code": found.code}


@pytest.mark.parametrize("engine", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_it_finds_the_same_and_no_file_changes_at_any_time(engine: str) -> None:
    with Project(SUITE).folder() as folder, changes_seen(folder) as seen:
        apart = audit(folder, *APART, "--engine", engine)
    assert seen == set()
    assert "each execution in its own view of the project: " in apart.text
    assert "they run while nothing else does" not in apart.text
    assert told(apart) == told(Project(SUITE).audit("--random", "1", "--engine", engine))
    assert apart.names["test_price"] == "victim"


def test_what_a_program_writes_is_told_of_its_test() -> None:
    found = Project(SUITE).audit(*APART)
    lines = [line for data in found.stored.values() for line in data.splitlines() if b'"own file"' in line]
    assert any(b"data/log.txt" in line and b"test_program" in line for line in lines)
    assert found.files["data/log.txt"] == b""
    assert found.files["data/old.txt"] == b"old"


def test_what_differs_in_a_view_is_run_without_one() -> None:
    text = """
        from pathlib import Path

        HERE = Path(__file__).parent

        def test_no_layer():
            (HERE / "made.txt").write_text("made")
            assert not any(line.split()[4] == str(HERE) for line in open("/proc/self/mountinfo"))
    """
    found = Project({"test_a.py": text}).audit("--isolation", "namespaces", "--random", "0")
    assert found.names == {"test_no_layer": "stable"}
    assert "with a view of their own, outcomes differ from plain pytest (test_a.py::test_no_layer)" in " ".join(
        found.stderr.split()
    )
    assert "made.txt" not in found.files


def test_a_file_that_an_import_holds_open_is_put_back_as_ever() -> None:
    text = """
        from pathlib import Path

        LOG = open(Path(__file__).parent / "log.txt", "a")

        def test_logs():
            LOG.write("line")
            LOG.flush()

        def test_else():
            pass
    """
    found = Project({"log.txt": "", "test_a.py": text}).audit("--isolation", "namespaces", "--random", "0")
    assert set(found.verdicts.values()) == {"stable"}
    words = " ".join(found.stderr.split())
    assert (
        "without their own view of the files, which took turns: the import of the suite holds log.txt open" in words
    )
    assert found.files["log.txt"] == b""


def test_who_asks_for_what_cannot_be_had_is_told_why() -> None:
    with Project(SUITE).folder() as folder:
        (folder / "data" / "same.txt").hardlink_to(folder / "data" / "log.txt")
        ended = leakcheck(folder, "run", *APART)
    assert ended.code == 4
    assert "executions cannot have views of their own of " in ended.stderr
    assert "Run without --isolation" in ended.stderr


PORT = """
    import socket

    import pytest

    @pytest.fixture
    def server():
        with socket.create_server(("127.0.0.1", {port})) as found:
            yield found

    def test_serves(server):
        with socket.create_connection(server.getsockname()):
            pass

    def test_serves_too(server):
        assert server.getsockname()[1] == {port}

    class TestOthers:
        def test_is_alone(self):
            socket.create_server(("127.0.0.1", {port})).close()
"""


def free_port() -> int:
    """One that is not of those which systems choose."""
    for number in range(18_000, 18_100):
        with suppress(OSError), socket.create_server(("127.0.0.1", number)):
            return number
    pytest.skip("no port is free")


def test_each_has_all_ports_for_itself_once_one_was_taken() -> None:
    found = Project({"test_port.py": PORT.replace("{port}", str(free_port()))}).audit(*APART)
    assert set(found.verdicts.values()) == {"stable"}, found.text
    assert "each execution in its own network once that was seen" in " ".join(found.stderr.split())
    alone = [data for name, data in found.stored.items() if "/e0" in name and b'"own port"' in data]
    assert alone
    assert all(b'"what":"port"' not in data for data in alone)


def test_who_cannot_reach_anybody_there_runs_where_everybody_is() -> None:
    """It is no victim: nobody was in its own network, and a program that asks is seen by nobody."""
    port, other = free_port(), free_port() + 1
    asks = f"""
        import subprocess
        import sys

        ASK = "import socket; socket.create_connection(('127.0.0.1', {other})).close()"

        def test_asks_by_a_program():
            subprocess.run([sys.executable, "-c", ASK], check=True)
    """
    with socket.create_server(("127.0.0.1", other), backlog=1000):
        found = Project({"test_asks.py": asks, "test_port.py": PORT.replace("{port}", str(port))}).audit(*APART)
    assert set(found.verdicts.values()) == {"stable"}, found.text
