"""Which tests start processes, that no other test does, and what a run will take."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
WITH_PROCESSES = frozenset({"acceptance", "browser", "ci", "cli", "faults"})
"""Folders whose tests are there to start processes; elsewhere a file says so with `pytest.mark.processes`."""
STARTS = frozenset({"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"})
SECONDS, FAST_SECONDS = 1.0, 0.04
"""What a test takes that starts processes, and one that does not: means, on two cores."""


@dataclass
class Guard:
    """Ends a test that starts a process and does not say so."""

    test: str = ""

    def __call__(self, event: str, arguments: object) -> None:
        if self.test and event in STARTS:
            pytest.fail(f"{self.test} starts a process: mark it with `pytest.mark.processes`", pytrace=False)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.test = "" if starts_processes(item) else item.nodeid
        try:
            return (yield)
        finally:
            self.test = ""


def starts_processes(item: pytest.Item) -> bool:
    return item.get_closest_marker("processes") is not None


@pytest.fixture(scope="session")
def own_views() -> None:
    """Skips tests for which executions need their own view of files, where the kernel refuses that."""
    from views import why_no_views  # only where one is asked for: this file is tried in other folders, too

    why = why_no_views()
    if why:
        pytest.skip(why)


def pytest_configure(config: pytest.Config) -> None:
    guard = Guard()
    config.pluginmanager.register(guard)
    sys.addaudithook(guard)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Before `-m` chooses."""
    folders = {folder.name for folder in item.path.parents if folder.parent == HERE}
    if folders & WITH_PROCESSES:
        item.add_marker("processes")
    if "acceptance" in folders:
        item.add_marker("acceptance")


def pytest_report_collectionfinish(items: Sequence[pytest.Item]) -> str:
    starting = sum(map(starts_processes, items))
    minutes = (starting * SECONDS + (len(items) - starting) * FAST_SECONDS) / 60
    return (
        f"{len(items)} tests, {starting} of which start processes: about {max(1, round(minutes))} min on two cores"
    )
