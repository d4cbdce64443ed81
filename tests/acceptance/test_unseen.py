"""What executions change with no audit event telling of it is put back, and what somebody else changes stays."""

from __future__ import annotations

import contextlib
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

from support import Project, audit, leakcheck

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
                assert database.execute("select count(*) from o.t").fetchone() == (0,)
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


def differing(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


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
    assert differing(before, after) == set(), found.text
    assert {test for test, verdict in found.verdicts.items() if verdict != "stable"} == set(), found.text
    told = {(each["kind"], each["owner"], each["impact"]) for each in found.report["leaks"]}
    assert told <= {("databases", "backup.db", "latent")}, found.text
    assert (found.report["edges"], found.code) == ([], 0), found.text
    others = [note for note in found.report["notes"] if not note.startswith("tests write files: ")]
    assert [note for note in others if "conftest.SEEN" not in note] == [], "nothing is told of files but that"


# Somebody else ----------------------------------------------------------------------------------------------------

WORKING = {
    **{f"{name}.txt": "original\n" for name in ("edited", "removed", "log", "saved")},
    "test_a.py": """
        import subprocess
        import time

        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_slow(number):
            time.sleep(0.15)

        def test_program():
            subprocess.run(["touch", "made.txt"], check=True)
    """,
}


def work(folder: Path, over: threading.Event) -> None:
    """What a user, an editor and a server do meanwhile."""
    deadline = time.monotonic() + 60
    while not list(folder.glob(".leakcheck/*/e00002.jsonl")) and time.monotonic() < deadline:
        time.sleep(0.05)
    (folder / "edited.txt").write_text("edited by hand\n")
    (folder / "new.txt").write_text("a new file\n")
    (folder / "notes").mkdir()
    (folder / "notes" / "today.md").write_text("more\n")
    (folder / "removed.txt").unlink()
    (folder / "saved.tmp").write_text("saved by an editor\n")
    (folder / "saved.tmp").replace(folder / "saved.txt")
    while not over.wait(0.1):
        with (folder / "log.txt").open("a") as stream:
            stream.write("line\n")


@pytest.mark.parametrize("engine", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_what_somebody_else_changes_meanwhile_stays(engine: str) -> None:
    over = threading.Event()
    with Project(WORKING).folder() as folder:
        user = threading.Thread(target=work, args=(folder, over))
        user.start()
        try:
            found = audit(folder, "--random", "1", "--engine", engine)
        finally:
            over.set()
            user.join()
        held = {
            name: data.decode() for name, data in found.files.items() if name not in WORKING or name == "log.txt"
        }
        lines = (folder / "log.txt").read_text().splitlines()
        changed = {name: (folder / name).read_text() for name in ("edited.txt", "saved.txt")}
        gone = (folder / "removed.txt").exists()
    assert changed == {"edited.txt": "edited by hand\n", "saved.txt": "saved by an editor\n"}, found.text
    assert not gone, found.text
    assert (held["new.txt"], held["notes/today.md"]) == ("a new file\n", "more\n"), found.text
    assert lines[0] == "original"
    assert set(lines[1:]) == {"line"}
    assert "made.txt" not in found.files
    assert set(found.verdicts.values()) == {"stable"}, found.text
    told = " ".join(found.stdout.split())
    assert "left as it is: edited.txt, log.txt, new.txt, notes, notes/today.md and 2 more" in told, found.text
    assert "the files are put back: made.txt" in told, found.text


# Outside the rootdir ----------------------------------------------------------------------------------------------

AT_HOME = {
    **{
        f"test_{name}.py": f"""
            import os
            import time
            from pathlib import Path

            CONFIG = Path.home() / ".config" / "app" / "settings.ini"
            STATE = Path(os.environ["XDG_STATE_HOME"], "app.state")

            def test_settings():
                CONFIG.parent.mkdir(parents=True, exist_ok=True)
                CONFIG.write_text("{name}")
                time.sleep(0.2)
                assert CONFIG.read_text() == "{name}"
                assert not STATE.exists() or STATE.read_text() == str(os.getpid())
                STATE.write_text(str(os.getpid()))
                (Path.home() / "profile").write_text("changed")
                (Path.home() / "gone").unlink(missing_ok=True)
        """
        for name in "abc"
    },
}


@pytest.mark.skipif(not os.access("/var/tmp", os.W_OK), reason="a place beside the temporary folder is needed")
def test_files_of_the_user_are_watched_wherever_they_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two lanes would overwrite each other's settings, and the state would stay for the next."""
    with tempfile.TemporaryDirectory(prefix="home-", dir="/var/tmp") as name:
        home = Path(name)
        for each in ("profile", "gone"):
            (home / each).write_text("original")
        (home / "state").mkdir()
        monkeypatch.setenv("HOME", name)
        monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
        before = everything(home)
        found = Project(AT_HOME).audit("--random", "0")
        assert everything(home) == before, found.text
    assert set(found.verdicts.values()) == {"stable"}, found.text
    assert (found.report["edges"], found.code) == ([], 0), found.text
    assert "the files are put back: ~/.config" in " ".join(found.stdout.split())


# What is told -----------------------------------------------------------------------------------------------------

RELINKS = """
    import os

    def test_repoints():
        os.unlink("current")
        os.symlink("nowhere", "current")

    def test_other():
        pass
"""


def test_a_link_that_was_put_back_is_told_once() -> None:
    with Project({"test_a.py": RELINKS, "data.txt": ""}).folder() as folder:
        (folder / "current").symlink_to("data.txt")
        found = audit(folder, "--random", "0")
        assert os.readlink(folder / "current") == "data.txt"
    assert found.report["notes"] == [
        "tests write files: they run while nothing else does, and the files are put back: current"
    ]


MADE_UP = """
    import os
    import tempfile
    from pathlib import Path

    def test_named():
        with tempfile.NamedTemporaryFile("w", prefix="upload-", suffix=".csv") as stream:
            stream.write("x")
        with tempfile.NamedTemporaryFile("w", prefix="upload-", delete=False) as stream:
            stream.write("x")
        Path(stream.name).write_text("y")
        os.unlink(stream.name)

    def test_made_up():
        name = tempfile.mktemp(prefix="report-", suffix=".txt")
        Path(name).write_text("x")
        os.unlink(name)
        folder = Path(tempfile.mktemp(prefix="site-"))
        folder.mkdir()
        (folder / "index.html").write_text("x")
        (folder / "index.html").unlink()
        folder.rmdir()
"""


def test_a_made_up_name_with_a_prefix_is_nobody_elses() -> None:
    found = Project({"test_a.py": MADE_UP}).audit("--random", "0")
    assert set(found.verdicts.values()) == {"stable"}, found.text
    assert found.report["notes"] == []


# Temporary folders ------------------------------------------------------------------------------------------------

LARGE = """
    import os

    import pytest

    @pytest.mark.parametrize("number", range(5))
    def test_writes(tmp_path, number):
        (tmp_path / "large").write_bytes(bytes(1_000_000))
        (tmp_path / "elsewhere").symlink_to(os.environ["ELSEWHERE"])
        (tmp_path / "locked").mkdir()
        (tmp_path / "locked" / "file").write_text("x")
        (tmp_path / "locked").chmod(0)
"""


def size_of(folder: Path) -> int:
    found = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                found += os.lstat(os.path.join(place, name)).st_size
    return found


@pytest.mark.parametrize("engine", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_what_an_execution_leaves_in_its_temporary_folder_goes_with_it(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temp, elsewhere, over, sizes = tmp_path / "temp", tmp_path / "elsewhere", threading.Event(), [0]
    temp.mkdir()
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("kept")
    monkeypatch.setenv("TMPDIR", str(temp))
    monkeypatch.setenv("ELSEWHERE", str(elsewhere))

    def watch() -> None:
        while not over.wait(0.1):
            sizes.append(size_of(temp))

    watcher = threading.Thread(target=watch)
    watcher.start()
    with Project({"test_a.py": LARGE}).folder() as folder:
        ended = leakcheck(folder, "run", "--random", "2", "--lanes", "2", "--engine", engine)
    over.set()
    watcher.join()
    assert ended.code == 0, ended.text
    assert 0 < max(sizes) < 3 * 5_000_000, "more than two lanes write at a time"
    assert (elsewhere / "kept").read_text() == "kept"
    assert [path.name for path in temp.iterdir() if path.name.startswith("lc-")] == []


def test_what_tests_leave_in_their_temporary_folders_is_kept_if_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    text = "def test_a(tmp_path):\n    (tmp_path / 'left').write_text('x')\n"
    with Project({"test_a.py": text}).folder() as folder:
        ended = leakcheck(folder, "run", "--random", "0", "--keep-temp")
    (kept,) = tmp_path.glob("lc-*")
    assert f"what tests left in their temporary folders is kept in {kept}" in " ".join(ended.stdout.split())
    assert len(list(kept.rglob("left"))) > 2
    assert not list(kept.glob("*.json")), "these hold the salt"
