"""What executions change with no audit event telling of it is put back, and what somebody else changes stays."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from support import Audited, Project, audit, leakcheck

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="programs and system calls as on Linux")
Entry = tuple[int, int, bytes | str, Mapping[str, bytes]]


def everything(folder: Path) -> dict[str, Entry]:
    """path -> (mode, time of the last change, content or target, extended attributes); folders have no time."""
    return {
        path.relative_to(folder).as_posix(): _entry(path)
        for path in sorted(folder.rglob("*"))
        if not {".leakcheck", "__pycache__", ".pytest_cache"} & set(path.relative_to(folder).parts)
    }


def _entry(path: Path) -> Entry:
    found = path.lstat()
    if path.is_symlink():
        return found.st_mode, 0, os.readlink(path), {}
    if not path.is_file():
        return found.st_mode, 0, "", {}
    names = os.listxattr(path)
    return found.st_mode, found.st_mtime_ns, path.read_bytes(), {name: os.getxattr(path, name) for name in names}


HEALTHY = {
    "conftest.py": """
        import os
        from pathlib import Path

        import pytest

        SEEN = set()

        @pytest.fixture
        def found():
            '''What the file holds, as a run of its own finds it: who runs again in one process finds its own.'''
            def look(name, wanted):
                first = name not in SEEN
                SEEN.add(name)
                there = os.path.lexists(name)
                assert not first or (Path(name).read_text() if there else None) == wanted
                return there
            return look
    """,
    "test_calls.py": """
        import ctypes
        import mmap
        import os
        import socketserver
        import sqlite3
        from contextlib import closing

        def test_socket(found):
            if not found("app.sock", None):
                socketserver.UnixStreamServer("app.sock", socketserver.BaseRequestHandler).server_close()

        def test_pipe(found):
            if not found("events.fifo", None):
                os.mkfifo("events.fifo")

        def test_node(found):
            if not found("node.fifo", None):
                os.mknod("node.fifo")

        def test_library(found):
            found("library.txt", "original")
            libc = ctypes.CDLL(None)
            descriptor = libc.open(b"library.txt", os.O_WRONLY | os.O_TRUNC)
            libc.write(descriptor, b"by C", 4)
            libc.close(descriptor)

        def test_attach():
            with closing(sqlite3.connect(":memory:")) as database:
                database.execute("attach database 'other.db' as o")
                assert database.execute("select count(*) from o.t").fetchone()[0] in (0, os.environ.get("ATTACHED", 0))
                database.execute("delete from o.t")
                database.execute("insert into o.t values (randomblob(100))")
                database.commit()
                database.execute("delete from o.t")
                database.commit()

        def test_vacuum(found, tmp_path):
            if not found("vacuumed.db", None):
                with closing(sqlite3.connect(":memory:")) as database:
                    database.execute("create table t (x)")
                    database.execute("vacuum into 'vacuumed.db'")

        def test_backup(found):
            with closing(sqlite3.connect(":memory:")) as source, closing(sqlite3.connect("backup.db")) as target:
                source.execute("create table t (x)")
                source.backup(target)

        def test_mapped(found):
            found("mapped.txt", "original")
            with open("mapped.txt", "r+b") as stream, mmap.mmap(stream.fileno(), 0) as view:
                view[:3] = b"MAP"

        def test_attribute(found):
            os.setxattr("attributes.txt", "user.note", b"1")

        def test_hard_link(found):
            found("linked.txt", "original")
            os.link("linked.txt", "alias.txt")
            with open("alias.txt", "w") as stream:
                stream.write("changed")
            os.unlink("alias.txt")

        def test_hard_link_elsewhere(found, tmp_path):
            found("lent.txt", "original")
            os.link("lent.txt", tmp_path / "alias.txt")
            (tmp_path / "alias.txt").write_text("changed")

        def test_git(found):
            found(".git/HEAD", "ref")
            with open(".git/HEAD", "w") as stream:
                stream.write("changed")
    """,
    "test_programs.py": """
        import subprocess
        import sys

        import pytest

        def shell(text):
            subprocess.run(["sh", "-c", text], check=True)

        def test_writes(found):
            found("notes.txt", "original")
            shell("printf changed > notes.txt")

        def test_makes(found):
            shell("mkdir -p out/deep && echo x > out/deep/file-$$.txt && ln -sf nowhere out/link")

        def test_removes(found):
            if found("gone.txt", "original"):
                shell("rm gone.txt")

        def test_renames(found):
            found("moved.txt", "original")
            shell("printf new > other.tmp && touch -r moved.txt other.tmp && mv other.tmp moved.txt")

        def test_changes_mode():
            shell("chmod 600 mode.txt; touch -d 2001-01-01 times.txt; truncate -s 10000000 sparse.bin")

        def test_relinks(found):
            shell("ln -sfn nowhere current")

        def test_commits():
            shell("mkdir -p tests/repository/.git/refs && echo ref > tests/repository/.git/refs/main")

        def test_nothing():
            pass
    """,
    ".git/HEAD": "ref",
    **{
        f"{name}.txt": "original"
        for name in (
            *("library", "mapped", "attributes", "linked", "lent", "notes", "gone", "moved", "mode", "times"),
        )
    },
    "sparse.bin": "small",
}


@contextmanager
def healthy() -> Iterator[Path]:
    with Project(HEALTHY).folder() as folder:
        (folder / "current").symlink_to("notes.txt")
        os.setxattr(folder / "attributes.txt", "user.kept", b"2")
        os.setxattr(folder / "moved.txt", "user.kept", b"3")
        os.link(folder / "times.txt", folder / "times-too.txt")
        with sqlite3.connect(folder / "other.db") as connection:
            connection.execute("create table t (x)")
        connection.close()
        yield folder


@pytest.mark.parametrize("engine", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_what_is_changed_unseen_is_put_back_and_hurts_nobody(engine: str) -> None:
    with healthy() as folder:
        before = everything(folder)
        found = audit(folder, "--random", "0", "--engine", engine)
        after = everything(folder)
    assert {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} == set(), found.text
    assert {test for test, verdict in found.verdicts.items() if verdict != "stable"} == set(), found.text
    assert (found.report["leaks"], found.report["edges"], found.code) == ([], [], 0), found.text
    assert [note["topic"] for note in found.report["notes"]] == ["files"], found.report["notes"]
