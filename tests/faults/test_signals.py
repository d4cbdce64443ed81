"""Signals, closed terminals and readers that go away: the audit ends in order, and says what it knows."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from leakcheck.engine import Interrupts, uninterrupted
from support import Project, environment

from .harness import JSON, Place, needs_proc, suite

SLOW = Project(
    {
        "data.txt": "as it was\n",
        "test_a.py": """
            import os
            import subprocess
            import sys
            import time

            def test_reads():
                assert "LEAKED" not in os.environ

            def test_leaks():
                os.environ["LEAKED"] = "1"

            def test_slow():
                subprocess.run(["sh", "-c", 'printf x >>"$ASIDE/runs"'], check=True)  # not put back
                if os.path.getsize(os.environ["ASIDE"] + "/runs") == int(os.environ["SLOW_AT"]):
                    with open("data.txt", "w") as stream:
                        stream.write("half-written")
                    subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
                    open(os.environ["ASIDE"] + "/here", "w").close()
                    time.sleep(600)
        """,
    }
)
RUN = ("run", "--random", "0", "--lanes", "2", *JSON)
QUIET = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


@contextmanager
def at_work(place: Place, *arguments: str, at: int = 3, **more: object) -> Iterator[subprocess.Popen[str]]:
    """An audit whose test number `at` of the slow ones runs just now, and will for ten minutes."""
    aside = place.temp.parent / "aside"
    aside.mkdir()
    variables = {"ASIDE": str(aside), "SLOW_AT": str(at)}
    with place.start(*(arguments or RUN), variables=variables, **more) as process:
        while not (aside / "here").exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        yield process
        assert process.poll() is not None


def orderly(place: Place, process: subprocess.Popen[str]) -> None:
    """It ended as an interrupted audit does: with nothing left, and all that it knows in its reports."""
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2, err
    place.nothing_is_left(0.5)
    assert place.files() == {
        name: text.encode() for name, text in {"pytest.ini": "[pytest]\n", **SLOW.files}.items()
    }
    assert place.facts()["exit_code"] in (0, 1)
    assert "The audit was not finished" in out
    assert "leakcheck: interrupted: what was executed is kept" in err
    assert "Traceback" not in err
    assert not [row for row in place.facts()["findings"] if row["code"] == "LK402"], "the test did not crash"


@needs_proc
@pytest.mark.parametrize(
    ("number", "engine"),
    [(signal.SIGINT, "fork"), (signal.SIGINT, "spawn"), (signal.SIGTERM, "fork"), (signal.SIGHUP, "spawn")],
    ids=lambda each: getattr(each, "name", each),
)
def test_one_signal_ends_with_a_report_of_what_is_known(tmp_path: Path, number: int, engine: str) -> None:
    with suite(tmp_path / "tmp", SLOW) as place, at_work(place, *RUN, "--engine", engine, **QUIET) as process:
        process.send_signal(number)
        orderly(place, process)


@needs_proc
@pytest.mark.parametrize("engine", ["fork", "spawn"])
def test_two_signals_end_at_once(tmp_path: Path, engine: str) -> None:
    with suite(tmp_path / "tmp", SLOW) as place, at_work(place, *RUN, "--engine", engine, **QUIET) as process:
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
        assert process.returncode == 2, err
        assert "Traceback" not in err
        place.nothing_is_left(0.5)
        assert (place.folder / "data.txt").read_text() == "as it was\n"


@needs_proc
def test_a_terminal_that_is_closed(tmp_path: Path) -> None:
    """Its processes get SIGHUP, and whatever they print is an error."""
    master, terminal = os.openpty()
    streams = {"stdin": terminal, "stdout": terminal, "stderr": terminal}
    with suite(tmp_path / "tmp", SLOW) as place, at_work(place, **streams) as process:
        os.close(terminal)
        os.close(master)
        process.send_signal(signal.SIGHUP)  # as the kernel does for the session's leader
        assert process.wait(60) == 2
        place.nothing_is_left(0.5)
        assert place.facts()["exit_code"] in (0, 1)
        assert (place.folder / "data.txt").read_text() == "as it was\n"


@needs_proc
def test_signals_before_the_suite_is_known(tmp_path: Path) -> None:
    project = Project({"conftest.py": "import os, time\nopen('here', 'w').close()\ntime.sleep(600)\n"})
    with suite(tmp_path / "tmp", project) as place, place.start(*RUN) as process:
        while not (place.folder / "here").exists():
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert (process.returncode, "before the suite was known" in err) == (2, True), err
        place.nothing_is_left(0.5)


GREEN = Project({"test_a.py": "def test_a(): pass\n"})


@pytest.mark.parametrize("streams", ["2>/dev/null | head -1", "2>&1 | head -1", "2>&1 | true", ">&- 2>&-"])
def test_readers_that_go_away(tmp_path: Path, streams: str) -> None:
    """The audit ends as without them, and its other reports are written."""
    command = f"leakcheck run --random 0 --json report.json {streams}; echo ${{PIPESTATUS[0]}} > code"
    with suite(tmp_path / "tmp", GREEN) as place:
        ended = shell(place, command)
        assert (place.folder / "code").read_text() == "0\n"
        assert "Traceback" not in ended.stderr
        assert "Exception ignored" not in ended.stderr
        assert place.facts()["verdict"] == "clean"
        ended = shell(place, f"leakcheck report {streams}; echo ${{PIPESTATUS[0]}} > code")
        assert (place.folder / "code").read_text() == "0\n", ended.stderr


def test_standard_output_that_cannot_be_written(tmp_path: Path) -> None:
    with suite(tmp_path / "tmp", GREEN) as place:
        ended = shell(place, "leakcheck run --random 0 --json report.json > /dev/full 2> told")
        told = (place.folder / "told").read_text()
        assert ended.returncode == 4
        assert "leakcheck: cannot write to standard output: No space left on device" in told
        assert "`leakcheck report` shows it again" in told
        assert place.facts()["verdict"] == "clean"
        for command in ("leakcheck report > /dev/full", "leakcheck report --json - > /dev/full"):
            assert shell(place, command).returncode == 4
        assert shell(place, "leakcheck report > /dev/null 2> /dev/full").returncode == 0


def shell(place: Place, script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", script],
        cwd=place.folder,
        env={**environment(), "TMPDIR": str(place.temp)},
        capture_output=True,
        text=True,
        check=False,
    )


@needs_proc
@pytest.mark.skipif(shutil.which("timeout") is None, reason="of GNU coreutils")
@pytest.mark.parametrize("engine", ["fork", "spawn"])
def test_timeout_signals_twice_and_leaves_a_report(tmp_path: Path, engine: str) -> None:
    """`timeout` signals its child and then the group that both are in."""
    with suite(tmp_path / "tmp", SLOW) as place:
        aside = place.temp.parent / "aside"
        aside.mkdir()
        variables = {**environment(), "TMPDIR": str(place.temp), "ASIDE": str(aside), "SLOW_AT": "3"}
        audit = [sys.executable, "-m", "leakcheck", *RUN, "--engine", engine]
        command = ["timeout", "600", *audit]
        with subprocess.Popen(command, cwd=place.folder, env=variables, text=True, **QUIET) as process:  # type: ignore[call-overload]
            while not (aside / "here").exists():
                assert process.poll() is None, process.communicate()
                time.sleep(0.02)
            process.send_signal(signal.SIGTERM)  # it does what it does when the time is over
            out, err = process.communicate(timeout=60)
        place.nothing_is_left(0.5)
        assert "The audit was not finished" in out, err
        assert "leakcheck: interrupted: what was executed is kept" in err
        assert "Traceback" not in err
        assert "audit 0.0 s" not in out, "what was spent is told"
        assert (place.folder / "data.txt").read_text() == "as it was\n"


def test_a_second_signal_is_an_echo_for_a_second_only() -> None:
    now = [0.0]
    heard = Interrupts(lambda: now[0])
    assert not heard.is_echo(signal.SIGTERM)
    now[0] = 0.9
    assert heard.is_echo(signal.SIGTERM)
    heard(signal.SIGTERM, None)
    with pytest.raises(KeyboardInterrupt):
        heard(signal.SIGINT, None)  # another one: somebody presses Ctrl-C behind it
    now[0] = 1.1
    with pytest.raises(KeyboardInterrupt):
        heard(signal.SIGTERM, None)


def test_an_echo_of_what_is_being_heeded_is_not_heeded_behind_it() -> None:
    before = signal.signal(signal.SIGTERM, Interrupts())
    try:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        with uninterrupted() as arrived:
            signal.raise_signal(signal.SIGTERM)
        assert arrived == []
    finally:
        signal.signal(signal.SIGTERM, before)


def test_what_arrives_where_nobody_may_be_interrupted_is_heeded_behind_it() -> None:
    before = signal.signal(signal.SIGTERM, Interrupts())
    try:
        with pytest.raises(KeyboardInterrupt), uninterrupted() as arrived:  # noqa: PT012
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGTERM)
        assert arrived == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)
