"""State outside the process: after an audit every file is as it was; no execution meets what another one wrote."""

from __future__ import annotations

import socketserver
import sqlite3
import stat
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import ClassVar

import pytest

from leakcheck.wire.events import Header
from leakcheck.wire.segments import read_segment
from plain import outcomes_of
from support import Audited, Project, audit, environment, run

SHOP = {
    "test_shop.py": """
        import json
        import os
        import shutil
        import sqlite3
        from pathlib import Path

        import pytest

        HERE = Path(__file__).parent

        @pytest.fixture(scope="session")
        def wal():
            connection = sqlite3.connect(HERE / "wal.db")
            connection.execute("pragma journal_mode=wal")
            yield connection
            connection.close()

        @pytest.fixture
        def plain():
            connection = sqlite3.connect(f"file:{HERE / 'plain.db'}?mode=rwc", uri=True)
            yield connection
            connection.commit()
            connection.close()

        def rows(connection):
            return connection.execute("select count(*) from orders").fetchone()[0]

        def test_wal(wal):
            wal.execute("insert into orders values (1)")
            wal.commit()
            assert rows(wal) >= 3

        def test_plain(plain):
            plain.execute("insert into orders values (1)")
            assert rows(plain) >= 3

        def test_cache():
            file = HERE / "cache.json"
            cache = json.loads(file.read_text())
            file.write_text(json.dumps({"hits": cache["hits"] + 1}))
            assert cache["hits"] >= 1

        def test_uploads():
            folder = HERE / "uploads" / "2026" / "11"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "new.bin").write_bytes(b"x")
            assert (HERE / "uploads" / "kept.bin").exists()

        def test_deletes():
            (HERE / "one.txt").unlink(missing_ok=True)
            shutil.rmtree(HERE / "tree", ignore_errors=True)

        def test_renames():
            if (HERE / "old").exists():
                os.rename(HERE / "old", HERE / "new")
                (HERE / "two.txt").rename(HERE / "three.txt")
                os.replace(HERE / "source.txt", HERE / "target.txt")
            assert (HERE / "new" / "deep" / "file.txt").read_text() == "deep"

        def test_links():
            (HERE / "link").unlink(missing_ok=True)
            os.symlink("four.txt", HERE / "link")
            (HERE / "hard.txt").unlink(missing_ok=True)
            os.link(HERE / "four.txt", HERE / "hard.txt")

        def test_modes():
            os.chmod(HERE / "four.txt", 0o600)
            os.truncate(HERE / "five.txt", 1)

        def test_from_an_open_folder():
            folder = os.open(HERE / "open", os.O_RDONLY)
            if (HERE / "open" / "file.txt").exists():
                os.unlink("file.txt", dir_fd=folder)
            os.close(os.open("made.txt", os.O_WRONLY | os.O_CREAT, dir_fd=folder))
            os.close(folder)
            assert (HERE / "open" / "made.txt").exists()

        def test_in_a_fork():
            child = os.fork()
            if child == 0:
                (HERE / "forked.txt").write_text("x")
                os._exit(0)
            os.waitpid(child, 0)
    """,
    "cache.json": '{"hits": 1}',
    "uploads/kept.bin": "kept",
    **{f"{name}.txt": name for name in ("one", "two", "source", "target", "four", "five")},
    "tree/a/b.txt": "b",
    "old/deep/file.txt": "deep",
    "open/file.txt": "open",
}


def database(file: Path, journal: str) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(f"pragma journal_mode={journal}")
        connection.execute("create table orders (id)")
        connection.executemany("insert into orders values (?)", [(1,), (2,)])
    connection.close()


def furnish(folder: Path) -> None:
    """What a text cannot say: databases, an empty folder, a link."""
    database(folder / "wal.db", "wal")
    database(folder / "plain.db", "delete")
    (folder / "tree" / "empty").mkdir()
    (folder / "link").symlink_to("one.txt")


