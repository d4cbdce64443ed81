"""Exit codes and signals, by the real command in a real shell."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from support import Project, environment

CLEAN = "def test_a(): pass\ndef test_b(): pass\n"
LEAKY = """
from fastapi import FastAPI

app = FastAPI()
app.state.colour = "red"

def test_is_red():
    assert app.state.colour == "red"

def test_paints():
    app.state.colour = "blue"
"""
RUN = "leakcheck run --random 0 --lanes 2"


HEARING = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execvp('bash', sys.argv[1:])"
"""Whoever started these tests in the background may have told them to ignore Ctrl-C, which shells hand down."""


def shell(folder: Path, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", HEARING, "bash", "-c", script],
        cwd=folder,
        env={**environment(), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("tests", "script", "code"),
    [
        (CLEAN, RUN, 0),
        (LEAKY, RUN, 1),
        (LEAKY, f"{RUN} --fail-on never", 0),
        (LEAKY, f"{RUN} > /dev/null; leakcheck report", 1),
        (CLEAN, f"{RUN} --no-such-option", 4),
        (CLEAN, "printf 'randon = 1' > leakcheck.toml; leakcheck run", 4),
        ("import nothing_of_that_name\n", RUN, 4),
        ("X = 1\n", RUN, 5),
        (CLEAN, "leakcheck run --resume", 4),
    ],
    ids=["clean", "tripped", "never", "report", "option", "configuration", "collection", "no tests", "no audit"],
)
def test_the_code_that_a_shell_sees(tests: str, script: str, code: int) -> None:
    with Project({"test_a.py": tests}).folder() as folder:
        ended = shell(folder, script)
    assert ended.returncode == code, ended.stdout + ended.stderr


BROKEN = """
import leakcheck.store.fold

def broken(*given):
    raise ZeroDivisionError("a mistake")

leakcheck.store.fold.fold_execution = broken
"""


def test_a_mistake_of_ours_is_told_as_one(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(BROKEN, "utf-8")
    with Project({"test_a.py": CLEAN}).folder() as folder:
        assert shell(folder, f"{RUN} --engine spawn").returncode == 0
        ended = shell(folder, "leakcheck report", PYTHONPATH=str(tmp_path))
    assert ended.returncode == 3
    assert "ZeroDivisionError: a mistake" in ended.stderr
    assert "this is a mistake of leakcheck's own" in ended.stderr


# Signals --------------------------------------------------------------------------------------------------------

SLOW = f"""
{LEAKY}
import os
import time

ASIDE = os.environ["ASIDE"]

def test_slow():
    with open(f"{{ASIDE}}/runs", "a") as stream:
        stream.write("x")
    if os.path.getsize(f"{{ASIDE}}/runs") == int(os.environ["SLOW_AT"]):
        open("half-written.txt", "w").write("half")
        open(f"{{ASIDE}}/here", "w").close()
        time.sleep(600)
"""
SIGNALLED = f"""
set -m
{RUN} &
until [ -e "$ASIDE/here" ]; do kill -0 $! || exit 99; sleep 0.05; done
kill -$SIGNAL $!
wait $!
"""


def processes_of(aside: Path) -> list[str]:
    """Command lines that name the scratch folder of the audit: its own and everything that it forked."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(aside / "tmp") in line:
            found.append(line)
    return found


def given(aside: Path, at: int) -> dict[str, str]:
    """Variables for `test_slow`, which counts its runs below a made-up name: there, files are not put back."""
    uncounted = aside / "tmp" / "pytest-of-nobody"
    uncounted.mkdir(parents=True, exist_ok=True)
    return {"ASIDE": str(uncounted), "SLOW_AT": str(at), "TMPDIR": str(aside / "tmp")}


def signalled(folder: Path, aside: Path, signal: str, at: int) -> subprocess.CompletedProcess[str]:
    """An audit that gets a signal while `test_slow` runs for the time number `at`."""
    ended = shell(folder, SIGNALLED, SIGNAL=signal, **given(aside, at))
    deadline = time.monotonic() + 20
    while processes_of(aside) and time.monotonic() < deadline:
        time.sleep(0.05)  # where the audit was killed, its processes notice by themselves
    assert processes_of(aside) == []
    return ended


