"""Whatever tests do with the folders around a file, nothing outside the project changes, and edits stay."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from support import Project, leakcheck

from .harness import RESUME, Place, needs_proc, suite
from .strangers import precious, snapshot
from .test_strangers_files import WRITES, killed_in_its_test

ENGINES = pytest.mark.parametrize("engine", ["fork", "spawn"])


def audited(place: Place, *more: str) -> str:
    ended = place.leakcheck("run", "--random", "0", "--lanes", "1", *more)
    assert "Traceback" not in ended.stderr
    return ended.stdout + ended.stderr


# Links ----------------------------------------------------------------------------------------------------------


def test_a_folder_that_became_a_link_is_not_gone_through(tmp_path: Path) -> None:
    outside = precious(tmp_path / "outside")
    test = f"""
        import os
        import shutil

        def test_replaces():
            os.makedirs("cache/deep")
            for name in ("cache/overwritten", "cache/removed", "cache/deep/file"):
                open(name, "w").close()
            shutil.rmtree("cache")
            os.symlink({str(outside)!r}, "cache")

        def test_else():
            pass
    """
    with suite(tmp_path / "tmp", Project({"test_a.py": test})) as place:
        before, files = snapshot(outside), place.files()
        audited(place)
        assert (snapshot(outside), place.files()) == (before, files)
        assert not (place.folder / "cache").is_symlink()


def link_made_by_a_program(where: Path, outside: Path) -> str:
    """A test that writes a file, and has a program put a link to `outside` in the place of its folder."""
    return f"""
        import os
        import subprocess

        def test_replaces():
            os.chdir({str(where)!r})
            if not os.path.islink("data"):
                open("data/overwritten", "w").close()
                subprocess.run(["sh", "-c", "mv data gone; ln -s {outside} data"], check=True)
    """


def test_a_link_that_a_program_makes_is_undone_and_not_gone_through(tmp_path: Path) -> None:
    outside = precious(tmp_path / "outside")
    with suite(tmp_path / "tmp", Project({"data/overwritten": "mine too"})) as place:
        files = place.files()
        (place.folder / "test_a.py").write_text(dedent(link_made_by_a_program(place.folder, outside)))
        before = snapshot(outside)
        audited(place)
        assert snapshot(outside) == before
        assert {name: data for name, data in place.files().items() if name != "test_a.py"} == files
        assert not (place.folder / "data").is_symlink()


def test_a_link_that_nobody_was_seen_to_make_stays_and_is_named(tmp_path: Path) -> None:
    """By a program, and outside of the rootdir, where nothing is compared: what was kept of the files behind it is
    not put there."""
    outside, elsewhere = precious(tmp_path / "outside"), tmp_path / "elsewhere"
    (elsewhere / "data").mkdir(parents=True)
    (elsewhere / "data" / "overwritten").write_text("mine too")
    with suite(tmp_path / "tmp", Project({"test_a.py": link_made_by_a_program(elsewhere, outside)})) as place:
        before = snapshot(outside)
        told = audited(place)
        assert snapshot(outside) == before
        assert "is no folder any more, and nothing is done through what it is" in " ".join(told.split())
        (kept,) = [path for path in place.audits[0].glob("undo/*/*") if path.suffix != ".jsonl"]
        assert kept.read_text() == "mine too"


MAKES = """
    import os
    import subprocess

    def test_makes():
        os.chdir({where!r})
        os.makedirs("made", exist_ok=True)
        open("made/seen", "w").close()
        subprocess.run(["sh", "-c", "echo x > made/unseen"], check=True)
"""


def test_what_a_program_makes_in_a_folder_that_tests_made_goes_with_it(tmp_path: Path) -> None:
    with suite(tmp_path / "tmp", Project({"test_a.py": "def test_a(): pass\n"})) as place:
        (place.folder / "test_a.py").write_text(dedent(MAKES.format(where=str(place.folder))))
        files = place.files()
        assert "nobody was seen to make" not in audited(place)
        assert place.files() == files
        assert not (place.folder / "made").exists()


def test_what_nobody_was_seen_to_make_stays_in_a_folder_that_tests_made(tmp_path: Path) -> None:
    """Outside of the rootdir, where nothing is compared."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with suite(tmp_path / "tmp", Project({"test_a.py": MAKES.format(where=str(elsewhere))})) as place:
        told = " ".join(audited(place).split())
        assert [path.name for path in (elsewhere / "made").iterdir()] == ["unseen"]
        assert "made was made by tests, and stays: nobody was seen to make what it holds (unseen)" in told


