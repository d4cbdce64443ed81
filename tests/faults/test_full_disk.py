"""No room is left, at whatever write: the audit says so, keeps what it has, harms no file, and can go on."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support import Project

from .harness import JSON, RESUME, RUN, SUITE, Place, needs_proc, suite

COMMAND = shlex.join([sys.executable, "-m", "leakcheck", "run", "--random", "0", "--lanes", "2"])
BIG = SUITE.with_files({"data.txt": "as it was\n" * 5_000})
"""So that there is something to copy before a test writes to it."""


@contextmanager
def small_disk(target: Path, temp: Path, kilobytes: int) -> Iterator[Place]:
    """The project on a file system of this size."""
    target.mkdir()
    temp.mkdir()
    options = ("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs")
    done = subprocess.run(["mount", *options, str(target)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mount is not permitted ({done.stderr.strip()}): files of limited size are tried elsewhere")
    try:
        for name, text in {"pytest.ini": "[pytest]\n", **BIG.files}.items():
            (target / name).write_text(text, "utf-8")
        yield Place(target, temp)
    finally:
        subprocess.run(["umount", "--lazy", str(target)], check=True)


def told(place: Place, ended: subprocess.CompletedProcess[str], files: dict[str, bytes]) -> None:
    if "leakcheck: cannot keep the audit in .leakcheck: " in ended.stderr:
        assert ended.returncode == 4, ended.stderr
    else:
        assert ended.returncode == 2, ended.stderr
        assert "leakcheck: cannot " in ended.stderr
        assert "Make room" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert place.files() == files
    place.nothing_is_left(0.5)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[object, int]]:
    """(the findings, the number of executions) of an audit that has room enough."""
    with suite(tmp_path_factory.mktemp("temp"), BIG) as place:
        assert place.leakcheck(*RUN).returncode == 1
        yield place.facts()["findings"], len(place.complete())


@needs_proc
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
@pytest.mark.parametrize("kilobytes", [68, 84, 120, 136, 152])
def test_a_full_disk(tmp_path: Path, kilobytes: int, undisturbed: tuple[object, int]) -> None:
    """From the first write to the last: the audit's own files, those of its processes, copies for putting back."""
    with small_disk(tmp_path / "disk", tmp_path / "tmp", kilobytes) as place:
        files = place.files()
        report = ("--json", str(tmp_path / "report.json"))
        told(place, place.leakcheck(*RUN[:-2], *report), files)
        before = place.complete()
        subprocess.run(["mount", "-o", "remount,size=50m", str(place.folder)], check=True)
        known = (
            any((each / "suite.jsonl").exists() for each in place.audits) and (tmp_path / "report.json").exists()
        )
        ended = place.leakcheck(*(RESUME if known else RUN))
        assert ended.returncode == 1, ended.stderr
        assert place.files() == files
        assert (place.facts()["findings"], len(place.complete())) == undisturbed
        assert before.items() <= place.complete().items()


@needs_proc
@pytest.mark.parametrize("blocks", [0, 1, 2, 16])
def test_files_that_cannot_grow(tmp_path: Path, blocks: int) -> None:
    """The system refuses writes behind so many blocks of a file: to each segment, in turn, and to copies."""
    with suite(tmp_path / "tmp", BIG) as place:
        files = place.files()
        ended = subprocess.run(
            ["bash", "-c", f"ulimit -f {blocks}; exec {COMMAND}"],
            cwd=place.folder,
            env=place.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        told(place, ended, files)


def test_reports_that_find_no_room(tmp_path: Path) -> None:
    """It is told, and the others are written."""
    with suite(tmp_path / "tmp", Project({"test_a.py": "def test_a(): pass\n"})) as place:
        (place.folder / "full").symlink_to("/dev/full")
        ended = place.leakcheck("run", "--random", "0", "--html", "full", *JSON)
        assert ended.returncode == 4, ended.stderr
        assert "cannot write full: No space left on device" in ended.stderr
        assert "✓ 1 test" in ended.stdout
        assert place.facts()["verdict"] == "clean"


FILLS = Project(
    {
        "test_a.py": """
            import resource

            def test_before():
                pass

            def test_allows_no_more_writing():
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

            def test_after():
                pass
        """
    }
)


def test_a_test_that_allows_no_more_writing(tmp_path: Path) -> None:
    """The limit is the test's own and holds for it, but not for what is recorded of it."""
    with suite(tmp_path / "tmp", FILLS) as place:
        ended = place.leakcheck(*RUN)
        assert ended.returncode == 0, ended.stderr
        verdicts = {row["id"].partition("::")[2]: row["verdict"] for row in place.facts()["tests"]}
        assert verdicts == {
            "test_before": "stable",
            "test_allows_no_more_writing": "stable",
            "test_after": "stable",
        }
        assert not any("there was no room to record it" in note for note in place.facts()["notes"])
