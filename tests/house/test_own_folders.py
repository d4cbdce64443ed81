"""The one removal of a tree: leakcheck's own folder, and nothing that is reached from it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from leakcheck.own_folders import Own, remove_own
from leakcheck.safe_paths import Replaced, Strange, entry
from programs import missing

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")


def furnished(folder: Path) -> Path:
    (folder / "deep" / "deeper").mkdir(parents=True)
    (folder / "deep" / "file").write_text("x")
    return folder


def test_all_of_it_goes_whatever_tests_have_made_of_it(tmp_path: Path) -> None:
    own = Own.at(str(furnished(tmp_path / "own")))
    os.mkfifo(tmp_path / "own" / "pipe")
    (tmp_path / "own" / "deep").chmod(0)
    assert remove_own(own)
    assert not (tmp_path / "own").exists()
    assert remove_own(own)


def test_no_link_is_followed(tmp_path: Path) -> None:
    outside = furnished(tmp_path / "outside")
    own = Own.at(str(furnished(tmp_path / "own")))
    (tmp_path / "own" / "link").symlink_to(outside)
    (tmp_path / "own" / "deep" / "link").symlink_to(outside / "deep" / "file")
    assert remove_own(own)
    assert (outside / "deep" / "file").read_text() == "x"


def test_another_folder_of_the_same_name_stays(tmp_path: Path) -> None:
    own = Own.at(str(furnished(tmp_path / "own")))
    (tmp_path / "own").rename(tmp_path / "moved")
    furnished(tmp_path / "own")
    assert not remove_own(own)
    assert not remove_own(own, "deep")
    assert (tmp_path / "own" / "deep" / "file").exists()


def test_a_link_in_its_place_or_on_the_way_is_not_gone_through(tmp_path: Path) -> None:
    own = Own.at(str(furnished(tmp_path / "a" / "own")))
    (tmp_path / "a").rename(tmp_path / "b")
    (tmp_path / "a").symlink_to("b")
    assert not remove_own(own)
    assert not remove_own(own, "deep")
    assert (tmp_path / "b" / "own" / "deep" / "file").exists()


def test_what_others_may_write_to_is_nobodys_own(tmp_path: Path) -> None:
    furnished(tmp_path / "own").chmod(0o777)
    with pytest.raises(OSError, match="others may write"):
        Own.at(str(tmp_path / "own"))


@needs_root
@pytest.mark.processes
@pytest.mark.parametrize("options", [("--bind",), ("-t", "tmpfs", "none")], ids=["bind", "tmpfs"])
def test_what_is_mounted_inside_stays(tmp_path: Path, options: tuple[str, ...]) -> None:
    outside = furnished(tmp_path / "outside")
    own, place = Own.at(str(furnished(tmp_path / "own"))), tmp_path / "own" / "deep" / "deeper"
    source = (str(outside),) if options == ("--bind",) else ()
    done = subprocess.run(["mount", *options, *source, str(place)], capture_output=True, text=True, check=False)
    if done.returncode:
        missing(f"mount is not permitted: {done.stderr.strip()}")
    try:
        (place / "mounted").write_text("x")
        assert not remove_own(own)
        assert (place / "mounted").read_text() == "x"
        assert not (tmp_path / "own" / "deep" / "file").exists()
    finally:
        subprocess.run(["umount", str(place)], check=True)
    assert (outside / "deep" / "file").exists()


@pytest.mark.parametrize("path", ["/etc/passwd", "{}/../x", "{}/a/../../x", "{}", "{}/./x", "relative", "{}x/y"])
def test_a_path_that_is_not_inside_is_none_of_ours(tmp_path: Path, path: str) -> None:
    with pytest.raises(Strange), entry(path.format(tmp_path), below=str(tmp_path), make=True):
        pass


def test_a_parent_that_is_a_link_is_refused_and_nothing_is_made_in_it(tmp_path: Path) -> None:
    outside = furnished(tmp_path / "outside")
    (tmp_path / "link").symlink_to(outside)
    with pytest.raises(Replaced), entry(str(tmp_path / "link" / "new" / "x"), below=str(tmp_path), make=True):
        pass
    assert sorted(path.name for path in outside.iterdir()) == ["deep"]