def resumed(folder: Path, aside: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return shell(folder, " ".join(("leakcheck run --resume", *more)), **given(aside, -1))


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to see what is left behind")
@pytest.mark.parametrize("signal", ["INT", "TERM"])
def test_a_signal_leaves_a_readable_audit_and_nothing_else(tmp_path: Path, signal: str) -> None:
    with Project({"test_a.py": SLOW}).folder() as folder:
        ended = signalled(folder, tmp_path / "aside", signal, at=3)
        assert ended.returncode == 2, ended.stderr
        assert "leakcheck: interrupted: what was executed is kept" in ended.stderr
        assert "`leakcheck run --resume` goes on from there" in ended.stderr
        assert not (folder / "half-written.txt").exists()
        report = shell(folder, "leakcheck report")
        assert report.returncode == 0, report.stderr
        assert "The audit was not finished" in report.stdout
        assert "Nothing is left unexplained" not in report.stdout


def facts(folder: Path) -> Mapping[str, Any]:
    """Everything that the last audit found, without what it cost."""
    report = json.loads(shell(folder, "leakcheck report --json -").stdout)
    return {name: part for name, part in report.items() if name not in ("cost", "timing")}


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to see what is left behind")
def test_an_audit_that_was_killed_goes_on(tmp_path: Path) -> None:
    with Project({"test_a.py": SLOW}).folder() as folder:
        assert signalled(folder, tmp_path / "aside", "KILL", at=5).returncode == 137
        (audit,) = (folder / ".leakcheck").glob("*-*")
        before = {path.name: path.read_bytes() for path in audit.glob("[ec]*.jsonl")}
        complete = {name: data for name, data in before.items() if b'"event":"exit"' in data}
        assert len(complete) >= 4
        assert len(before) > len(complete)

        ended = resumed(folder, tmp_path / "aside")
        assert ended.returncode == 1, ended.stderr
        assert {name: (audit / name).read_bytes() for name in complete} == complete
        assert not (folder / "half-written.txt").exists()
        found = facts(folder)

        again = resumed(folder, tmp_path / "aside")
        assert (again.returncode, "there is no unfinished audit" in again.stderr) == (4, True)

        shutil.rmtree(folder / ".leakcheck")
        assert shell(folder, RUN, **given(tmp_path / "undisturbed", -1)).returncode == 1
        assert found == facts(folder)


def test_what_has_changed_cannot_be_resumed(tmp_path: Path) -> None:
    with Project({"test_a.py": SLOW, "shop.py": "X = 1\n"}).folder() as folder:
        signalled(folder, tmp_path / "aside", "INT", at=3)
        other = resumed(folder, tmp_path / "aside", "--random 5")
        assert other.returncode == 4
        assert "  random was 0, not 5\n" in other.stderr

        test = folder / "test_a.py"
        text = test.read_text("utf-8")
        test.write_text(text.replace("test_paints", "test_paints_all"), "utf-8")
        (folder / "shop.py").write_text("X = 2\n", "utf-8")
        changed = resumed(folder, tmp_path / "aside")
        assert changed.returncode == 4
        assert changed.stderr.partition("cannot go on: ")[2] == (
            "the project has changed\n"
            "  the test test_a.py::test_paints_all is new\n"
            "  the test test_a.py::test_paints is gone\n"
            "  shop.py has changed\n"
            "  test_a.py has changed\n"
            "Run `leakcheck run` without --resume to begin anew.\n"
        )

        test.write_text(text, "utf-8")
        (folder / "shop.py").write_text("X = 1\n", "utf-8")
        assert resumed(folder, tmp_path / "aside").returncode == 1


def test_an_audit_that_is_still_running_is_left_alone(tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    script = f"""
        set -m
        {RUN} &
        until [ -e "$ASIDE/here" ]; do kill -0 $! || exit 99; sleep 0.05; done
        leakcheck run --resume; echo "code $?"
        kill -INT $!
        wait $!
    """
    (aside / "tmp").mkdir(parents=True)
    with Project({"test_a.py": SLOW}).folder() as folder:
        ended = shell(folder, script, **given(aside, 3))
    assert ended.returncode == 2
    assert "code 4" in ended.stdout
    assert "is still being written by another leakcheck" in ended.stderr


def test_the_salt_is_not_kept_beside_the_audit(tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    with Project({"test_a.py": SLOW}).folder() as folder:
        signalled(folder, aside, "INT", at=3)
        place = aside / "tmp" / f"leakcheck-{os.getuid()}"
        (kept,) = place.glob("*.salt")
        salt = kept.read_bytes()
        assert (place.stat().st_mode & 0o077, kept.stat().st_mode & 0o077) == (0, 0)
        stored = [path.read_bytes() for path in (folder / ".leakcheck").rglob("*") if path.is_file()]
        assert not any(salt in data for data in stored)
        kept.rename(aside / "salt")
        strange = resumed(folder, aside)
        assert strange.returncode == 4
        assert "it was not made here by you" in strange.stderr
        (aside / "salt").rename(kept)
        assert resumed(folder, aside).returncode == 1
