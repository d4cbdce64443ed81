"""Runs one order in this process, with pytest's own protocol for every test."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

import pytest

from leakcheck.recorder.changes.ledger import StateLedger
from leakcheck.recorder.changes.outcomes import Outcomes
from leakcheck.recorder.changes.writing import WritingRecorder
from leakcheck.recorder.deep.deep_look import DeepLook, Difference
from leakcheck.recorder.process.deep_run import DeepRun
from leakcheck.recorder.process.import_run import ImportRun
from leakcheck.recorder.process.names_run import names_in
from leakcheck.recorder.process.pytest_roots import held_from_the_start, watch_fixtures
from leakcheck.recorder.process.row import Row
from leakcheck.recorder.process.shared_resources import renew_temporary_folder
from leakcheck.recorder.process.shared_values import SharedValues
from leakcheck.recorder.segment import Segment
from leakcheck.recorder.syscalls import Real
from leakcheck.records import (
    BAD_OUTCOMES,
    Alone,
    Change,
    Drawn,
    Location,
    Names,
    Note,
    Order,
    Whole,
    questions,
    short_id,
    without_number,
)
from leakcheck.records.topics import Topic
from leakcheck.wire.events import Again, Completed, Deep, Stopped

SLOW_SECONDS = 1.0


class Runner:
    """One collected session and the recorder that listens to it."""

    def __init__(
        self,
        session: pytest.Session,
        items: Mapping[str, pytest.Item],
        outcomes: Outcomes,
        recorder: WritingRecorder,
        book: StateLedger,
        look: DeepLook | None = None,
        row: Row | None = None,
        import_run: ImportRun | None = None,
    ) -> None:
        self._session = session
        self._items = items
        self._outcomes = outcomes
        self._recorder = recorder
        self._book = book
        self._look = look
        self._row = row
        self._import_run = import_run
        self._shared: SharedValues | None = None

    def run(self, order: Order, segment: Segment) -> None:
        """Run `order`, writing to `segment`. A test that the collection lacks is noted, and nothing runs, but the
        others of an order of the whole suite."""
        missing = [test for test in order.tests if without_number(test) not in self._items]
        if missing:
            segment.write(Note(Topic.MISSING, missing[0]))
            order = replace(order, tests=tuple(test for test in order.tests if test not in missing))
            if not isinstance(order.question, Whole) or not order.tests:
                return
        self._recorder.segment = segment
        self._book.full = questions.compares_all(order.question)
        if self._look is not None and isinstance(order.question, (Alone, questions.Row)):
            self._shared = SharedValues(self._book, self._look)
            watch_fixtures(self._session.config, self._shared)
        start = Real.monotonic()
        try:
            items = self._items_of(order)
            if isinstance(order.question, Drawn):
                pass  # it has been told with the sequence
            elif isinstance(order.question, Names):
                self._tell_names(items[0], segment)
            elif self._row is not None:
                self._run_row(items, order, self._row, segment)
            else:
                self._run_items(items, order, segment)
        except pytest.exit.Exception:
            segment.write(Stopped("pytest.exit"))  # not its reason, which may hold anything: as with messages
        except (self._session.Interrupted, self._session.Failed, KeyboardInterrupt) as stop:
            segment.write(Stopped(type(stop).__name__))
        else:
            segment.write(Completed(round(Real.monotonic() - start, 6)))

    def _items_of(self, order: Order) -> list[pytest.Item]:
        """A test that stands twice in an order is two items: pytest tears down by the identity of items. The second
        of two tests with one id, which the collection of one file alone may lack, is the first once more."""
        seen: set[str] = set()
        result = []
        for test in order.tests:
            item = self._items.get(test)
            if item is None or test in seen:
                item = _twin(item or self._items[without_number(test)])
                self._recorder.name(item, test)
            seen.add(test)
            result.append(item)
        return result

    def _run_items(self, items: Sequence[pytest.Item], order: Order, segment: Segment) -> None:
        question = order.question
        deep = self._import_run or DeepRun.of(self._book, question)
        if isinstance(deep, DeepRun):
            deep.enter(held_from_the_start(self._session))
            watch_fixtures(self._session.config, deep, items[-1])
        undone = () if deep is not None else questions.puts_back(question)
        if undone:
            self._book.keep(undone)
        turn = questions.put_back_before(question, len(items))
        twice = isinstance(question, Alone) and question.again
        ran: set[str] = set()
        for index, item in enumerate(items):
            following = items[index + 1] if index + 1 < len(items) else None
            spare = _twin(item) if twice else None
            if order.tests[index] in ran:
                renew_temporary_folder(self._session.config)
            ran.add(order.tests[index])
            if index == turn and deep is not None:
                self._tell_deep(deep, segment)
                self._recorder.look_again()
            elif index == turn and undone and not questions.is_placebo(question):
                self._put_back(undone, segment)
            within = deep.surroundings() if index >= turn and deep is not None else None
            if within is None:
                self._run_item(item, following)
            else:
                within.run(self._run_item, item, following)
            if deep is not None and index < turn:
                deep.after(self._recorder.test_id(item))
            if spare is not None:
                self._tell_elsewhere(item, segment)
                self._run_again(spare, order.tests[index], segment)

    def _run_row(self, items: Sequence[pytest.Item], order: Order, row: Row, segment: Segment) -> None:
        """Each test begins with what the first one has found, as far as anybody can see."""
        for place, (item, test) in enumerate(zip(items, order.tests, strict=True)):
            if place:
                row.renew()
                self._recorder.full_at_end, self._book.full = True, False
            spare = _twin(item)
            self._run_item(item, None)
            found = row.look.differences()
            is_quiet = row.is_quiet(self._recorder.last, found)
            shared = self._shared_changes(test)
            for event in row.told(self._news(found), test, alone=not place):
                segment.write(event)
            if shared:
                segment.write(Deep(shared, row.look.loaded.names()))
            if is_quiet or not place:
                self._run_again(spare, test, segment)
                self._recorder.segment = segment
                is_quiet = is_quiet and self._outcomes.outcome not in BAD_OUTCOMES
            if not (row.put_back(found) and is_quiet):
                segment.write(Note(Topic.LEFT, test))
                return

    def _run_item(self, item: pytest.Item, following: pytest.Item | None) -> None:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if self._session.shouldfail:
            raise self._session.Failed(self._session.shouldfail)
        if self._session.shouldstop:
            raise self._session.Interrupted(self._session.shouldstop)

    def _run_again(self, item: pytest.Item, test: str, segment: Segment) -> None:
        """Once more in the same process, unrecorded: a test that leaks into itself shows."""
        self._recorder.segment = None
        self._book.full = False
        self._outcomes.clear()
        start = Real.monotonic()
        renew_temporary_folder(self._session.config)
        self._run_item(item, None)
        self._shared_changes(test)  # which are told of the first time
        segment.write(Again(test, self._outcomes.outcome))
        self._recorder.segment = segment if Real.monotonic() - start < SLOW_SECONDS else None

    def _tell_elsewhere(self, item: pytest.Item, segment: Segment) -> None:
        """What a test that runs alone has changed in the project's modules, and of the process's settings."""
        if self._look is not None:
            test = self._recorder.test_id(item)
            shared = self._shared_changes(test)
            changes = tuple(self._look.change(each, test) for each in self._news(self._look.differences()))
            segment.write(Deep((*changes, *shared), self._look.loaded.names()))

    def _news(self, found: Sequence[Difference]) -> list[Difference]:
        """What the values of fixtures have not told already."""
        return [each for each in found if self._shared is None or not self._shared.is_known(each)]

    def _shared_changes(self, test: str) -> tuple[Change, ...]:
        return () if self._shared is None else self._shared.told(test)

    def _tell_names(self, item: pytest.Item, segment: Segment) -> None:
        """What the one test of an order can read."""
        if self._look is not None:
            names = names_in(partial(self._run_item, item, None), item, self._look)
            segment.write(Deep((), self._look.loaded.names(), names))

    @staticmethod
    def _tell_deep(deep: DeepRun | ImportRun, segment: Segment) -> None:
        segment.write(Deep(deep.changes()))
        if deep.put_back_nothing():
            segment.write(Note(Topic.NOT_RESTORED, "nothing of what was asked for"))

    def _put_back(self, locations: Sequence[Location], segment: Segment) -> None:
        done = self._book.put_back()
        for location in locations:
            if location not in done:
                segment.write(Note(Topic.NOT_RESTORED, f"{location.kind} {location.owner} {location.key}"))


def _twin(item: pytest.Item) -> pytest.Item:
    twin: Any = copy.copy(item)
    twin.own_markers = list(item.own_markers)  # finding the function anew adds its marks once more
    doctest = getattr(twin, "dtest", None)
    if doctest is not None:
        twin.dtest = copy.copy(doctest)
        twin.dtest.globs = dict(doctest.globs)  # they are cleared behind it
    if hasattr(type(getattr(twin, "_instance", None)), getattr(twin, "originalname", "")):
        del twin._instance  # of the test's class: each item gets a fresh one
        twin._obj = None
        twin.instance  # noqa: B018  made now, as at collection: where setup is skipped, teardown needs it still
    renew = getattr(twin, "_initrequest", None)
    if renew is not None:
        renew()  # else both would share one request, which is over when the first has run
    return cast(pytest.Item, twin)


def items_by_id(items: Sequence[pytest.Item]) -> dict[str, pytest.Item]:
    """Items by unique id: the node id (shortened if it is very long), with ` #2` behind the second of the same id,
    and so on."""
    counts: dict[str, int] = {}
    result: dict[str, pytest.Item] = {}
    for item in items:
        name = short_id(item.nodeid)
        counts[name] = counts.get(name, 0) + 1
        number = counts[name]
        result[name if number == 1 else f"{name} #{number}"] = item
    return result
