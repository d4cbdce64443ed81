"""What has changed with nobody telling: whose doing it is, and what comes of it."""

from __future__ import annotations

import os
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from leakcheck.engine.job import Job
from leakcheck.recorder.syscalls import Real
from leakcheck.records import Order, Whole
from leakcheck.store import AuditFolder, touched_by
from leakcheck.wire import events
from leakcheck.workspace.doubts import NAMES, shape_of, told_of_killed
from leakcheck.workspace.likely_root import likely_root
from leakcheck.workspace.listing import Lister
from leakcheck.workspace.salts import keep_salt
from leakcheck.workspace.stirrings import Stirrings
from leakcheck.workspace.touched_files import TouchedFiles
from leakcheck.workspace.unseen import Unseen
from leakcheck.workspace.unseen_changes import of_killed

TEST = "t.py::a"
SALT = "salt" * 8


class Audit:
    """A project, and executions of which only the segments are there."""

    def __init__(self, place: Path) -> None:
        self.root = place / "project"
        (self.root / "folder").mkdir(parents=True)
        for name in ("one.txt", "two.txt", "folder/three.txt"):
            (self.root / name).write_text("original")
        (self.root / "link").symlink_to("one.txt")
        self.folder = AuditFolder.create(place / "audits")
        self.folder.begin("audit")
        self.disk = TouchedFiles(self.folder, SALT)
        self.look()

    def look(self) -> None:
        self.unseen = Unseen.begin(self.folder, str(self.root), str(self.root.parent / "scratch"), SALT)

    def begin(self, tag: str) -> Job:
        job = Job(tag, Order(Whole(), (TEST,)), "fork", began=time.monotonic())
        self.unseen.settle()
        self.folder.begin(tag, job.order)
        self.folder.append(tag, events.Started(TEST, Real.clock()))
        return job

    def end(self, job: Job, *others: Job) -> bool:
        """Whether it has to run again."""
        again = self.unseen.ended(job, others, self.disk.remaining())
        tag = self.folder.put_aside(job.tag) if again else job.tag
        self.disk.remember(touched_by(self.folder, tag))
        if not others:
            self.disk.put_back()
            self.disk.forget_copies()
        return again

    def run(self, tag: str, change: Callable[[Path], object]) -> bool:
        job = self.begin(tag)
        change(self.root)
        return self.end(job)

    def state(self) -> Mapping[str, str]:
        return state_of(self.root)


def state_of(root: Path) -> Mapping[str, str]:
    """path -> kind and mode, with content, target and time."""
    found = {}
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        held = os.readlink(path) if path.is_symlink() else path.read_text() if path.is_file() else ""
        when = status.st_mtime_ns if path.is_file() and not path.is_symlink() else 0
        found[path.relative_to(root).as_posix()] = f"{stat.filemode(status.st_mode)} {when} {held}"
    return found


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    return Audit(tmp_path)


def pipe(root: Path) -> None:
    os.mkfifo(root / "pipe")


def unix_socket(root: Path) -> None:
    here = Path.cwd()
    os.chdir(root)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("socket")
    os.chdir(here)


def rename_over(root: Path) -> None:
    (root / "new").write_text("something else")
    (root / "new").replace(root / "one.txt")


def relink(root: Path) -> None:
    (root / "link").unlink()
    (root / "link").symlink_to("two.txt")


def turned(root: Path) -> None:
    (root / "one.txt").unlink()
    (root / "one.txt").mkdir()
    (root / "one.txt" / "inside").write_text("x")


def reset_time(root: Path) -> None:
    found = (root / "one.txt").stat()
    (root / "one.txt").write_text("changed!")
    os.utime(root / "one.txt", ns=(found.st_atime_ns, found.st_mtime_ns))


