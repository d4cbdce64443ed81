"""Audits that somebody else made: whatever stands in them, a report reads nothing else, runs nothing, and ends."""

from __future__ import annotations

import json
import os
import random
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from leakcheck.audit import result_of
from leakcheck.errors import CannotRecord, Unreadable
from leakcheck.reports import formats
from leakcheck.reports.graphs import graph_formats
from leakcheck.reports.graphs.leak_graph import leak_graph
from leakcheck.store import AuditFolder, latest
from leakcheck.wire import segments
from support import Project, leakcheck

SUITE = """
    import os

    RATES = {"vat": 20}

    def test_reduced():
        RATES["vat"] = 7

    def test_mode():
        os.environ["SHOP_MODE"] = "x"

    def test_vat():
        assert RATES["vat"] == 20
"""
EVIL: tuple[Any, ...] = (
    None, True, -1, 10**30, 1e308, float("nan"), float("inf"), "", "x" * 100_000, "0" * 5_000, "\0", "\ud800", "*",
    "</script><img src=x onerror=alert(1)>", "\x1b]8;;http://e\x07", "\u202e::error::%0A]]>", "../../etc/passwd",
    "/etc/passwd.py", "a::b[", "secret #00", "2026-13-45", [], {}, [[]], {"a": {}},
)  # fmt: skip


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project and its audit."""
    with Project({"test_s.py": SUITE}).folder() as folder:
        ended = leakcheck(folder, "run", "--random", "0", "--lanes", "2")
        assert ended.code == 1, ended.text
        yield folder


@pytest.fixture
def folder(audited: Path, tmp_path: Path) -> Path:
    """A copy of it, as somebody may have sent it."""
    return Path(shutil.copytree(audited, tmp_path / "sent"))


def stored(folder: Path) -> Path:
    return latest(folder / ".leakcheck").path


def rewritten(file: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change every event in a segment."""
    found = [json.loads(line.rpartition(" ")[0]) for line in file.read_text("utf-8").splitlines()]
    for event in found:
        change(event)
    file.write_text("".join(json.dumps(event) + " \n" for event in found), "utf-8")
    seal_again(file.parent)


def seal_again(place: Path) -> None:
    """A stranger makes seals that are right."""
    seals: dict[str, str] = {}
    for file in sorted(place.glob("*.jsonl"), key=lambda each: (each.stem == "audit", each.stem)):
        before, lines = segments.NO_SEAL, []
        for line in file.read_bytes().splitlines():
            event = json.loads(line.rpartition(b" ")[0])
            if isinstance(event, dict) and event.get("event") == "ended" and file.stem == "audit":
                event["seal"] = seals.get(str(event["execution"]), event["seal"])
            lines.append(segments.seal_line(json.dumps(event).encode(), before))
            before = segments.last_seal(lines[-1])
        seals[file.stem] = before.decode()
        file.write_bytes(b"".join(lines))


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to all parts of an event."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        yield (*way, key)
        yield from places(item, (*way, key))


def spoilt(line: bytes, chance: random.Random) -> bytes:
    """An event with something else in one of its places, of the same type more often than not."""
    event = json.loads(line.rpartition(b" ")[0])
    *way, last = chance.choice(list(places(event)))
    part = event
    for key in way:
        part = part[key]
    fitting = [each for each in EVIL if type(each) is type(part[last])]
    part[last] = chance.choice(fitting if fitting and chance.random() < 0.7 else EVIL)
    return json.dumps(event).encode() + b" "


def rendered(folder: Path) -> None:
    result = result_of(AuditFolder(folder))
    for report in formats().values():
        assert report.render(result).encode()
    for form in graph_formats().values():
        assert form.render(leak_graph(result)).encode()