# The folder of the audit is removed -----------------------------------------------------------------------------

REMOVES = """
    import os
    import shutil
    import subprocess

    def test_a():
        pass

    def test_removes():
        for name in ("data.txt", "new.txt"):
            with open(name, "w") as stream:
                stream.write("half")
        {removes}
"""
WAYS = {
    "all of it": 'shutil.rmtree(".leakcheck")',
    "by another program": 'subprocess.run(["rm", "-rf", ".leakcheck"], check=True)',
    "the audit": '[shutil.rmtree(f".leakcheck/{name}") for name in os.listdir(".leakcheck") if name[0] == "2"]',
}


@ENGINES
@pytest.mark.parametrize("way", WAYS)
def test_a_test_that_removes_the_folder_of_the_audit(tmp_path: Path, way: str, engine: str) -> None:
    project = Project({"data.txt": "as it was\n", "test_a.py": REMOVES.format(removes=WAYS[way])})
    with suite(tmp_path / "tmp", project) as place:
        files = place.files()
        ended = place.leakcheck("run", "--random", "0", "--lanes", "1", "--engine", engine)
        assert (ended.returncode, "Traceback" in ended.stderr) == (2, False), ended.stderr
        assert "is gone: it was removed while the audit ran, by a test or by somebody else" in ended.stderr
        assert "Name a folder that no test removes with --folder" in ended.stderr
        assert "room" not in ended.stderr
        assert place.files() == files


def test_a_test_that_removes_the_copies_only(tmp_path: Path) -> None:
    removes = '[shutil.rmtree(f".leakcheck/{name}/undo", True) for name in os.listdir(".leakcheck")]'
    project = Project({"data.txt": "as it was\n", "test_a.py": REMOVES.format(removes=removes)})
    with suite(tmp_path / "tmp", project) as place:
        files = place.files()
        ended = place.leakcheck("run", "--random", "0", "--lanes", "1")
        assert ended.returncode == 0, ended.stderr
        assert place.files() == files


# Edits after a kill ---------------------------------------------------------------------------------------------


@needs_proc
@pytest.mark.parametrize("command", [RESUME, ("run", "--random", "0")], ids=["resume", "run"])
def test_an_edit_after_a_kill_stays_and_what_was_there_before_is_kept(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    with suite(tmp_path / "tmp", WRITES) as place:
        audit = killed_in_its_test(place)
        (place.folder / "data.txt").write_text("two hours of my work")
        (place.folder / "imported.txt").write_text("and more")
        ended = place.leakcheck(*command)
        assert ended.returncode in (0, 1), ended.stderr
        assert (place.folder / "data.txt").read_text() == "two hours of my work"
        assert (place.folder / "imported.txt").read_text() == "and more"
        assert not (place.folder / "made").exists()
        told = " ".join((ended.stdout + ended.stderr).split())
        assert f"data.txt was changed after the audit {audit.name} was killed, and is left as it is" in told
        assert "as it was\n" in [path.read_text() for path in (audit / "kept").iterdir()]


@needs_proc
def test_what_nobody_has_edited_is_put_back_after_a_kill(tmp_path: Path) -> None:
    with suite(tmp_path / "tmp", WRITES) as place:
        audit = killed_in_its_test(place)
        assert leakcheck(place.folder, "run", "--random", "0", variables={"TMPDIR": str(place.temp)}).code == 0
        assert (place.folder / "data.txt").read_text() == "as it was\n"
        assert not (place.folder / "made").exists()
        assert not (audit / "kept").exists()


@needs_proc
@pytest.mark.parametrize("command", [RESUME, ("run", "--random", "0")], ids=["resume", "run"])
def test_files_of_the_user_outside_the_rootdir_are_put_back_after_a_kill(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    home = precious(tmp_path / "home")
    before = snapshot(home)
    conftest = """
        import os

        import pytest

        @pytest.fixture(autouse=True)
        def settings():
            home = os.path.expanduser("~")
            for name in ("overwritten", "new"):
                with open(os.path.join(home, name), "w") as stream:
                    stream.write("half")
            os.remove(os.path.join(home, "removed"))
            os.rename(os.path.join(home, "deep"), os.path.join(home, "moved"))
    """
    project = WRITES.with_files({"conftest.py": conftest})
    with suite(tmp_path / "tmp", project) as place:
        killed_in_its_test(place, HOME=str(home))
        assert snapshot(home) != before
        ended = place.leakcheck(*command, variables={"HOME": str(home)})
        assert ended.returncode in (0, 1), ended.stderr
        assert snapshot(home) == before
