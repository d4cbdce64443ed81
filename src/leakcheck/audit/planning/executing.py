"""A plan is run by plain pytest, in a copy of the project, beside the same without it."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leakcheck.audit.planning.plan_file import Plan
from leakcheck.audit.replaying.formats.junit import Reader, junit_name
from leakcheck.engine.processes import kill_group
from leakcheck.errors import EngineFailed
from leakcheck.records import Suite

_DIFFERENT = "Different tests were collected between"
SECONDS = 1800
"""No run takes longer."""
_QUIET = ("-p", "no:cacheprovider", "-q", "-o", "junit_family=xunit1", "-o", "junit_logging=no")
_XDIST = "-n0"
_SAID = 4_000
"""So much of what pytest has said is shown, from its end."""


@dataclass(frozen=True)
class Ran:
    """What one run, or all shards together, came to: `seconds` is the longest of them."""

    ran: frozenset[str] = frozenset()
    failed: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def passed(self) -> int:
        return len(self.ran) - len(self.failed)

    def with_shard(self, other: Ran) -> Ran:
        return Ran(self.ran | other.ran, self.failed + other.failed, max(self.seconds, other.seconds))


@dataclass
class Executing:
    """Runs pytest where it stands: in the copy of a project. `python` is the project's interpreter."""

    suite: Suite
    arguments: Sequence[str]
    python: str
    _names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._names = {junit_name(test): test for test in self.suite.ids}

    def with_plan(self, plan: Plan, plugin: str) -> Ran:
        if plan.kind == "xdist":
            return self.run(plan.arguments(plugin))
        return self._together(self.run(plan.arguments(plugin, each + 1)) for each in range(len(plan.shares)))

    def without(self, plan: Plan) -> Ran:
        """As many processes, and nobody cares who runs where."""
        number = len(plan.shares)
        if plan.kind == "xdist":
            return self.run(["-n", str(number)])
        return self._together(
            self.run(["--splits", str(number), "--group", str(each + 1)]) for each in range(number)
        )

    @staticmethod
    def _together(ran: Iterable[Ran]) -> Ran:
        found = Ran()
        for each in ran:
            found = found.with_shard(each)
        return found

    def run(self, more: Sequence[str]) -> Ran:
        """pytest with these arguments besides. `EngineFailed` if it did not come to run tests."""
        with tempfile.TemporaryDirectory(prefix="lc-order-") as aside:
            log = Path(aside, "junit.xml")
            flags = [flag for flag in self.suite.flags if flag != _XDIST]
            command = [self.python, "-m", "pytest", *flags, *_QUIET, "--junitxml", str(log), *more, *self.arguments]
            began = time.monotonic()
            code, text = _ended(command)
            seconds = time.monotonic() - began
            if code >= 2 and code != 5:
                raise EngineFailed(f"pytest ended with {code}: {shlex.join(more)}", detail=text[-_SAID:])
            found = Reader().read(log) if log.exists() else None
            if _DIFFERENT in text:
                raise EngineFailed(
                    "pytest-xdist cannot run this suite: each of its processes collects other tests",
                    hint="Look for parameters that are made anew in each process (a random one, a set), and give "
                    "them ids that stay.",
                )
            ran = self._known(found.tests if found is not None else ())
            if not ran and "--group" not in more:
                raise EngineFailed(f"pytest ran no test: {shlex.join(more)}", detail=text[-_SAID:])
            failed = self._known(found.failed if found is not None else ())
            return Ran(frozenset(ran), tuple(failed), round(seconds, 2))

    def _known(self, tests: Iterable[str]) -> Mapping[str, None]:
        """Ids by the names in JUnit, to which --dist loadgroup has added the group."""
        names = (test if test in self._names else test.rpartition("@")[0] for test in tests)
        return dict.fromkeys(self._names[name] for name in names if name in self._names)


def _ended(command: Sequence[str]) -> tuple[int, str]:
    """Its exit code and what it said. Nothing that it has started stays."""
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
            )
        except OSError as error:
            raise EngineFailed(f"cannot start {command[0]}: {error.strerror}") from error
        try:
            code = process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            raise EngineFailed(f"pytest has not ended within {SECONDS} s") from None
        finally:
            kill_group(process.pid)
            process.wait()
        said.seek(0)
        return code, said.read().decode("utf-8", "replace")
