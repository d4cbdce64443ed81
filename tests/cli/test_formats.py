"""Every format has its option on `run` and on `report`; that its file can be written is known first."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from leakcheck.cli.output import check_targets, write_report
from leakcheck.errors import UsageError
from leakcheck.reports import formats
from support import Project, contents, leakcheck

GREEN = Project({"test_a.py": "def test_a(): pass\n", "pytest.ini": "[pytest]\n"})


@pytest.fixture(scope="module")
def audited() -> Iterator[Path]:
    with GREEN.folder() as folder:
        asked = [f"--{name}={name}.out" for name in formats()]
        ended = leakcheck(folder, "run", "--random", "0", "--lanes", "1", *asked)
        assert ended.code == 0, ended.text
        yield folder


@pytest.mark.parametrize("command", ["run", "report"])
def test_every_format_has_its_option(command: str) -> None:
    offered = re.findall(r"^  --(\S+) FILE", Project().leakcheck(command, "--help").stdout, re.M)
    assert [each for each in offered if each != "out"] == list(formats())  # a part of an audit is no report


def test_one_run_writes_them_all_and_report_the_same_again(audited: Path, tmp_path: Path) -> None:
    ended = leakcheck(audited, "report", *(f"--{name}={tmp_path}/{name}" for name in formats()))
    assert (ended.code, ended.stderr) == (0, "")
    for name in formats():
        assert (audited / f"{name}.out").read_bytes() == (tmp_path / name).read_bytes()


@pytest.mark.parametrize("name", ["json", "terminal"])
def test_one_of_them_goes_to_standard_output_alone(audited: Path, name: str) -> None:
    ended = leakcheck(audited, "report", f"--{name}", "-")
    assert (ended.code, ended.stderr) == (0, "")
    assert ended.stdout == (audited / f"{name}.out").read_text("utf-8")


def test_nothing_else_is_left_beside_them(audited: Path) -> None:
    names = {path.name for path in audited.iterdir() if path.is_file()}
    assert names == {*GREEN.files, *(f"{name}.out" for name in formats())}


BAD_TARGETS = [
    (("--json", "-", "--terminal", "-"), "--json and --terminal cannot share standard output"),
    (("--json", "x", "--terminal", "./x"), "--json and --terminal cannot share x"),
    (("--json", "test_a.py/no/x.json"), "cannot write test_a.py/no/x.json: Not a directory (in test_a.py)"),
    (("--json", "test_a.py/x.json"), "cannot write test_a.py/x.json: Not a directory"),
    (("--json", "."), "cannot write .: Is a directory"),
    (("--json", "x" * 300), "File name too long"),
    (("--json", "test_a.py/x", "--terminal", "test_a.py/y"), "cannot write test_a.py/x: Not a directory; cannot "),
]


@pytest.mark.parametrize(("arguments", "words"), BAD_TARGETS, ids=[words[:60] for _, words in BAD_TARGETS])
def test_what_cannot_be_written_is_told(
    arguments: tuple[str, ...], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_a.py").touch()
    targets = {
        option.removeprefix("--"): target for option, target in zip(arguments[::2], arguments[1::2], strict=True)
    }
    for appending in ([], list(targets)):
        with pytest.raises(UsageError) as told:
            check_targets(targets, appending)
        assert words in told.value.message
        assert [path.name for path in tmp_path.iterdir()] == ["test_a.py"]


def test_it_is_told_before_anything_runs() -> None:
    with GREEN.folder() as folder:
        before = contents(folder)
        ended = leakcheck(folder, "run", "--json", "test_a.py/x", "--terminal", "test_a.py/y")
        assert (ended.code, ended.stdout) == (4, "")
        nowhere = "Not a directory"
        assert ended.stderr == (
            f"leakcheck: cannot write test_a.py/x: {nowhere}; cannot write test_a.py/y: {nowhere}\n"
            "Name files that can be written, each once; - is standard output.\n"
        )
        assert contents(folder) == before


def test_a_file_that_is_added_to_is_left_as_it_is_by_the_check(tmp_path: Path) -> None:
    target = tmp_path / "summary.md"
    for text in ("", "before\n"):
        check_targets({"github-summary": str(target)}, ["github-summary"])
        assert target.exists() == bool(text)
        target.write_text("before\n")
    assert target.read_text() == "before\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match="Permission denied"):
        check_targets({"json": str(tmp_path / "x.json")})


def test_a_file_is_replaced_and_one_that_appends_is_added_to(tmp_path: Path) -> None:
    target = tmp_path / "x"
    for text in ("old\n", "new\n"):
        write_report(text, str(target))
    assert target.read_text() == "new\n"
    write_report("more\n", str(target), append=True)
    assert target.read_text() == "new\nmore\n"


def test_a_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    check_targets({"json": str(pipe)})
    write_report("text\n", str(pipe))
    assert os.read(reading, 100) == b"text\n"
    os.close(reading)


def test_reports_are_written_where_the_gate_trips_too() -> None:
    suite = Project({"test_a.py": "SEEN = []\ndef test_a():\n    assert not SEEN\n    SEEN.append(1)\n"})
    with suite.folder() as folder:
        ended = leakcheck(folder, "run", "--random", "0", "--json", "x.json", "--fail-on", "note")
        assert ended.code == 1, ended.text
        assert json.loads((folder / "x.json").read_text("utf-8"))["exit_code"] == 1
