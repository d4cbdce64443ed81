"""Proven fixes beside an audit: the newest of each cause, for its owner only, and no harm where damaged."""

from __future__ import annotations

from pathlib import Path

from leakcheck.records import ProvenFix
from leakcheck.store import keep_fixes, kept_fixes
from leakcheck.wire.kept_fixes import KeptFix

ONE, OTHER = (ProvenFix((), how, (), "") for how in ("one", "other"))


def test_nothing_is_kept_where_nothing_was_proven(tmp_path: Path) -> None:
    assert kept_fixes(tmp_path) == ()


def test_a_later_look_at_a_cause_takes_the_place_of_the_first(tmp_path: Path) -> None:
    keep_fixes(tmp_path, {("a", "b"): ONE, ("c",): ONE})
    keep_fixes(tmp_path, {("b",): OTHER, ("d",): None})
    assert kept_fixes(tmp_path) == (KeptFix(("b",), OTHER), KeptFix(("c",), ONE))
    keep_fixes(tmp_path, {("c",): None})
    assert kept_fixes(tmp_path) == (KeptFix(("b",), OTHER),)


def test_nobody_else_reads_them_and_no_link_is_followed(tmp_path: Path) -> None:
    keep_fixes(tmp_path, {("a",): ONE})
    file = tmp_path / "fixes" / "proven.json"
    assert (file.stat().st_mode & 0o777, [each.name for each in file.parent.iterdir()]) == (0o600, [file.name])
    outside = tmp_path / "outside"
    outside.write_text("theirs", "utf-8")
    file.unlink()
    file.symlink_to(outside)
    keep_fixes(tmp_path, {("a",): ONE})
    assert outside.read_text("utf-8") == "theirs"


def test_what_is_damaged_is_no_fix(tmp_path: Path) -> None:
    keep_fixes(tmp_path, {("a",): ONE})
    (tmp_path / "fixes" / "proven.json").write_bytes(b'[{"ends": \xff')
    assert kept_fixes(tmp_path) == ()
    keep_fixes(tmp_path, {("a",): OTHER})
    assert kept_fixes(tmp_path) == (KeptFix(("a",), OTHER),)
