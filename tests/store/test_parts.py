"""Parts: what is written comes back and names no place of the machine; what a stranger has written does no harm."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from leakcheck.errors import Unreadable, UsageError
from leakcheck.store import AuditFolder, parts, read_audit
from leakcheck.store.parts import MANIFEST, ROOTDIR, read_manifest, unpack, write_part
from store.parts_made import ROOT, TESTS, audited, manifest

PLACES = {ROOT: ROOTDIR, "/machine/ada": "/home"}


@pytest.fixture
def part(tmp_path: Path) -> Path:
    target = tmp_path / "out" / "one.leakcheck"
    write_part(audited(tmp_path / "audit", TESTS), manifest(), target, PLACES)
    return target


def unpacked(part: Path, tmp_path: Path) -> AuditFolder:
    base = tmp_path / "unpacked"
    base.mkdir()
    return unpack(part, base)


def refused(part: Path, tmp_path: Path) -> str:
    with pytest.raises(Unreadable) as told:
        unpacked(part, tmp_path)
    assert "\n" not in told.value.message
    return told.value.message


def with_entries(part: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    with zipfile.ZipFile(part) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)


def test_it_comes_back(part: Path, tmp_path: Path) -> None:
    assert read_manifest(part) == manifest()
    audit = read_audit(unpacked(part, tmp_path))
    assert audit.finished
    assert not audit.damaged
    assert [run.test for each in audit.executions for run in each.runs] == list(TESTS)


def test_it_names_no_place_of_the_machine(part: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(part) as archive:
        assert all(b"ada" not in archive.read(name) for name in archive.namelist())
    audit = read_audit(unpacked(part, tmp_path))
    assert audit.suite.rootdir == ROOTDIR
    assert [note.text for note in audit.notes] == [f"{ROOTDIR}/data.txt is another file now"]


def test_what_only_begins_like_a_place_stays(tmp_path: Path) -> None:
    assert (
        parts.replacing({"/a/b": "/x"})(b"/a/b/c /a/bc /a/b-c /a/b.c /a/b. /a/b")
        == b"/x/c /a/bc /a/b-c /a/b.c /x. /x"
    )


def test_digests_of_sources_are_those_of_the_manifest_alone(part: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(part) as archive:
        assert b"0123" not in archive.read("audit.jsonl")


def test_executions_that_have_not_ended_are_not_in_it(tmp_path: Path) -> None:
    folder = audited(tmp_path / "audit", TESTS[:2], finished=False)
    folder.begin("e00009")
    write_part(folder, manifest(finished=False), tmp_path / "part", PLACES)
    audit = read_audit(unpacked(tmp_path / "part", tmp_path))
    assert not audit.finished
    assert len(audit.executions) == 2


def test_what_cannot_be_written_is_a_mistake_of_the_call(tmp_path: Path) -> None:
    folder = audited(tmp_path / "audit", TESTS)
    with pytest.raises(UsageError, match="cannot write"):
        write_part(folder, manifest(), tmp_path / "audit" / "suite.jsonl" / "part", PLACES)


@pytest.mark.parametrize(
    "name", ["../e00001.jsonl", "/etc/e00001.jsonl", "a/e00001.jsonl", "e00001.txt", "e1.jsonl"]
)
def test_no_other_name_is_unpacked(part: Path, tmp_path: Path, name: str) -> None:
    with_entries(part, lambda entries: entries.update({name: b"x"}))
    assert "is no part of an audit: it holds" in refused(part, tmp_path)
    assert list((tmp_path / "unpacked").iterdir()) == []


@pytest.mark.parametrize("name", [MANIFEST, "audit.jsonl", "suite.jsonl"])
def test_what_each_has_must_be_there(part: Path, tmp_path: Path, name: str) -> None:
    def remove(entries: dict[str, bytes]) -> None:
        del entries[name]

    with_entries(part, remove)
    assert "is no part of an audit: it lacks" in refused(part, tmp_path)


def test_a_link_is_unpacked_as_a_file(part: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(part, "a") as archive:
        link = zipfile.ZipInfo("e00099.jsonl")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    folder = unpacked(part, tmp_path)
    assert not folder.segment("e00099").is_symlink()


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9])
def test_half_a_file_is_damaged(part: Path, tmp_path: Path, keep: float) -> None:
    part.write_bytes(part.read_bytes()[: int(keep * part.stat().st_size)])
    assert refused(part, tmp_path) == f"{part} is damaged: it is no whole archive"


def test_a_changed_byte_is_damage(part: Path, tmp_path: Path) -> None:
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 0xFF
    part.write_bytes(data)
    assert "is damaged" in refused(part, tmp_path) or "cannot be read" in refused(part, tmp_path)


def test_too_much_is_not_unpacked(part: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MAX_ENTRY", 5_000)
    with_entries(part, lambda entries: entries.update({"e00099.jsonl": b" " * 10_000}))
    assert refused(part, tmp_path) == f"{part} is damaged: it is too large"
    monkeypatch.setattr(parts, "MAX_ENTRIES", 2)
    (tmp_path / "unpacked").rmdir()
    assert "more than a part does" in refused(part, tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"\xff", "its manifest is no JSON"),
        (b"[1]", "its manifest is no JSON object"),
        (b'{"format": 99}', "it is of format 99"),
        (b'{"format": 1}', "Manifest lacks"),
    ],
)
def test_a_manifest_is_read_with_care(part: Path, tmp_path: Path, text: bytes, told: str) -> None:
    with_entries(part, lambda entries: entries.update({MANIFEST: text}))
    assert told in refused(part, tmp_path)


def test_what_is_no_part_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        read_manifest(tmp_path / "nothing")
    with pytest.raises(Unreadable, match="is a folder, and no part"):
        read_manifest(tmp_path)