CHANGES: Mapping[str, Callable[[Path], object]] = {
    "content": lambda root: (root / "one.txt").write_text("changed"),
    "same size and time": reset_time,
    "mode": lambda root: (root / "one.txt").chmod(0o600),
    "time": lambda root: os.utime(root / "one.txt", (1, 1)),
    "gone": lambda root: (root / "folder" / "three.txt").unlink(),
    "new": lambda root: (root / "new.txt").write_text("x"),
    "new folders": lambda root: (root / "new" / "deep").mkdir(parents=True),
    "a new name": lambda root: (root / f"made-{time.monotonic_ns()}.txt").write_text("x"),
    "renamed over": rename_over,
    "moved": lambda root: (root / "folder").rename(root / "moved"),
    "a folder for a file": turned,
    "link": relink,
    "two names": lambda root: os.link(root / "one.txt", root / "alias"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_comes_back_is_the_doing_of_tests(audit: Audit, name: str) -> None:
    before = audit.state()
    assert audit.run("e00001", CHANGES[name]), "nobody knows yet whose doing it is"
    assert audit.state() == before, "it runs again from where it had begun"
    assert not audit.run("e00001", CHANGES[name])
    assert audit.state() == before
    assert {event.test for event in audit.folder.forked("e00001")} <= {TEST}
    assert audit.unseen.left(()) == []
    if name not in ("two names", "link", "moved", "a new name"):
        assert not audit.run("e00002", CHANGES[name]), "from now on that is known"
        assert audit.state() == before


@pytest.mark.parametrize("name", CHANGES)
def test_what_does_not_come_back_is_somebody_elses(audit: Audit, name: str) -> None:
    assert audit.run("e00001", CHANGES[name])
    assert not audit.run("e00001", lambda root: None)
    after = audit.state()
    assert audit.unseen.left(()) != []
    fresh = Audit(audit.root.parent / "other")
    assert after != fresh.state()
    assert not audit.run("e00002", lambda root: None)
    assert audit.state() == after
    assert not audit.folder.doubts.is_dir() or not list(audit.folder.doubts.iterdir())


def test_what_somebody_edits_between_executions_that_change_it_too_stays(audit: Audit) -> None:
    def change(root: Path) -> None:
        (root / "one.txt").write_text("by a test")

    audit.run("e00001", change)
    audit.run("e00001", change)
    audit.unseen.settle()
    (audit.root / "one.txt").write_text("by hand")
    audit.run("e00002", change)
    assert (audit.root / "one.txt").read_text() == "by hand"


@pytest.mark.parametrize("change", [pipe, unix_socket])
def test_pipes_and_sockets_go_at_once(audit: Audit, change: Callable[[Path], object]) -> None:
    before = audit.state()
    assert not audit.run("e00001", change)
    assert audit.state() == before


def test_the_socket_of_a_server_stays(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(audit.root)
    with socket.socket(socket.AF_UNIX) as server:
        assert audit.run("e00001", lambda root: server.bind("served"))
        assert (audit.root / "served").is_socket()


def test_whoever_ran_meanwhile_runs_again(audit: Audit) -> None:
    """Two ran beside each other: which of them did it shows when each runs alone."""
    before = audit.state()
    first, second = audit.begin("e00001"), audit.begin("e00002")
    (audit.root / "new.txt").write_text("x")
    audit.end(first, second)
    assert (first.touches, second.touches) == (True, True)
    audit.folder.put_aside("e00001")
    assert audit.end(second)
    assert audit.state() == before
    assert not audit.run("e00001", lambda root: None)
    assert not audit.run("e00002", CHANGES["new"])
    assert audit.state() == before


def test_what_imports_have_changed_stays(audit: Audit) -> None:
    (audit.root / "imported.txt").write_text("x")
    time.sleep(0.05)
    assert not audit.run("e00001", lambda root: None)
    assert (audit.root / "imported.txt").exists()
    assert audit.unseen.left(()) == [str(audit.root / "imported.txt")]


def test_who_goes_on_while_nothing_runs_is_no_test(audit: Audit) -> None:
    over = threading.Event()

    def write() -> None:
        while not over.wait(0.01):
            with (audit.root / "log").open("a") as stream:
                stream.write("x")

    server = threading.Thread(target=write)
    server.start()
    try:
        assert not audit.run("e00001", lambda root: time.sleep(0.3))
    finally:
        over.set()
        server.join()
    assert (audit.root / "log").stat().st_size > 20


def test_who_saves_a_file_twice_is_no_test(audit: Audit) -> None:
    assert audit.run("e00001", lambda root: (root / "one.txt").write_text("saved"))
    assert audit.run("e00001", lambda root: (root / "one.txt").write_text("saved again"))
    assert not audit.run("e00001", lambda root: None)
    assert (audit.root / "one.txt").read_text() == "saved again"


def test_who_writes_something_else_each_time_is_believed_in_the_end(audit: Audit) -> None:
    before, runs = audit.state(), 1
    while audit.run("e00001", lambda root: (root / "one.txt").write_text(f"{time.monotonic_ns()}")):
        runs += 1
    assert runs == 4
    assert audit.state() == before


def test_who_goes_on_making_files_while_nothing_runs_is_no_test(audit: Audit) -> None:
    over, made = threading.Event(), list[Path]()

    def make() -> None:
        while not over.wait(0.02):
            made.append(audit.root / f"job-{time.monotonic_ns()}.txt")
            made[-1].write_text("x")

    server = threading.Thread(target=make)
    server.start()
    try:
        for number in (1, 1, 2, 2):
            audit.run(f"e0000{number}", lambda root: time.sleep(0.2))
            audit.folder.segment(f"e0000{number}").unlink(missing_ok=True)
    finally:
        over.set()
        server.join()
    assert len(made) > 20
    assert [path for path in made if not path.exists()] == []


def test_what_somebody_has_open_is_theirs(audit: Audit) -> None:
    with (audit.root / "log").open("a") as stream:
        assert not audit.run("e00001", lambda root: print("x", file=stream, flush=True))
    assert (audit.root / "log").read_text() == "x\n"


def test_a_change_too_large_to_be_undone_is_named_when_it_comes_back(audit: Audit) -> None:
    large = audit.root / "large.bin"
    large.write_bytes(bytes(2 * 1024 * 1024))
    audit.look()
    for _ in range(2):
        audit.run("e00001", lambda root: large.write_bytes(os.urandom(2 * 1024 * 1024)))
    (trouble,) = audit.disk.troubles()
    assert trouble.startswith(f"{large} was changed by tests and could not be put back")


def test_an_end_in_the_midst_brings_back_what_is_in_doubt(audit: Audit) -> None:
    assert audit.run("e00001", CHANGES["content"])
    audit.unseen.stop([])
    assert (audit.root / "one.txt").read_text() == "changed"


def named_of(told: str) -> tuple[str, Path]:
    """The file that a sentence is about, and where it says that what it held is kept."""
    path, _, rest = told.partition(" changed during the audit ")
    return path, Path(rest.rpartition(" is kept in ")[2])


def test_a_kill_in_the_midst_leaves_it_beside_and_says_so(audit: Audit) -> None:
    keep_salt(audit.folder.path, SALT)
    assert audit.run("e00001", CHANGES["content"])
    (told,) = of_killed(audit.folder.path.parent)
    path, kept = named_of(told)
    assert path == str(audit.root / "one.txt")
    assert kept.read_text() == "changed"
    assert list(of_killed(audit.folder.path.parent)) == []


def test_each_kill_of_an_audit_that_goes_on_leaves_its_own(audit: Audit) -> None:
    found = {}
    for number, change in enumerate(("content", "new"), start=1):
        assert audit.run(f"e0000{number}", CHANGES[change])
        audit.look()
        (told,) = told_of_killed(audit.folder)
        path, found[change] = named_of(told)
        assert path == str(audit.root / {"content": "one.txt", "new": "new.txt"}[change])
    assert {change: kept.read_text() for change, kept in found.items()} == {"content": "changed", "new": "x"}


def test_in_the_folder_of_a_stranger_nothing_is_read_and_nothing_moves(audit: Audit) -> None:
    (audit.folder.doubts / "1").mkdir(parents=True)
    os.mkfifo(audit.folder.doubts / "1" / NAMES)  # whoever reads it waits for ever
    assert list(of_killed(audit.folder.path.parent)) == []
    assert audit.folder.doubts.is_dir()


def test_a_listing_leaves_out_environments_and_caches(tmp_path: Path) -> None:
    for name in ("env/pyvenv.cfg", "env/lib.py", "__pycache__/a.pyc", "node_modules/a.js", "own/a", ".git/HEAD"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = Lister({str(tmp_path / "own")}).below(str(tmp_path)) or {}
    assert {os.path.relpath(path, tmp_path) for path in found} == {"env", ".git", ".git/HEAD"}


@pytest.fixture
def stirrings(tmp_path: Path) -> Iterator[Stirrings]:
    found = Stirrings(tmp_path)
    (tmp_path / "project").mkdir()
    found.watch(str(tmp_path / "project"))
    yield found
    found.close()


def test_nothing_stirs_where_files_are_read_and_something_where_one_changes(
    tmp_path: Path, stirrings: Stirrings
) -> None:
    file = tmp_path / "project" / "file"
    file.write_text("x")
    assert stirrings.stirred() == {str(file)}
    file.read_text()
    (tmp_path / "project" / "__pycache__").mkdir()
    assert stirrings.stirred() == set()
    os.utime(file, (1, 1))
    assert stirrings.stirred() == {str(file)}
    assert stirrings.stirred() == set()
    (tmp_path / "project" / "folder").mkdir()
    assert stirrings.stirred() == {str(tmp_path / "project" / "folder")}
    (tmp_path / "project" / "folder").rename(tmp_path / "project" / "moved")
    assert stirrings.stirred() is None, "what lies in it has other names now"
    stirrings.close()
    assert stirrings.stirred() is None, "who is not told must look"


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("out-1.txt", "out-22.txt", True),
        ("a-1b9d6bcd-bbfd.txt", "a-77ad01ff-dead.txt", True),
        ("out.txt", "in.txt", False),
        ("out-1.txt", "out-1.csv", False),
    ],
)
def test_the_shape_of_a_name(first: str, second: str, same: bool) -> None:
    assert (shape_of(f"/p/{first}") == shape_of(f"/p/{second}")) == same
    assert shape_of(f"/p/{first}") != shape_of(f"/q/{first}")


def test_where_the_rootdir_will_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project" / "tests").mkdir(parents=True)
    (tmp_path / "project" / "pytest.ini").touch()
    root = str((tmp_path / "project").resolve())
    monkeypatch.chdir(tmp_path / "project" / "tests")
    assert likely_root(()) == root
    assert likely_root(("test_a.py::test_b",)) == root
    monkeypatch.chdir(tmp_path)
    assert likely_root(("project/tests",)) == root
    monkeypatch.setenv("HOME", str(tmp_path / "project"))
    assert likely_root(()) == str(tmp_path.resolve())
