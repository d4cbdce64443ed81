"""Copies of files belong to one attempt at an execution, by whatever name it goes in the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakcheck.records import Order, Whole
from leakcheck.store import AuditFolder, kept_by, left_in, touched_by
from leakcheck.wire.events import ABSENT, FORMAT, UNKEPT, Header, Outside
from leakcheck.wire.segments import last_seal, sealed

TAG = "e00002"


@pytest.fixture
def folder(tmp_path: Path) -> AuditFolder:
    folder = AuditFolder.create(tmp_path / ".leakcheck")
    folder.begin("audit")
    return folder


def attempt(folder: AuditFolder, text: str) -> None:
    """An execution under way, whose test, and what that has forked, have changed files."""
    folder.begin(TAG, Order(Whole(), ("a",)))
    copies = folder.undo / TAG
    copies.mkdir(parents=True)
    (copies / "7-1").write_text(text)
    folder.append(TAG, Outside("file", "/data", str(copies / "7-1")), Outside("file", "/new", ABSENT))
    header = sealed(Header(FORMAT, "8"))
    (copies / "8.jsonl").write_bytes(header + sealed(Outside("file", "/large", UNKEPT), last_seal(header)))


def copies(touched: tuple[Outside, ...]) -> dict[str, str]:
    """name -> what the copy holds, or what stands in its place."""
    return {
        each.name: Path(each.copy).read_text() if each.copy not in (ABSENT, UNKEPT) else each.copy
        for each in touched
    }


def test_what_is_put_aside_takes_its_copies_along(folder: AuditFolder) -> None:
    attempt(folder, "first")
    first = {"/data": "first", "/new": ABSENT, "/large": UNKEPT}
    assert copies(touched_by(folder, TAG)) == first
    aside = folder.put_aside(TAG)
    assert copies(touched_by(folder, aside)) == copies(kept_by(folder)) == first
    attempt(folder, "second")
    assert copies(touched_by(folder, TAG)) == {**first, "/data": "second"}
    assert copies(touched_by(folder, folder.put_aside(TAG))) == {**first, "/data": "second"}
    assert copies(touched_by(folder, aside)) == first


def test_copies_of_attempts_that_are_over_are_not_asked_for(folder: AuditFolder) -> None:
    """Their segments still tell that a file was not there, which may be there by now."""
    attempt(folder, "first")
    aside = folder.put_aside(TAG)
    (folder.undo / aside).rename(folder.undone)
    folder.begin(TAG, Order(Whole(), ("a",)))
    (folder.undo / TAG).mkdir()
    assert kept_by(folder) == ()


def test_who_is_killed_between_the_segment_and_the_copies_loses_nothing(folder: AuditFolder) -> None:
    for text in ("first", "second"):
        attempt(folder, text)
        aside = folder.put_aside(TAG)
    (folder.undo / aside).rename(folder.undo / TAG)
    assert copies(touched_by(folder, TAG)) == {"/data": "second", "/new": ABSENT, "/large": UNKEPT}
    (folder.undo / folder.last_aside(TAG).replace("2", "1", 1)).rename(folder.undone)
    assert copies(kept_by(folder)) == {"/data": "second", "/new": ABSENT, "/large": UNKEPT}


def test_a_session_that_goes_on_puts_back_what_was_put_aside(folder: AuditFolder) -> None:
    attempt(folder, "first")
    folder.put_aside(TAG)
    left = left_in(folder)
    assert copies(left.touched) == {"/data": "first", "/new": ABSENT, "/large": UNKEPT}
    assert not left.replay.kept


def test_a_session_that_goes_on_puts_back_what_was_under_way(folder: AuditFolder) -> None:
    attempt(folder, "first")
    assert copies(left_in(folder).touched) == {"/data": "first", "/new": ABSENT, "/large": UNKEPT}
