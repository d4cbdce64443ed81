"""What is known of a run that is over: who ran which tests in which sequence, and who failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from leakcheck.wire.run_logs import MAIN


@dataclass(frozen=True)
class Ran:
    """One process: its tests in their sequence, and those that failed, by the names that the log gives them."""

    worker: str
    tests: tuple[str, ...]
    failed: tuple[str, ...] = ()


def by_id(test: str) -> str:
    """A log that names tests by their ids."""
    return test


@dataclass(frozen=True)
class RecordedRun:
    """`name_of` a test's id is what the log calls that test. `sources` are digests of what files held, where the
    log tells; `remark` is what is to be said about the log, "" if nothing is."""

    ran: tuple[Ran, ...]
    name_of: Callable[[str], str] = by_id
    sources: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""

    @property
    def failed(self) -> tuple[str, ...]:
        return tuple(test for each in self.ran for test in each.failed)

    @property
    def tests(self) -> tuple[str, ...]:
        return tuple(test for each in self.ran for test in each.tests)

    def about(self, test: str) -> RecordedRun:
        """The same, with this test as the only one that is to be explained."""
        return replace(
            self, ran=tuple(replace(each, failed=(test,) if test in each.tests else ()) for each in self.ran)
        )


@dataclass
class Gathering:
    """Puts together what comes test by test, from any worker."""

    _tests: dict[str, dict[str, None]] = field(default_factory=dict)
    _failed: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(self, worker: str, test: str, *, failed: bool = False) -> None:
        worker = worker or MAIN
        self._tests.setdefault(worker, {})[test] = None
        if failed:
            self._failed.setdefault(worker, {})[test] = None

    def ran(self) -> tuple[Ran, ...]:
        return tuple(
            Ran(worker, tuple(tests), tuple(each for each in tests if each in self._failed.get(worker, ())))
            for worker, tests in sorted(self._tests.items())
        )


def workers(ran: Iterable[Ran]) -> frozenset[str]:
    return frozenset(each.worker for each in ran)
