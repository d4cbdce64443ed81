"""The recorder as a pytest plugin: where tests, phases and fixtures begin and end."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from leakcheck.recorder.changes.accounts import Lifetime
from leakcheck.recorder.changes.causes import START, Cause, Causes
from leakcheck.recorder.changes.compared import ComparedState
from leakcheck.recorder.changes.observed import ObservedLedger
from leakcheck.recorder.changes.outcomes import Outcomes
from leakcheck.recorder.changes.owner_names import relative
from leakcheck.recorder.deep.deep_look import Difference
from leakcheck.recorder.deep.watchpoints import Watchpoints
from leakcheck.recorder.syscalls import Real
from leakcheck.records import Change, short_id

if TYPE_CHECKING:  # a guard writes nothing, and need not load at its start what is written
    from leakcheck.wire.events import Event


class Log(Protocol):
    """Where what is recorded goes: to the segment of an execution, or to a guard."""

    def write(self, event: Event, /) -> None: ...


class RecorderPlugin:
    """Knows what each test and each fixture changes, and tells nobody: whoever writes it down derives from it."""

    def __init__(
        self,
        book: ObservedLedger,
        causes: Causes,
        outcomes: Outcomes,
        names: dict[int, str],
        watchpoints: Watchpoints | None,
        look_outside: Callable[..., None],
        compared: ComparedState | None = None,
    ) -> None:
        """`look_outside` is called at the end of every phase, `quick` where fixtures ran and none failed.
        `full_at_end`: all watched state is compared once everything of a test is over, and only then. `compared` is
        state to be compared at the ends of tests and of wider fixtures, if any."""
        self.segment: Log | None = None
        self.full_at_end = False
        self._book = book
        self._causes = causes
        self._outcomes = outcomes
        self._names = names
        self._watchpoints = watchpoints
        self._look_outside = look_outside
        self._compared = compared
        self._numbers = itertools.count(1)
        self._fixtures: dict[int, Cause] = {}
        self._changes: tuple[Change, ...] | None = None
        self._finalised: list[Change] = []
        self._lifetime: tuple[str | int, ...] = ("test", 0)
        self._around = START

    def test_id(self, item: pytest.Item) -> str:
        return self._names.get(id(item)) or short_id(item.nodeid)

    def name(self, item: pytest.Item, test: str) -> None:
        """`item` stands for `test` in this execution."""
        self._names[id(item)] = test

    @property
    def left(self) -> tuple[Change, ...]:
        """What the test that is over has left behind."""
        return self._changes or ()

    @property
    def left_by_fixtures(self) -> tuple[Change, ...]:
        """What wider fixtures have left behind that ended in this test."""
        return tuple(self._finalised)

    def look_again(self) -> None:
        """What differs now at the places that are looked at after every test, no test has made."""
        if self._watchpoints is not None:
            self._watchpoints.changes("")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        if self.segment is None:
            return (yield)
        self._begin(item)
        start, around = Real.monotonic(), self._around
        self._causes.push(around)
        try:
            result = yield
            self.end_of_test_level()
            if self.full_at_end:
                self._finalised += self._book.check_all(self._lifetime)
        finally:
            self._causes.pop(around)
        self._finish(item, Real.monotonic() - start)
        return result

    def _begin(self, item: pytest.Item) -> None:
        self._lifetime = ("test", next(self._numbers))
        self._around = Cause(self._lifetime, "setup")
        self._outcomes.clear()
        self._changes, self._finalised = None, []
        self._tell_begun(item)
        self._book.running = self.test_id(item)
        self._book.doctests.know(item)
        self._book.begin_test(self._lifetime)

    def _tell_begun(self, item: pytest.Item) -> None:
        """It is about to begin."""

    def _finish(self, item: pytest.Item, seconds: float) -> None:
        """All of it is over, its teardown included."""
        raise NotImplementedError

    def end_of_test_level(self) -> None:
        """The test and its function fixtures are over: what is left now, their neighbours can see."""
        if self._changes is None:
            self._book.check()
            compared = self._close_compared(self._lifetime)
            self._changes = (*self._close(self._lifetime), *compared)
            self._settle_newborn()

    def _settle_newborn(self) -> None:
        self._book.settle_newborn()

    def _close(self, lifetime: Lifetime) -> tuple[Change, ...]:
        """What this lifetime, which is over, has left of what the ledger keeps."""
        return self._book.close(lifetime)

    def _close_compared(self, lifetime: Lifetime) -> tuple[Change, ...]:
        """The same of what is compared."""
        if self._compared is None:
            return ()
        self._compared.charge_last(lifetime)
        left = self._compared.close(lifetime)
        changes = tuple(self._compared.change(each, lifetime) for each in left)
        self._leave(left)
        self._compared.settle()
        return changes

    def _leave(self, left: list[Difference]) -> None:
        """What is compared was left so: nobody puts it back."""

    # Phases ----------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self) -> Generator[None, Any, Any]:
        if self._changes is not None:
            self._begin_again()
        return (yield from self._phase(self._around))

    def _begin_again(self) -> None:
        """A plugin runs the test once more, within the protocol of the first time."""
        self._lifetime = ("test", next(self._numbers))
        self._around = Cause(self._lifetime, "setup")
        self._changes, self._finalised = None, []
        self._book.begin_test(self._lifetime)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> Generator[None, Any, Any]:
        return (yield from self._phase(Cause(self._lifetime, "call")))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Generator[None, Any, Any]:
        return (yield from self._phase(Cause(self._lifetime, "teardown")))

    def _phase(self, cause: Cause) -> Generator[None, Any, Any]:
        """Between phases nobody is charged: what plugins do there is their own."""
        self._causes.push(cause)
        quick = cause.phase != "call"
        try:
            return (yield)
        except BaseException:
            quick = False  # perhaps no phase comes behind it
            raise
        finally:
            self._look_outside(quick=quick)
            if cause.phase == "call":
                self._book.rest()  # before fixtures take away what was to be seen
            self._boundary()
            self._causes.pop(cause)

    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        """What failed is told to observers while all that it had at hand is there. Not the first to be asked:
        before it, pytest hands in what a test of unittest failed by."""
        if call.excinfo is not None and self.segment is not None:
            self._book.failed(call.excinfo.value)

    def _boundary(self, *, always: bool = False) -> None:
        if (self._book.full or always) and self.segment is not None:
            self._book.check()
            if always and self._compared is not None:
                self._compared.charge(self._causes.current.lifetime)

    # Fixtures --------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
        wide = fixturedef.scope != "function"
        cause = self._fixture_cause(fixturedef, wide=wide)
        self._boundary(always=wide)
        self._causes.push(cause)
        try:
            return (yield)
        finally:
            self._boundary(always=wide)
            if wide:
                self._set_up(cause)
                self._book.handed(fixturedef, cause)
            fixturedef.addfinalizer(partial(self._begin_finalising, fixturedef, cause))
            self._causes.pop(cause)

    def _fixture_cause(self, fixturedef: Any, *, wide: bool) -> Cause:
        lifetime = ("fixture", next(self._numbers)) if wide else self._lifetime
        code = getattr(fixturedef.func, "__code__", None)
        file = code.co_filename if code is not None else ""
        return Cause(lifetime, "setup", fixturedef.argname, fixturedef.scope, file)

    def _set_up(self, cause: Cause) -> None:
        self._book.set_up(cause)

    def _begin_finalising(self, fixturedef: Any, made: Cause) -> None:
        wide = made.kind == "fixture"
        if wide and self._causes.current.phase == "teardown":
            self.end_of_test_level()
        self._boundary(always=wide)
        lifetime = made.lifetime if wide else self._lifetime
        cause = Cause(lifetime, "teardown", made.fixture, made.scope, made.file)
        self._fixtures[id(fixturedef)] = cause
        self._causes.push(cause)

    def pytest_fixture_post_finalizer(self, fixturedef: Any) -> None:
        cause = self._fixtures.pop(id(fixturedef), None)
        if cause is None:
            return
        wide = cause.kind == "fixture"
        self._boundary(always=wide)
        self._causes.pop(cause)
        if wide:
            compared = (self._by_fixture(each, cause) for each in self._close_compared(cause.lifetime))
            self._finalised += (*self._close(cause.lifetime), *compared)

    def _by_fixture(self, change: Change, cause: Cause) -> Change:
        """A change of which no line is known, with the fixture that made it."""
        with self._causes.during(replace(cause, phase="setup")):
            return replace(change, sources=(self._book.source_at(cause.file, 0, ""),))


class ImportCauses:
    """Charges what happens while a test file is imported to that file."""

    def __init__(self, book: ObservedLedger, causes: Causes) -> None:
        self._book = book
        self._causes = causes
        self._changes: list[tuple[str, Change]] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        if not isinstance(collector, pytest.File) or isinstance(collector, pytest.Package):
            return (yield)
        file = str(collector.path)
        cause = Cause(("import", file), "import", file=file)
        self._book.check()
        with self._causes.during(cause):
            try:
                return (yield)
            finally:
                self._book.check()
                self._changes += [(file, change) for change in self._book.close(cause.lifetime)]

    def relative_to(self, root: str) -> tuple[Change, ...]:
        """What the imports left, each charged to its file relative to `root`."""
        return tuple(replace(change, cause=relative(file, root)) for file, change in self._changes)