def test_whatever_stands_in_an_audit_is_told_or_shown(folder: Path) -> None:
    place = stored(folder)
    rendered(place)
    files = sorted(place.glob("*.jsonl"))
    before = {file: file.read_bytes() for file in files}
    outcomes = []
    for seed in range(150):
        chance = random.Random(seed)
        file = chance.choice(files)
        data = file.read_bytes()
        lines = data.split(b"\n")
        number = chance.randrange(len(lines) - 1)
        lines[number] = spoilt(lines[number], chance)
        file.write_bytes(b"\n".join(lines))
        seal_again(place)
        try:
            rendered(place)
            outcomes.append("shown")
        except Unreadable:
            outcomes.append("told")
        for name, whole in before.items():
            name.write_bytes(whole)
    assert set(outcomes) == {"shown", "told"}


@pytest.mark.parametrize(("name", "value"), [("lanes", "two"), ("profile", "evil"), ("paths", "(1,)")])
def test_options_that_are_none_are_told(folder: Path, name: str, value: str) -> None:
    def change(event: dict[str, Any]) -> None:
        if event["event"] == "begun":
            event["options"][name] = value

    rewritten(stored(folder) / "audit.jsonl", change)
    ended = leakcheck(folder, "report")
    assert (ended.code, ended.stderr.count("Traceback")) == (4, 0)
    assert f"{name} cannot be {value!r}" in ended.stderr


def test_a_report_reads_no_file_of_the_machine(folder: Path, tmp_path: Path) -> None:
    """Not even below the rootdir that the audit names, or its audit would say what is shown."""
    (tmp_path / "diary.py").write_text("dear diary\n" * 20, "utf-8")

    def change(event: dict[str, Any]) -> None:
        if "suite" in event:
            event["suite"]["rootdir"] = "/"
        for run in [event["run"]] if "run" in event else []:
            for each in run["changes"]:
                for source in each["sources"]:
                    source.update(file=str(tmp_path / "diary.py").lstrip("/"), line=3)

    for file in stored(folder).glob("*.jsonl"):
        rewritten(file, change)
    ended = leakcheck(folder, "report", "--html", "page.html")
    assert ended.code in (0, 1), ended.text
    page = (folder / "page.html").read_text("utf-8")
    assert "diary.py" in page
    assert "dear diary" not in page


def test_nothing_is_run_for_an_audit_of_somebody_else(folder: Path, tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\n", "utf-8")
    evil.chmod(0o755)
    finished = stored(folder) / "audit.jsonl"

    def change(event: dict[str, Any]) -> None:
        if event["event"] == "begun":
            event["options"]["python"] = str(evil)
        if "suite" in event:
            event["suite"]["rootdir"] = str(folder)

    for file in stored(folder).glob("*.jsonl"):
        rewritten(file, change)
    asked = leakcheck(folder, "explain", "test_vat", "--run")
    assert asked.code in (0, 4), asked.text
    finished.write_bytes(b"\n".join(finished.read_bytes().split(b"\n")[:-3]) + b"\n")
    resumed = leakcheck(folder, "run", "--resume")
    assert resumed.code == 4
    assert "it was not made here by you" in resumed.stderr
    assert not (tmp_path / "was-run").exists()


def test_links_and_pipes_are_no_segments(folder: Path, tmp_path: Path) -> None:
    place = stored(folder)
    os.mkfifo(place / "e99998.jsonl")
    (place / "e99999.jsonl").symlink_to(tmp_path / "anything")
    (place / "e99997.jsonl").symlink_to("/dev/zero")
    rendered(place)


def test_no_link_is_followed_where_files_are_made(tmp_path: Path) -> None:
    base = tmp_path / "audits"
    base.mkdir()
    (base / ".gitignore").symlink_to(tmp_path / "elsewhere")
    made = AuditFolder.create(base)
    (made.path / "audit.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CannotRecord, match="audit"):
        made.begin("audit")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("umask", [0, 0o777])
def test_what_is_made_is_for_its_owner_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        made = AuditFolder.create(tmp_path / "audits")
        segment = made.begin("audit")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "audits", made.path, segment)]
    assert modes == [0o700, 0o700, 0o600]


def test_an_audit_that_is_a_link_is_no_audit(tmp_path: Path) -> None:
    base = tmp_path / "audits"
    (base / "2026-x").mkdir(parents=True)
    (base / "2026-x" / "audit.jsonl").symlink_to("/etc/passwd")
    with pytest.raises(Unreadable, match="no audit in"):
        latest(base)
