"""The part of a control run: plain pytest, with outcomes and files watched and nothing else."""

from __future__ import annotations

import copy
import os
from collections.abc import Generator
from typing import Any

import pytest

from leakcheck.postgres.bases import Start
from leakcheck.postgres.own_copies import OwnCopies
from leakcheck.recorder.changes.outcomes import Outcomes
from leakcheck.recorder.outside.audit_hook import OutsideWatch
from leakcheck.recorder.outside.drivers import follow_drivers
from leakcheck.recorder.process.parts import Part, read_order, tag_of, undo_folder
from leakcheck.recorder.process.runner import items_by_id
from leakcheck.recorder.process.warm_imports import note_imports
from leakcheck.recorder.segment import Segment
from leakcheck.recorder.syscalls import Real
from leakcheck.records import Control, Question, TestRun, Used, is_shortened, node_id, short_id
from leakcheck.wire.database_terms import DatabaseTerms
from leakcheck.wire.events import Completed, Finished, Started
from leakcheck.wire.process_config import Setup


class ControlPart(Part):
    """A run as without leakcheck, by pytest's own loop: it tells outcomes, and files that are about to change."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._segment = Segment(setup.segment)
        self._order = read_order(setup.segment)
        self._names: dict[int, str] = {}
        terms = DatabaseTerms.decode(setup.databases)
        self._copies = OwnCopies(setup.scratch, setup.copies, terms=terms, start=_start(self._order.question))
        self._outside = OutsideWatch(os.getcwd(), setup.folder, setup.scratch, setup.salt, own=self._copies)
        self._outside.install()
        follow_drivers(self._copies)

    def on_root(self, root: str) -> None:
        self._outside.settle_root(root)
        if not (self._order.exclusive and isinstance(self._order.question, Control)):  # that is the way without
            self.see_apart(self._outside, root, tag_of(self.setup.segment))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        # What imports write, they write in every process: only what tests write is put back.
        self._outside.begin(self._segment, undo_folder(self.setup, self._segment))
        self.import_order.tell(self._order, os.path.realpath(str(session.config.rootpath)), self._segment)
        if len(set(self._order.tests)) == len(self._order.tests):
            return None
        for item in session.items:  # as the printed command does: the test twice in one session
            for following in (copy.copy(item), None):
                item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        return True

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        by_id = items_by_id(items)
        items[:] = [item for test, item in by_id.items() if test not in self._order.without]
        if any(is_shortened(test) for test in self._order.tests):  # the command names more than is meant
            items[:] = [by_id[test] for test in dict.fromkeys(self._order.tests) if test in by_id]
        self._names = {id(item): test for test, item in by_id.items()}
        # Of several tests with one node id, a command names all: it is the order that knows which is meant.
        if [item.nodeid for item in items] == [node_id(test) for test in self._order.tests]:
            self._names.update({id(item): test for item, test in zip(items, self._order.tests, strict=True)})

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self._outcomes = Outcomes(os.path.realpath(str(session.config.rootpath)))
        session.config.pluginmanager.register(self._outcomes, "leakcheck-outcomes")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        test = self._names.get(id(item)) or short_id(item.nodeid)
        self._outcomes.clear()
        self._segment.write(Started(test, Real.clock()))
        begin = Real.monotonic()
        result = yield
        seconds = round(max(Real.monotonic() - begin, 0.0), 6)
        told = self._outcomes
        run = TestRun(test, told.outcome, told.phases, seconds, told.crash, wider=told.wider)
        self._segment.write(Finished(run))
        return result

    def pytest_sessionfinish(self) -> None:
        self._segment.write(Completed(0.0))
        self._copies.rest()

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        if isinstance(self._order.question, Control):  # all that the suite imports, and plugins at its end
            note_imports(self.setup)


def _start(question: Question) -> Start:
    """With which databases it begins."""
    if isinstance(question, Control):
        return "real"
    return "used" if isinstance(question, Used) else "found"
