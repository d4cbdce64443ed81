"""When a process cannot have a view of its own: where something would be otherwise in it."""

from __future__ import annotations

import mmap
import os
import sys
import threading
from pathlib import Path

import pytest

from leakcheck.recorder.outside.views import ASKED, REFUSED, Views, mounts, refusals

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has namespaces")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "inner").mkdir(parents=True)
    (folder / "log.txt").write_text("log")
    return folder


def told(root: Path, scratch: str = "/elsewhere", folder: str = "/audits") -> list[str]:
    found = refusals(str(root), scratch, folder)
    return [each for each in found if "threads" not in each]  # of pytest's own


def test_nothing_is_in_the_way(root: Path) -> None:
    assert told(root) == []


def test_what_is_open_would_be_written_beside_it(root: Path) -> None:
    with (root / "log.txt").open("a"):
        assert told(root) == ["the import of the suite holds log.txt open"]
    assert told(root) == []


def test_a_folder_that_is_open_leads_beside_it(root: Path) -> None:
    descriptor = os.open(root / "inner", os.O_RDONLY)
    try:
        assert told(root) == ["the import of the suite holds inner open"]
    finally:
        os.close(descriptor)


def test_what_lies_in_the_folder_of_the_audit_is_leakchecks(root: Path) -> None:
    with (root / "inner" / "segment").open("w"):
        assert told(root, folder=str(root / "inner")) == []


def test_memory_that_is_a_file_would_be_written_beside_it(root: Path) -> None:
    descriptor = os.open(root / "log.txt", os.O_RDWR)
    with mmap.mmap(descriptor, 3):
        os.close(descriptor)
        assert "the import of the suite holds log.txt open" in told(root)


def test_a_thread_would_go_on_without_it(root: Path) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert any("threads" in each for each in refusals(str(root), "/elsewhere", "/audits"))
    finally:
        end.set()
        thread.join()


def test_the_temporary_folder_must_not_be_covered(root: Path) -> None:
    assert told(root, scratch=str(root / "tmp")) == ["the temporary folder lies below the rootdir"]


def test_the_root_of_the_system_is_no_project() -> None:
    assert f"{os.sep} holds more than a project" in told(Path(os.sep))


def test_something_mounted_below_would_be_hidden(root: Path) -> None:
    assert any(path == "/proc" for path in mounts())
    assert "/proc is mounted below the rootdir" in told(Path(os.sep))


def test_nobody_has_a_view_who_was_not_asked(tmp_path: Path) -> None:
    assert Views.asked(str(tmp_path)) is None
    (tmp_path / ASKED).write_text("torn")
    assert Views.asked(str(tmp_path)) is None
    (tmp_path / ASKED).write_text('{"user": true}')
    assert Views.asked(str(tmp_path)) == Views(str(tmp_path), user=True)


def test_who_has_none_tells_why(root: Path, tmp_path: Path) -> None:
    with (root / "log.txt").open("a"):
        assert Views(str(tmp_path), user=True).enter(str(root), str(tmp_path), "e00001") == ""
    assert (tmp_path / REFUSED).read_text().startswith("the import of the suite ")
