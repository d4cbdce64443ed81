"""A small suite whose audit is disturbed, and what must hold whatever happens to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leakcheck.wire import events, segments
from support import Project, contents, environment

needs_proc = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to see processes")
SUITE = Project(
    {
        "data.txt": "as it was\n",
        "test_a.py": """
            import os
            import time

            def test_reads():
                time.sleep(0.02)
                assert "LEAKED" not in os.environ

            def test_leaks():
                time.sleep(0.02)
                os.environ["LEAKED"] = "1"

            def test_cleans():
                os.environ.pop("LEAKED", None)
        """,
        "test_b.py": """
            import subprocess
            import sys
            import time

            def test_writes():
                with open("data.txt", "w") as stream:
                    stream.write("half-")
                    stream.flush()
                    time.sleep(0.05)
                    stream.write("written")

            def test_starts_a_process():
                process = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
                time.sleep(0.02)
                process.kill()
                process.wait()
        """,
    }
)
JSON = ("--json", "report.json")
RUN = ("run", "--random", "0", "--lanes", "2", "--show-values", *JSON)
RESUME = ("run", "--resume", *JSON)


@dataclass(frozen=True)
class Place:
    """A project, with a temporary folder of its own beside it, by whose name its processes are known."""

    folder: Path
    temp: Path

    @property
    def audits(self) -> list[Path]:
        """Those that could begin: where there is no room, a folder may be all that was made."""
        return sorted(path.parent for path in (self.folder / ".leakcheck").glob("*-*/audit.jsonl"))

    @property
    def environment(self) -> dict[str, str]:
        return {**environment(), "TMPDIR": str(self.temp)}

    def start(self, *arguments: str, **more: Any) -> subprocess.Popen[str]:
        """`leakcheck` with these arguments, in a session of its own."""
        _hear_signals()
        return subprocess.Popen(
            [sys.executable, "-m", "leakcheck", *arguments],
            cwd=self.folder,
            env={**self.environment, **more.pop("variables", {})},
            text=True,
            start_new_session=True,
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more},
        )

    def leakcheck(self, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """The same, to its end."""
        with self.start(*arguments, **more) as process:
            out, err = process.communicate()
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def processes(self) -> list[str]:
        """Command lines and folders of all processes that this audit has left."""
        return [line for line in _processes(str(self.temp)) if line]

    def nothing_is_left(self, seconds: float = 10.0) -> None:
        """All processes are gone, now or soon, and so is what they needed in the temporary folder."""
        deadline = time.monotonic() + seconds
        while (self.processes() or any(self.temp.glob("lc-*"))) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert self.processes() == []
        assert list(self.temp.glob("lc-*")) == []

    def facts(self) -> Mapping[str, Any]:
        """All that the last audit found, without what it took."""
        report = json.loads((self.folder / "report.json").read_text("utf-8"))
        return {name: part for name, part in report.items() if name not in ("cost", "timing")}

    def complete(self) -> dict[str, bytes]:
        """path → content of the executions of the last audit that came to their end."""
        found = (
            {path.name: path.read_bytes() for path in self.audits[-1].glob("[ec]*.jsonl")} if self.audits else {}
        )
        return {name: data for name, data in found.items() if _ended(data)}

    def goes_on(self) -> bool:
        """Whether the last audit got as far as to know the suite, so that it can be resumed."""
        journals = [audit / "audit.jsonl" for audit in self.audits[-1:]]
        found = [event for each in journals for event in segments.read_segment(each.read_bytes()).events]
        return any(isinstance(event, events.Sources) for event in found)

    def files(self) -> dict[str, bytes]:
        """The files of the project itself."""
        return {
            name: data
            for name, data in contents(self.folder).items()
            if not name.startswith((".leakcheck/", "report.json"))
        }


def _ended(data: bytes) -> bool:
    last = segments.read_segment(data).events[-1:]
    return bool(last) and isinstance(last[0], events.Exit) and last[0].status != "lost"


def _processes(mark: str) -> Iterator[str]:
    """Processes whose environment or command line holds `mark`: those of the audit with this temporary folder."""
    for place in Path("/proc").glob("[0-9]*"):
        try:
            line = (place / "cmdline").read_bytes()
            around = (place / "environ").read_bytes()
        except OSError:
            continue
        if mark.encode() in line + around and int(place.name) != os.getpid():
            yield line.replace(b"\0", b" ").decode(errors="replace")


def _hear_signals() -> None:
    """Whoever runs these tests in the background may have them ignored, which is inherited."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def suite(temp: Path, project: Project = SUITE) -> Iterator[Place]:
    """The project on disk; whatever is left of its audits is ended in the end."""
    temp.mkdir(parents=True, exist_ok=True)
    with project.folder() as folder:
        yield Place(folder, temp)


def kill(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> int:
    """Send a signal and wait for the end of the process alone, not of those that it has started."""
    process.send_signal(number)
    return process.wait(60)
