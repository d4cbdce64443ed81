"""--quiet, --verbose and --color, told by transcripts of the real command, in a terminal and outside of one."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from cli.test_commands import SUITE, assert_golden
from support import Project, environment, leakcheck

GREEN = Project({"test_a.py": "def test_a(): pass\n"})
ESCAPE = "\x1b["


def in_a_terminal(folder: Path, *arguments: str, variables: Mapping[str, str] | None = None) -> str:
    """What `leakcheck` shows on a terminal of 100 columns."""
    ours, theirs = pty.openpty()
    env = {**environment(), "TERM": "xterm", **(variables or {})}
    command = [sys.executable, "-m", "leakcheck", *arguments]
    process = subprocess.Popen(command, cwd=folder, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = bytearray()
    while chunk := _read(ours):
        shown += chunk
    os.close(ours)
    process.wait()
    return shown.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux: nobody holds the other end any more
        return b""


@pytest.fixture(scope="module")
def audited() -> Iterator[Path]:
    with SUITE.folder() as folder:
        ended = leakcheck(folder, "run", "--random", "0", "--lanes", "1", "--verbose")
        assert ended.code == 1, ended.text
        (folder / "progress.txt").write_text(ended.stderr, "utf-8")
        yield folder


@pytest.fixture(scope="module")
def plain(audited: Path) -> str:
    return leakcheck(audited, "report").stdout


def test_quiet(audited: Path) -> None:
    ended = leakcheck(audited, "report", "--quiet")
    assert (ended.code, ended.stderr) == (1, "")
    assert_golden("report-quiet.txt", ended.stdout)
    assert leakcheck(audited, "report", "-q").stdout == ended.stdout


def test_a_quiet_run_shows_the_verdict_and_no_progress() -> None:
    ended = GREEN.leakcheck("run", "--random", "0", "--quiet")
    assert (ended.code, ended.stdout, ended.stderr) == (0, "✓ 1 test: none order-dependent\n", "")


def test_a_verbose_run_tells_each_execution(audited: Path) -> None:
    told = (audited / "progress.txt").read_text("utf-8")
    steps = re.findall(r"^\[ *[\d.]+ s\]   (\S.*)$", told, re.M)
    assert {"collect", "declared", "isolated", "reversed", "test_shop.py::test_nobody after 1"} <= set(steps)


def test_verbose(audited: Path) -> None:
    ended = leakcheck(audited, "report", "--verbose")
    assert_golden("report-verbose.txt", ended.stdout)
    assert leakcheck(audited, "report", "-v").stdout == ended.stdout


@pytest.mark.parametrize("command", ["run", "report"])
def test_quiet_and_verbose_contradict_each_other(audited: Path, command: str) -> None:
    ended = leakcheck(audited, command, "-q", "-v")
    assert (ended.code, ended.stdout) == (4, "")
    assert "--quiet and --verbose contradict each other" in ended.stderr


def test_always(audited: Path, plain: str) -> None:
    shown = leakcheck(audited, "report", "--color", "always").stdout
    assert_golden("report-color.txt", shown.replace("\x1b", "\\e"))
    assert re.sub(r"\x1b\[[\d;]*m", "", shown) == plain


COLOURED, BOLD, PLAIN = "coloured", "bold", "plain"
CASES = [
    ("auto", {"FORCE_COLOR": "1"}, False, COLOURED),
    ("auto", {}, True, COLOURED),
    ("auto", {"NO_COLOR": "1"}, True, BOLD),
    ("never", {"FORCE_COLOR": "1"}, True, PLAIN),
    ("always", {"NO_COLOR": "1", "TERM": "dumb"}, False, COLOURED),
]


@pytest.mark.parametrize(("color", "variables", "terminal", "found"), CASES, ids=map(str, CASES))
def test_colours(audited: Path, color: str, variables: Mapping[str, str], terminal: bool, found: str) -> None:
    """NO_COLOR takes colours away and leaves bold, as rich has it; --color says the last word."""
    arguments = ("report", "--color", color)
    if terminal:
        shown = in_a_terminal(audited, *arguments, variables=variables)
    else:
        shown = leakcheck(audited, *arguments, variables={"TERM": "xterm", **variables}).stdout
    codes = {code for codes in re.findall(r"\x1b\[([\d;]*)m", shown) for code in codes.split(";")}
    assert bool(codes & {"31", "32", "36"}) is (found == COLOURED), codes
    assert (ESCAPE in shown) is (found != PLAIN)


def test_diff_is_coloured_as_asked(audited: Path) -> None:
    assert ESCAPE in leakcheck(audited, "diff", "test_sale", "--color", "always").stdout


def test_colours_asked_for_draw_no_bars_into_a_file() -> None:
    """FORCE_COLOR is set on many build machines: progress stays a line a phase there."""
    with GREEN.folder() as folder:
        told = leakcheck(folder, "run", "--random", "0", variables={"FORCE_COLOR": "1"}).stderr
    assert re.search(r"^\[ *[\d.]+ s\] step 2 of 5: declared order, 1 run of 1 test$", told, re.M)
    assert not re.search(r"\x1b\[\??\d*[A-Zhl]|\r", told)


@pytest.mark.parametrize("word", ["sometimes", ""])
def test_any_other_word_is_an_error(audited: Path, word: str) -> None:
    ended = leakcheck(audited, "report", "--color", word)
    assert ended.code == 4
    assert "--color" in ended.stderr