def everything(folder: Path) -> Mapping[str, tuple[int, bytes | str]]:
    """path -> (kind and mode, content) of every file, folder and link, but for what leakcheck keeps."""
    found: dict[str, tuple[int, bytes | str]] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not name.startswith(".leakcheck") and "__pycache__" not in name:
            mode = path.lstat().st_mode
            data: bytes | str = path.read_bytes() if stat.S_ISREG(mode) else ""
            found[name] = (mode, str(path.readlink()) if path.is_symlink() else data)
    return found


@pytest.mark.parametrize("engine", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_files_are_as_before_and_the_suite_gives_what_it_gave(engine: str) -> None:
    with Project(SHOP).folder() as first, Project(SHOP).folder() as folder:
        furnish(first)
        furnish(folder)
        plain = outcomes_of(first, "-p", "no:cacheprovider")
        before = everything(folder)
        found = audit(folder, "--random", "0", "--engine", engine)
        assert everything(folder) == before, found.text
        assert outcomes_of(folder, "-p", "no:cacheprovider") == plain
    assert set(plain.values()) == {"passed"}
    assert found.report["suite"]["engine"] == engine
    assert found.outcomes("declared") == plain
    assert set(found.verdicts.values()) == {"stable"}, found.text
    assert found.code == 0
    told = {each["owner"]: (each["kind"], each["impact"], each["before"][:8]) for each in found.report["leaks"]}
    rows = ("databases", "latent", "'rows: 2")
    assert told == {"plain.db": rows, "wal.db": rows}, found.text
    assert "tests write files: they run while nothing else does, and the files are put back: " in " ".join(
        found.stdout.split()
    )


TAKES_TURNS = {
    f"test_{name}.py": """
        import time
        from pathlib import Path

        CACHE = Path(__file__).parent / "cache.txt"

        def test_cached():
            if not CACHE.exists():
                CACHE.write_text("half")
                time.sleep(0.3)
                CACHE.write_text("whole")
            assert CACHE.read_text() == "whole"
    """
    for name in "abcd"
}


def test_who_fills_a_cache_alone_is_met_by_nobody() -> None:
    """In the declared order only the first test writes: alone, each of them does."""
    found = Project(TAKES_TURNS).audit("--random", "1")
    assert set(found.verdicts.values()) == {"stable"}, found.text
    assert (found.report["edges"], found.report["leaks"]) == ([], []), found.text
    assert "cache.txt" not in found.files


SHARED_FOLDER = {
    "conftest.py": """
        import shutil
        import time
        from pathlib import Path

        import pytest

        HERE = Path(__file__).parent

        @pytest.fixture(scope="session")
        def folder():
            assert not (HERE / "shared").exists()
            (HERE / "shared").mkdir()
            yield HERE / "shared"
            time.sleep(0.1)
            shutil.rmtree(HERE / "shared")
    """,
    "test_a.py": """
        def test_first(folder):
            (folder / "one").touch()

        def test_fixture_only(folder):
            assert folder.is_dir()

        def test_nothing():
            pass
    """,
    "test_b.py": """
        from pathlib import Path

        import pytest

        LOG = Path(__file__).parent / "log.txt"

        @pytest.fixture(scope="module")
        def log():
            LOG.write_text("")

        def test_elsewhere(folder):
            assert folder.is_dir()

        def test_by_its_name(request):
            assert request.getfixturevalue("folder").is_dir()

        def test_logs(log):
            with LOG.open("a") as stream:
                stream.write("x")
            assert "x" in LOG.read_text()

        def test_reads(log):
            assert LOG.exists()

        def test_writes():
            LOG.with_name("own.txt").write_text("x")

        def test_writes_the_same():
            LOG.with_name("own.txt").write_text("x")

        def test_nothing():
            pass
    """,
}


def exclusive_alone(found: Audited) -> set[str]:
    """The tests whose first run alone had been planned to be while nothing else runs."""
    names = [name for name in found.stored if name.rpartition("/")[2].startswith("e0")]
    headers = [read_segment(found.stored[name]).events[0] for name in names]
    orders = [each.order for each in headers if isinstance(each, Header) and each.order is not None]
    return {order.tests[0].partition("::")[2] for order in orders if order.kind == "isolated" and order.exclusive}


def test_only_who_writes_and_who_shares_the_fixture_that_does_runs_while_nothing_else_does() -> None:
    """The fixture is set up in the run of the first who needs it: of whoever needs it, when each runs alone."""
    found = Project(SHARED_FOLDER).audit("--random", "1")
    assert set(found.verdicts.values()) == {"stable"}, found.text
    assert (found.report["edges"], found.report["leaks"]) == ([], []), found.text
    assert found.files.keys() == {"pytest.ini", *SHARED_FOLDER}
    wanted = {"test_first", "test_fixture_only", "test_elsewhere", "test_logs", "test_reads", "test_writes"}
    assert exclusive_alone(found) - {"test_by_its_name"} == wanted | {"test_writes_the_same"}


IN_MEMORY = """
    import sqlite3
    from contextlib import closing

    def test_here():
        with closing(sqlite3.connect(":memory:")) as database:
            database.execute("create table orders (id)")

    def test_shared():
        name = "file:memorydb_default?mode=memory&cache=shared"
        with closing(sqlite3.connect(name, uri=True)) as database:
            database.execute("create table orders (id)")
"""


def test_a_database_in_memory_is_no_file() -> None:
    found = Project({"test_a.py": IN_MEMORY}).audit("--random", "0")
    assert set(found.verdicts.values()) == {"stable"}, found.text
    assert found.report["notes"] == []


MADE_UP = """
    import os
    import subprocess
    import sys
    import tempfile

    def test_here():
        descriptor, name = tempfile.mkstemp(suffix=".csv")
        os.close(descriptor)
        with open(name, "w") as stream:
            stream.write("x")
        os.unlink(name)

    def test_from_elsewhere():
        code = "import tempfile; print(tempfile.mkstemp(suffix='.csv')[1])"
        name = subprocess.check_output([sys.executable, "-c", code], text=True).strip()
        with open(name, "w") as stream:
            stream.write("x")
        os.unlink(name)
"""


def test_a_temporary_file_whose_name_is_made_up_is_nobody_elses() -> None:
    found = Project({"test_a.py": MADE_UP}).audit("--random", "0")
    assert set(found.verdicts.values()) == {"stable"}, found.text
    assert found.report["notes"] == []


FORKED = {
    f"test_{name}.py": """
        import multiprocessing
        import os
        import socket
        import time
        from pathlib import Path

        NOTES = Path(__file__).parent / "notes.txt"

        def serve(owner, ready):
            with socket.socket() as server:
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                server.bind(("127.0.0.1", 18765))
                server.listen()
                NOTES.write_text("half")
                time.sleep(0.2)
                NOTES.write_text(owner)
                ready.set()
                time.sleep(600)

        def test_serves():
            owner = str(os.getpid())
            assert not NOTES.exists() or NOTES.read_text() == owner
            fork = multiprocessing.get_context("fork")
            ready = fork.Event()
            server = fork.Process(target=serve, args=(owner, ready))
            server.start()
            assert ready.wait(20), "the port is taken"
            server.kill()
            server.join()
    """
    for name in "abc"
}


def test_what_forked_processes_do_is_theirs_who_forked_them() -> None:
    """Each execution finds the file absent, and none meets another at the port: all of it happens in servers."""
    found = Project(FORKED).audit("--random", "1")
    assert set(found.verdicts.values()) == {"stable"}, found.text
    assert (found.report["edges"], found.report["leaks"]) == ([], []), found.text
    assert "notes.txt" not in found.files
    told = " ".join(found.stdout.split())
    assert "the files are put back: notes.txt" in told
    assert "tests take fixed ports, so they run while nothing else does: 127.0.0.1:18765" in told


EARLY = {
    "pytest.ini": """
        [pytest]
        addopts = --junitxml=junit.xml -p pytest_cov --cov=. --cov-report=html --cov-report=xml -p syrupy
            -p inline_snapshot --snapshot-update
        cache_dir = .caches/pytest
        log_file = run.log
    """,
    "junit.xml": "old",
    "run.log": "old",
    ".coverage": "old",
    ".caches/pytest/v/shop/count": "7",
    "__snapshots__/test_a.ambr": (
        "# serializer version: 1\n# name: test_syrupy\n  'old'\n# ---\n# name: test_unused\n  'old'\n# ---\n"
    ),
    "app.py": """
        import logging
        from pathlib import Path

        HERE = Path(__file__).parent
        logging.getLogger("app").addHandler(logging.FileHandler(HERE / "app.log"))
        (HERE / "started.txt").write_text("again")
    """,
    "started.txt": "first",
    "conftest.py": """
        from pathlib import Path

        HERE = Path(__file__).parent

        def pytest_configure():
            (HERE / "configured.txt").write_text("x")

        def pytest_sessionfinish():
            (HERE / "finished.txt").write_text("x")

        def pytest_unconfigure():
            (HERE / "unconfigured.txt").write_text("x")
    """,
    "test_a.py": """
        import logging

        from inline_snapshot import snapshot as inline

        import app

        def test_syrupy(snapshot):
            assert "new" == snapshot

        def test_inline():
            assert 1 + 1 == inline(2)

        def test_cache(request):
            assert request.config.cache.get("shop/count", 0) >= 7
            request.config.cache.set("shop/count", 8)

        def test_logs():
            logging.getLogger("app").warning("hello")
    """,
}


MEETS = """
    import os
    import time
    from pathlib import Path

    def meet(place):
        place.mkdir(exist_ok=True)
        (place / str(os.getpid())).touch()
        deadline = time.monotonic() + 5
        while len(os.listdir(place)) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)

    def test_in_a_fork():
        meet(Path({place!r}, "before"))
        child = os.fork()
        if child == 0:
            Path("forked.txt").write_text("x")
            os._exit(0)
        os.waitpid(child, 0)
        meet(Path({place!r}, "after"))

    def test_else():
        pass
"""


def test_what_disturbed_executions_of_forking_tests_found_is_not_put_back() -> None:
    """The first two executions overlap: each is made again, and one of them found what the other had written."""
    with tempfile.TemporaryDirectory() as place:
        found = Project({"test_meets.py": MEETS.replace("{place!r}", repr(place))}).audit("--random", "0")
    assert "forked.txt" not in found.files, found.text
    assert len([name for name in found.stored if "/aside1-" in name]) == 2, found.text
    assert set(found.verdicts.values()) == {"stable"}, found.text


def test_what_plugins_and_imports_write_is_as_before() -> None:
    pytest.importorskip("syrupy")
    pytest.importorskip("inline_snapshot")
    with Project(EARLY).folder() as folder:
        before = everything(folder)
        found = audit(folder, "--random", "0")
        assert everything(folder) == before, found.text
    assert found.report, found.text
    assert set(found.verdicts.values()) == {"stable"}, found.text
    assert (found.report["leaks"], found.code) == ([], 0), found.text
    assert "switched off for the audit: --cov (pytest-cov), --junitxml, log_file" in found.stderr


def test_what_a_program_writes_that_a_test_starts_is_put_back() -> None:
    text = """
        import subprocess

        def test_child():
            subprocess.run(["touch", "touched.txt"], check=True)
    """
    found = Project({"test_a.py": text}).audit("--random", "0")
    assert "touched.txt" not in found.files
    assert "the files are put back: touched.txt" in " ".join(found.stderr.split())


def test_a_repeated_test_finds_what_a_new_process_would(tmp_path: Path) -> None:
    """Temporary folders are counted anew, doctests have their names again, a class a fresh instance."""
    files = {
        "pytest.ini": "[pytest]\naddopts = --doctest-modules\n",
        "shop.py": '''
            def twice(x):
                """
                >>> twice(2)
                4
                """
                return 2 * x
        ''',
        "test_a.py": """
            import unittest

            def test_folder(tmp_path):
                assert tmp_path.name == "test_folder0"

            class TestPlain:
                def test_instance(self):
                    assert not hasattr(self, "seen")
                    self.seen = True

            class TestCase(unittest.IsolatedAsyncioTestCase):
                async def test_instance(self):
                    assert not hasattr(self, "seen")
                    self.seen = True
        """,
    }
    found: Audited = Project(files).audit("--random", "0")
    assert set(found.names.values()) == {"stable"}, found.text
    again = [line for data in found.stored.values() for line in data.splitlines() if b'"event":"again"' in line]
    assert len(again) == 4
    assert all(b'"outcome":"passed"' in line for line in again)


def test_plain_pytest_finds_nothing_left_of_an_audit_that_failed() -> None:
    """A suite that cannot be collected has written files, too."""
    with Project(
        {"conftest.py": "open('made.txt', 'w').close()\n", "test_a.py": "import nothing_of_that_name\n"}
    ).folder() as folder:
        ended = run(folder, "leakcheck", "run", variables=environment())
        assert ended.code == 4, ended.text
        assert not (folder / "made.txt").exists()


# Servers ----------------------------------------------------------------------------------------------------------


class Counting(socketserver.StreamRequestHandler):
    """Tells whoever asks how many are connected just now, as a database with one table for all would."""

    present: ClassVar[list[object]] = []

    def handle(self) -> None:
        self.present.append(self)
        try:
            while self.rfile.readline():
                self.wfile.write(b"%d\n" % len(self.present))
        finally:
            self.present.remove(self)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """That of a server of this machine; not one of those that tests of a suite take for a while."""
    for number in range(21_000, 22_000):
        try:
            server = socketserver.ThreadingTCPServer(("127.0.0.1", number), Counting)
        except OSError:
            continue
        server.daemon_threads = True
        with server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield number
            server.shutdown()
        return


DRIVER = """
    import ctypes
    import os
    import socket
    import struct

    class Connection:
        '''As drivers in C connect: Python does not see it.'''

        def __init__(self):
            self.socket = socket.socket()
            port = int(os.environ["COUNTING_PORT"])
            address = struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + bytes([127, 0, 0, 1]) + bytes(8)
            assert ctypes.CDLL(None).connect(self.socket.fileno(), address, len(address)) == 0

        def count(self):
            self.socket.sendall(b"?\\n")
            return int(self.socket.recv(100))
"""
CONNECTED = {
    "psycopg.py": DRIVER,
    "conftest.py": """
        import pytest

        import psycopg

        @pytest.fixture(scope="session")
        def database():
            found = psycopg.Connection()
            {check}
            yield found
            found.socket.close()
    """,
    **{
        f"test_{name}.py": """
            import time

            import pytest

            @pytest.mark.parametrize("number", range(3))
            def test_alone(database, number):
                for _ in range(10):
                    assert database.count() == 1
                    time.sleep(0.01)
        """
        for name in "abc"
    },
}
CHECKS = {
    "stays connected": "pass",
    "leaves at once": """if found.count() > 1:
                found.socket.close()
                raise RuntimeError("somebody else is here")""",
}


@pytest.mark.skipif(sys.platform != "linux", reason="calls connect as Linux has it")
@pytest.mark.parametrize("check", CHECKS)
def test_executions_do_not_meet_at_a_server_that_a_driver_in_c_talks_to(
    check: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fixture of the session connects in the run of the first test only: alone, each test does."""
    monkeypatch.setenv("COUNTING_PORT", str(port))
    conftest = CONNECTED["conftest.py"].format(check=CHECKS[check])
    found = Project({**CONNECTED, "conftest.py": conftest}).audit("--random", "1")
    assert set(found.verdicts.values()) == {"stable"}, found.text
    told = " ".join(found.stdout.split())
    assert f"tests talk to servers, whose state leakcheck cannot reset: 127.0.0.1:{port}" in told


@pytest.mark.skipif(sys.platform != "linux", reason="calls connect as Linux has it")
def test_a_connection_that_an_import_has_made_is_not_shared_by_forks(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTING_PORT", str(port))
    files = {
        "psycopg.py": f"{dedent(DRIVER)}\n\nCONNECTION = Connection()\n",
        "test_a.py": "from psycopg import CONNECTION\n\ndef test_a():\n    assert CONNECTION.count() == 1\n",
    }
    found = Project(files).audit("--random", "0")
    assert set(found.verdicts.values()) == {"stable"}, found.text
    assert found.report["suite"]["engine"] == "spawn"
    told = " ".join(found.stdout.split())
    made = f"connections are open that the import of the suite has made (127.0.0.1:{port}); forks would share them"
    assert f"{made}: each order runs in a new process" in told
