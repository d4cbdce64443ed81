"""What an audit's folder says about files is acted on if this user's own leakcheck has said it, and never else."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from leakcheck.audit import result_of
from leakcheck.audit.investigate import why_not
from leakcheck.audit.resume import unfinished
from leakcheck.errors import LeakcheckError
from leakcheck.recorder.outside.proofs import proven, undo_key
from leakcheck.reports import formats
from leakcheck.store import AuditFolder, audits, left_in, read_audit
from leakcheck.wire.events import Outside
from leakcheck.workspace.recovery import recover
from leakcheck.workspace.restore_after_kill import put_back_leftovers
from leakcheck.workspace.salts import keep_salt, kept_salt
from leakcheck.workspace.touched_files import TouchedFiles
from support import Project

from .harness import RUN, Place, kill, needs_proc, suite
from .strangers import hostile, precious, signed_by_another, snapshot, tampered

GREEN = Project({"test_a.py": "def test_a(): pass\n"})
WRITES = Project(
    {
        "data.txt": "as it was\n",
        "conftest.py": "open('imported.txt', 'w').close()\n",
        "test_a.py": """
            import os
            import time

            def test_a():
                pass

            def test_writes():
                os.makedirs("made/deep", exist_ok=True)
                for name in ("data.txt", "made/deep/new.txt"):
                    with open(name, "w") as stream:
                        stream.write("half")
                if os.path.exists("slow"):
                    open("here", "w").close()
                    time.sleep(60)
        """,
    }
)


def killed_in_its_test(place: Place, **variables: str) -> Path:
    """The folder of an audit that is killed while a recorded test has changed files."""
    nobody = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = place.start("run", "--random", "4", "--lanes", "1", variables=variables, **nobody)
    wait_for(place.goes_on)
    (place.folder / "slow").touch()
    wait_for((place.folder / "here").exists)
    assert process.poll() is None
    kill(process)
    place.nothing_is_left()
    for name in ("slow", "here"):
        (place.folder / name).unlink()
    assert (place.folder / "data.txt").read_text() == "half"
    return place.audits[-1]


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# A stranger's folder --------------------


@pytest.mark.parametrize("command", [RUN, ("run", "--resume"), ("report",), ("explain", "test_a.py::test_a")])
def test_a_folder_that_came_with_the_project_touches_nothing(tmp_path: Path, command: tuple[str, ...]) -> None:
    outside = precious(tmp_path / "outside")
    with suite(tmp_path / "tmp", GREEN) as place:
        (place.folder / ".leakcheck").mkdir()
        audit = hostile(place.folder / ".leakcheck", outside)
        before = snapshot(outside), snapshot(audit)
        ended = place.leakcheck(*command)
        assert (snapshot(outside), snapshot(audit)) == before
        assert "Traceback" not in ended.stderr
        if command is RUN:
            assert ended.returncode == 0, ended.stderr
            assert f"nothing is put back for .leakcheck/{audit.name}" in ended.stderr
            for name in ("overwritten", "removed", "deep"):
                assert str(outside / name) in ended.stderr


@dataclass
class Here:
    """A place for audits, and for the salts of this user."""

    base: Path
    outside: Path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Here:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / ".leakcheck").mkdir()
    return Here(tmp_path / ".leakcheck", precious(tmp_path / "outside"))


SALT = "0123456789abcdef" * 2
SIGNED: dict[str, Callable[[Outside], Outside]] = {
    "not signed": lambda event: event,
    "made up": signed_by_another,
    "by another audit": lambda event: proven(event, undo_key("f" * 32)),
}


@pytest.mark.parametrize("sign", SIGNED)
def test_a_stranger_who_takes_the_place_of_ones_own_audit_touches_nothing(here: Here, sign: str) -> None:
    """The name of the audit is known to this user's leakcheck, and its salt: but not who has written this."""
    audit = hostile(here.base, here.outside, SIGNED[sign])
    keep_salt(audit, SALT)
    assert kept_salt(audit) == SALT
    before = snapshot(here.outside)
    notes = list(put_back_leftovers(here.base))
    assert snapshot(here.outside) == before
    assert any(str(here.outside / "overwritten") in note for note in notes)


