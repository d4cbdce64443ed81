"""The folder of the audits: links, no permission to write, a clock that was set back, two audits at once."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from programs import missing
from support import Project, contents

from .harness import RESUME, RUN, suite

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


@pytest.fixture(scope="module")
def set_back() -> dict[str, str]:
    """The variables with which a program believes that it is 2001."""
    libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not libraries:
        missing("libfaketime is missing: apt-get install libfaketime")
    return {
        "LD_PRELOAD": str(libraries[0]),
        "FAKETIME": "@2001-02-03 04:05:06",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def test_a_clock_that_was_set_back(tmp_path: Path, set_back: dict[str, str]) -> None:
    """The newest audit stays the newest, and an audit goes on over the change."""
    with suite(tmp_path / "tmp", GREEN) as place:
        assert place.leakcheck(*QUICK).returncode == 0
        (first,) = place.audits
        (place.folder / "test_b.py").write_text("def test_b(): pass\n")
        assert place.leakcheck(*QUICK, variables=set_back).returncode == 0
        assert len(place.audits) == 2
        assert place.audits[0] == first
        ended = place.leakcheck("report", "--json", "report.json")
        assert ended.returncode == 0, ended.stderr
        assert place.facts()["suite"]["tests"] == 2

        newest = place.audits[-1] / "audit.jsonl"
        newest.write_bytes(b"".join(newest.read_bytes().splitlines(keepends=True)[:-1]))
        ended = place.leakcheck(*RESUME)
        assert ended.returncode == 0, ended.stderr
        assert "Traceback" not in ended.stderr


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
