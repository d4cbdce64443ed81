"""The folder of the audits: links, no permission to write, a clock that was set back, two audits at once."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from leakcheck.store import AuditFolder, latest
from programs import missing
from support import Project, contents

from .harness import RUN, suite

GREEN = Project({"test_a.py": "def test_a(): pass\n"})
QUICK = ("run", "--random", "0", "--lanes", "1", "--json", "report.json")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")


def mounted(options: tuple[str, ...], target: Path) -> None:
    """Mount something at `target`; the test is skipped where that is not permitted, but never in CI."""
    done = subprocess.run(["mount", *options, str(target)], capture_output=True, text=True, check=False)
    if done.returncode:
        missing(f"mount is not permitted: {done.stderr.strip()}")


# Links ------------------------------------------------------------------------------------------------------------


def link_to_a_folder(folder: Path, aside: Path) -> str:
    (folder / "kept").mkdir()
    return "kept"


def link_outside(folder: Path, aside: Path) -> str:
    return str(aside)


def link_to_nothing(folder: Path, aside: Path) -> str:
    return "nowhere"


def link_to_a_file(folder: Path, aside: Path) -> str:
    (folder / "file").write_text("text")
    return "file"


def link_to_itself(folder: Path, aside: Path) -> str:
    return ".leakcheck"


@pytest.mark.parametrize("make", [link_to_a_folder, link_outside], ids=lambda make: make.__name__)
def test_a_link_to_a_folder_is_as_good_as_a_folder(tmp_path: Path, make: object) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    with suite(tmp_path / "tmp", GREEN) as place:
        link = make(place.folder, aside)  # type: ignore[operator]
        (place.folder / ".leakcheck").symlink_to(link)
        assert place.leakcheck(*QUICK).returncode == 0
        assert place.leakcheck("report").returncode == 0
        assert os.readlink(place.folder / ".leakcheck") == link
        assert (place.folder / link / ".gitignore").exists()
        assert not any("files" in note for note in place.facts()["notes"])


@pytest.mark.parametrize("make", [link_to_nothing, link_to_a_file, link_to_itself], ids=lambda make: make.__name__)
def test_a_link_to_anything_else_is_told(tmp_path: Path, make: object) -> None:
    with suite(tmp_path / "tmp", GREEN) as place:
        link = make(place.folder, tmp_path)  # type: ignore[operator]
        (place.folder / ".leakcheck").symlink_to(link)
        before = contents(place.folder)
        ended = place.leakcheck("run")
        assert ended.returncode == 4
        assert f"leakcheck: cannot keep the audit in .leakcheck (a link to {link}): " in ended.stderr
        assert "--folder" in ended.stderr
        told = place.leakcheck("report")
        assert (told.returncode, "no audit in .leakcheck" in told.stderr) == (4, True), told.stderr
        assert contents(place.folder) == before


# No permission ----------------------------------------------------------------------------------------------------

WRITES = Project({"test_a.py": "def test_a(): pass\ndef test_b(): open('b.txt', 'w').close()\n"})


@needs_root
def test_a_rootdir_that_cannot_be_written_to(tmp_path: Path) -> None:
    with suite(tmp_path / "tmp", WRITES) as place:
        mounted(("--bind", str(place.folder)), place.folder)
        try:
            subprocess.run(["mount", "-o", "remount,ro,bind", str(place.folder)], check=True)
            refused = place.leakcheck("run")
            assert refused.returncode == 4
            assert "cannot keep the audit in .leakcheck: Read-only file system" in refused.stderr
            assert "Name a folder that can be written with --folder." in refused.stderr
            aside = str(tmp_path / "aside")
            ended = place.leakcheck("run", "--random", "0", "--folder", aside, "--json", f"{tmp_path}/report.json")
            assert ended.returncode == 0, ended.stderr
            assert "test_b.py" not in ended.stderr
            again = place.leakcheck("report", "--folder", aside, "--json", "no.json")
            assert (again.returncode, "cannot write no.json: Read-only" in again.stderr) == (4, True), again.stderr
        finally:
            subprocess.run(["umount", str(place.folder)], check=True)


# The clock --------------------------------------------------------------------------------------------------------


def test_the_newest_audit_stays_the_newest_when_the_clock_was_set_back(tmp_path: Path) -> None:
    """An audit from what is now the future, and one begun after it."""
    future = tmp_path / "20991231-235959-abcd"
    future.mkdir()
    AuditFolder(future).begin("audit")
    made = AuditFolder.create(tmp_path)
    made.begin("audit")
    assert latest(tmp_path).path == made.path


# Two at once ------------------------------------------------------------------------------------------------------


def test_two_audits_of_the_same_suite_at_once(tmp_path: Path) -> None:
    with suite(tmp_path / "alone") as place:
        assert place.leakcheck(*RUN).returncode == 1
        alone = place.facts()
    with suite(tmp_path / "tmp") as place:
        files = place.files()
        reports = [str(tmp_path / f"{number}.json") for number in range(2)]
        both = [place.start(*RUN[:-1], report) for report in reports]
        ends = [process.communicate()[1] for process in both]
        assert [process.returncode for process in both] == [1, 1], ends
        assert place.files() == files
        assert len(place.audits) == 2
        for report in reports:
            shutil.copy(report, place.folder / "report.json")
            assert place.facts()["findings"] == alone["findings"]