def test_the_same_with_the_right_proof_is_put_back(here: Here) -> None:
    """The counter-check: it is the proof that makes the difference, and nothing else."""
    audit = hostile(here.base, here.outside, lambda event: proven(event, undo_key(SALT)))
    keep_salt(audit, SALT)
    list(put_back_leftovers(here.base))
    assert (here.outside / "overwritten").read_text() == "OWNED AGAIN\n"
    assert not (here.outside / "removed").exists()
    assert (here.outside / "deep").exists() is False


def test_ones_own_audit_that_others_may_write_to_is_not_acted_on(here: Here) -> None:
    audit = hostile(here.base, here.outside, lambda event: proven(event, undo_key(SALT)))
    keep_salt(audit, SALT)
    audit.chmod(0o777)
    before = snapshot(here.outside)
    (note,) = put_back_leftovers(here.base)
    assert note.startswith("nothing is put back for ")
    assert snapshot(here.outside) == before


# One's own folder, to which somebody has put a hand --------------------


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Path]]:
    with suite(tmp_path_factory.mktemp("tmp"), WRITES) as place:
        yield place, killed_in_its_test(place)


def everything(base: Path, name: str) -> None:
    """What `run`, `--resume`, `report` and `explain` do with what lies there before they run anything."""
    folder = AuditFolder(base / name)
    _told(lambda: _resumed(base))
    _told(lambda: list(put_back_leftovers(base)))
    _told(lambda: _reported(folder))
    _told(lambda: why_not(read_audit(folder), kept_salt(folder.path)))
    with folder.aside("asking"):
        pass


def _resumed(base: Path) -> None:
    earlier = unfinished(base, {})
    lock = earlier.folder.lock()
    disk = TouchedFiles(earlier.folder, earlier.salt)
    try:
        recover(disk, left_in(earlier.folder).touched)
        disk.forget_copies()
    finally:
        os.close(lock)


def _reported(folder: AuditFolder) -> None:
    result = result_of(folder)
    for name in ("json", "terminal"):
        assert formats()[name].render(result)


def _told(action: Callable[[], object]) -> None:
    with suppress(LeakcheckError):
        action()


def tamper_with(
    cut: tuple[Place, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seeds: range
) -> dict[str, int]:
    place, audit = cut
    monkeypatch.setattr(tempfile, "tempdir", str(place.temp))
    outside = precious(tmp_path / "outside")
    pristine, base = tmp_path / "pristine", audit.parent
    shutil.copytree(audit, pristine, symlinks=True)
    before, counts = snapshot(outside), {"put back": 0, "left": 0}
    assert [each.path for each in audits(base)] == [audit]
    for seed in seeds:
        assert not (place.folder / "data.txt").is_symlink()
        (place.folder / "data.txt").write_text("half")
        tampered(pristine, audit, outside, Random(seed))
        if (audit / "ended").is_file() and not (audit / "ended").is_symlink():
            os.utime(audit / "ended")  # else it is said that somebody has edited the file since
        try:
            everything(base, audit.name)
            assert snapshot(outside) == before
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
        counts["put back" if (place.folder / "data.txt").read_text() == "as it was\n" else "left"] += 1
    shutil.rmtree(audit)
    shutil.copytree(pristine, audit, symlinks=True)
    return counts


@needs_proc
def test_nothing_outside_changes_whatever_becomes_of_an_audit(
    cut: tuple[Place, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = tamper_with(cut, tmp_path, monkeypatch, range(300))
    assert min(counts.values()) > 20, counts


@pytest.mark.slow
@needs_proc
def test_nothing_outside_changes_whatever_becomes_of_20_000_audits(
    cut: tuple[Place, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tamper_with(cut, tmp_path, monkeypatch, range(20_000))
