"""What the import of some test files changes, through which line, and the same put back before the next import.

In the place of `DeepRun` where a test depends on the import of other files. What they change is looked at, and put
back, right behind each of them (and behind each `conftest.py` that only they have): a file that is imported later
may take what it finds while it is imported, and what would be put back behind the collection came too late for it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterator
from contextvars import Context
from itertools import islice
from types import ModuleType
from typing import Any

import pytest

from leakcheck.recorder.changes.import_patches import TellingFinder
from leakcheck.recorder.changes.ledger import StateLedger
from leakcheck.recorder.comparing import differ
from leakcheck.recorder.deep.deep_look import DeepLook
from leakcheck.recorder.deep.pinpoint import Pinpoint
from leakcheck.recorder.deep.seen_lines import SeenLines
from leakcheck.recorder.process.deep_run import MAX_SPOTS
from leakcheck.records import Change, Location, Order, questions
from leakcheck.records.questions import is_placebo, puts_back
from leakcheck.snapshots.frames import is_project_file

CONFTEST = "conftest.py"


class ImportRun:
    """A plugin that is registered before the files are collected, and asked by the runner before the test runs."""

    def __init__(self, book: StateLedger, order: Order, root: str) -> None:
        own = order.tests[-1].partition("::")[0]
        self._book = book
        self._files = tuple(file for file in order.collect if file != own)
        self._own = own
        self._root = root
        self._put_back = puts_back(order.question)
        self._placebo = is_placebo(order.question)
        self._find = order.question.locations if isinstance(order.question, questions.Pinpoint) else ()
        self._changes: dict[Location, Change] = {}
        self._found: set[Location] = set()
        self._undone: set[Location] = set()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        file = self._charged(collector)
        if not file:
            return (yield)
        step = _Step(self._book, self._put_back, self._find)
        step.begin()
        try:
            return (yield)
        finally:
            step.end()
            self._learn(step, file)

    def _charged(self, collector: pytest.Collector) -> str:
        """The file to whose import this step of the collection belongs; "" for all that the test itself needs."""
        path = os.path.relpath(os.path.realpath(collector.path), self._root).replace(os.sep, "/")
        if isinstance(collector, pytest.Directory):
            if _is_above(path, self._own) or not os.path.exists(os.path.join(collector.path, CONFTEST)):
                return ""
            return next((file for file in self._files if _is_above(path, file)), "")
        return path if path in self._files and isinstance(collector, pytest.File) else ""

    def _learn(self, step: _Step, file: str) -> None:
        if self._placebo:
            tuple(step.changes(file))
        elif self._put_back:
            found, undone = step.put_back()
            self._found |= found
            self._undone |= undone
        else:
            for each in step.changes(file):
                self._changes.setdefault(each.location, each)

    # What the runner asks --------------------------------------------------------------------------------------

    def after(self, test: str) -> None:
        """No test but the last is run."""

    def changes(self) -> tuple[Change, ...]:
        """What the imports changed, each charged to its file."""
        return tuple(self._changes.values())

    def surroundings(self) -> Context | None:
        """The context for the test to run in; None for the usual one."""
        return self._book.probes.surroundings() if self._put_back else None

    def put_back_nothing(self) -> bool:
        """True if something was to be put back, and all of it stayed as it was."""
        return bool(self._put_back) and not self._undone and not self._placebo


class _Step:
    """The import of one file."""

    def __init__(self, book: StateLedger, put_back: tuple[Location, ...], find: tuple[Location, ...]) -> None:
        self._book = book
        self._owned = tuple(each for each in put_back if book.probes.keep(each))
        self._find = find
        wanted, means = (*put_back, *find), (book.camera, book.probes)
        self._look = DeepLook.at(*means, wanted) if wanted else DeepLook.everywhere(*means)
        self._lines = SeenLines(book.source_at)
        self._finder = TellingFinder(self._loaded)
        self._pinpoint: Pinpoint | None = None

    def begin(self) -> None:
        if self._owned:
            self._book.keep(self._owned)
        self._finder.install()
        if self._find:
            self._pinpoint = Pinpoint(self._spots(), is_project_file, differ, self._lines.changed)
            self._pinpoint.start()

    def end(self) -> None:
        if self._pinpoint is not None:
            self._pinpoint.stop()
        self._finder.remove()

    def _loaded(self, module: ModuleType) -> None:
        """What a module holds when it is new, whoever changes that later in this step."""
        with contextlib.suppress(Exception):  # the project's own objects may be in any state
            self._book.keep_new()
            if self._look.add(module) and self._pinpoint is not None:
                self._pinpoint.add(self._spots())

    def _spots(self) -> list[Any]:
        return list(islice(self._look.spots(self._find), MAX_SPOTS))

    def put_back(self) -> tuple[set[Location], set[Location]]:
        """Put back what this step has changed. Returns what that was, and what is as before now."""
        found = self._look.differences()
        for each in found:
            with contextlib.suppress(Exception):  # the project's own objects may refuse in any way
                each.undo()
        still = {each.location for each in self._look.differences()}
        changed = {each.location for each in found}
        owned = self._book.put_back() if self._owned else frozenset()
        return changed | owned, (changed - still) | owned

    def changes(self, file: str) -> Iterator[Change]:
        """What this step has changed, with the lines that were looked for."""
        for each in self._look.differences():
            yield self._look.change(each, file, self._lines.at(each.location))


def _is_above(folder: str, file: str) -> bool:
    return folder == "." or file.startswith(f"{folder}/")
