"""pytest, started with the part that this process plays: control, single or root."""

from __future__ import annotations

import os
import platform
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from leakcheck.recorder.changes.hooks import ImportCauses
from leakcheck.recorder.changes.marks import MARKER, marks_of
from leakcheck.recorder.changes.outcomes import Outcomes
from leakcheck.recorder.changes.owner_names import relative
from leakcheck.recorder.changes.writing import WritingRecorder
from leakcheck.recorder.deep.deep_look import DeepLook
from leakcheck.recorder.deep.watchpoints import Watchpoints
from leakcheck.recorder.outside.audit_hook import OutsideWatch
from leakcheck.recorder.outside.views import Views
from leakcheck.recorder.process.import_order import ImportOrder
from leakcheck.recorder.process.import_run import ImportRun
from leakcheck.recorder.process.import_threads import Threads
from leakcheck.recorder.process.neutralise import Neutraliser
from leakcheck.recorder.process.random_seeds import Chance
from leakcheck.recorder.process.row import Row
from leakcheck.recorder.process.runner import Runner, items_by_id
from leakcheck.recorder.process.shared_resources import (
    keep_cache_aside,
)
from leakcheck.recorder.process.time_limits import TimeLimits
from leakcheck.recorder.process.watch import Watch
from leakcheck.recorder.segment import Segment
from leakcheck.records import Alone, Collect, Control, Names, Order, Suite, TestItem, questions
from leakcheck.wire.events import Collected, Header, Shuffled
from leakcheck.wire.process_config import Setup
from leakcheck.wire.segments import read_segment


class Part:
    """What all parts share: options made harmless, shared folders kept apart."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self._own = f"{tag_of(setup.segment)}-{os.getpid()}"
        self.neutraliser = Neutraliser(os.path.join(setup.scratch, f"t{self._own}"))
        self.threads = Threads()
        self.import_order = ImportOrder()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: Any, args: list[str]) -> Generator[None, Any, Any]:
        self.neutraliser.amend(early_config, args)
        keep_cache_aside(early_config, os.path.join(self.setup.scratch, f"cache{self._own}"))
        self.on_root(os.path.realpath(str(early_config.rootpath)))
        with self.threads.noting():
            return (yield)

    def on_root(self, root: str) -> None:
        """The rootdir is known, no conftest is loaded yet."""

    def see_apart(self, outside: OutsideWatch, root: str, tag: str) -> None:
        """Take a view of one's own of the project's files, if there are to be any."""
        views = Views.asked(self.setup.scratch)
        layer = "" if views is None else views.enter(root, self.setup.folder, tag)
        if layer:
            outside.see_apart(layer)

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> int | None:
        self.neutraliser.settle(config)
        return None

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", MARKER)  # where the project's environment lacks leakcheck, too
        config.pluginmanager.register(self.import_order, "leakcheck-import-order")


class RecordingPart(Part):
    """A process that records: shared by the single process and the tree of forks."""

    def __init__(self, setup: Setup, watch: Watch, chance: Chance) -> None:
        super().__init__(setup)
        self.watch = watch
        self.chance = chance
        self.collect: tuple[str, ...] = ()
        self._errors: list[str] = []
        self._imports = ImportCauses(watch.book, watch.causes)
        self._unordered: list[pytest.Item] = []
        self._plugins: tuple[str, ...] | None = None
        self.look: DeepLook | None = None
        self.import_run: ImportRun | None = None

    def on_root(self, root: str) -> None:
        self.watch.book.settle_root(root)
        self.watch.outside.settle_root(root)

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        super().pytest_configure(config)
        config.pluginmanager.register(self._imports, "leakcheck-imports")

    def collect_only(self, config: pytest.Config, files: tuple[str, ...]) -> None:
        """Have pytest collect these files of the rootdir, when it comes to that."""
        self.collect = files
        config.args = [os.path.join(str(config.rootpath), file) for file in files]

    def follow_imports(self, config: pytest.Config, order: Order) -> None:
        """Look at what the files that `order` names change while they are imported."""
        self.import_run = ImportRun(self.watch.book, order, os.path.realpath(str(config.rootpath)))
        config.pluginmanager.register(self.import_run, "leakcheck-import-run")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._errors.append(str(report.nodeid))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, Any, Any]:
        if not self._unordered:
            self._unordered = list(items)
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> Generator[None, Any, Any]:
        with self.threads.noting():
            return (yield)

    def can_run(self, session: pytest.Session) -> bool:
        """Whether tests are going to run here. If not, what imports have changed in files is told as it is now."""
        if not session.testsfailed or session.config.option.continue_on_collection_errors:
            return True
        self.watch.outside.end_unbegun()
        return False

    def collected(self, session: pytest.Session) -> Collected:
        config = session.config
        root = os.path.realpath(str(config.rootpath))
        suite = Suite(
            rootdir=root,
            args=self.setup.args,
            tests=tuple(_test_item(test, item, root) for test, item in items_by_id(session.items).items()),
            python=platform.python_version(),
            pytest=pytest.__version__,
            plugins=distributions(config) if self._plugins is None else self._plugins,
            neutralised=tuple(self.neutraliser.names),
            flags=tuple(self.neutraliser.flags),
            kinds=dict(self.watch.probes.kinds),
            problems=self.watch.probes.problems,
            import_changes=self._imports.relative_to(root),
            sightings=self.watch.book.sightings(),
            launcher=self.setup.launcher,
            extra=tuple(arg for arg in self.setup.args if arg not in config.option.file_or_dir),
            invocation=relative(str(config.invocation_params.dir), root),
        )
        return Collected(suite, tuple(self._errors), self.threads.alive(), self.watch.outside.connected())

    def run_here(self, session: pytest.Session, order: Order, segment: Segment) -> None:
        """Run `order` in this process, recorded."""
        config = session.config
        self.watch.outside.begin(segment, undo_folder(self.setup, segment))
        self.import_order.tell(order, os.path.realpath(str(config.rootpath)), segment)
        items = items_by_id(session.items)
        if not order.tests:
            order = self._all_tests(session, order, items, segment)
        outcomes = Outcomes(os.path.realpath(str(config.rootpath)))
        names = {id(item): test for test, item in items.items()}
        watchpoints = Watchpoints(self.watch.book.camera, self.watch.probes, order.watch) if order.watch else None
        outside = self.watch.outside
        recorder = WritingRecorder(self.watch.book, self.watch.causes, outcomes, names, watchpoints, outside.look)
        config.pluginmanager.register(outcomes, "leakcheck-outcomes")
        config.pluginmanager.register(recorder, "leakcheck-recorder")
        config.pluginmanager.register(TimeLimits(order.question), "leakcheck-time-limits")
        is_row = isinstance(order.question, questions.Row)
        wanted = is_row or isinstance(order.question, Names) or order.question == Alone(again=True)
        look = self.look or (self.watch.book.look() if wanted else None)
        row = None
        if is_row and look is not None:
            row = Row.begin(look, self.watch.probes, lambda: outside.told, self.chance, config)
        Runner(session, items, outcomes, recorder, self.watch.book, look, row, self.import_run).run(order, segment)

    def _all_tests(
        self, session: pytest.Session, order: Order, items: Mapping[str, pytest.Item], segment: Segment
    ) -> Order:
        ids = {id(item): test for test, item in items.items()}
        sequence = list(session.items)
        if order.seed is not None:
            sequence = self._shuffled(session, order.seed)
        tests = tuple(ids[id(item)] for item in sequence if id(item) in ids)
        tests = tuple(test for test in tests if test not in order.without)
        if order.seed is not None:
            segment.write(Shuffled(order.seed, tests))
        return replace(order, tests=tests, without=())

    def _shuffled(self, session: pytest.Session, seed: int) -> list[pytest.Item]:
        """The items as pytest-randomly and everybody else would order them for `seed`."""
        config = session.config
        config.option.randomly_seed = seed
        config.option.randomly_reorganize = True
        sequence = list(self._unordered)
        config.hook.pytest_collection_modifyitems(session=session, config=config, items=sequence)
        return sequence


class SinglePart(RecordingPart):
    """One order in this very process (the spawn engine)."""

    def on_root(self, root: str) -> None:
        super().on_root(root)
        if not isinstance(read_order(self.setup.segment).question, Collect):  # what that compiles is for all
            self.see_apart(self.watch.outside, root, tag_of(self.setup.segment))

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> int | None:
        self._order = read_order(self.setup.segment)
        return super().pytest_cmdline_main(config)

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        super().pytest_configure(config)
        if self._order.collect:
            self.collect_only(config, self._order.collect)
        if self._order.follows_imports:
            self.follow_imports(config, self._order)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        segment = Segment(self.setup.segment)
        segment.write(self.collected(session))
        if not self.can_run(session):
            return None
        self.chance.settle()
        self.run_here(session, read_order(self.setup.segment), segment)
        self.watch.copies.rest()
        return True


def undo_folder(setup: Setup, segment: Segment) -> str:
    """Where the files that an execution changes are kept."""
    return os.path.join(setup.folder, "undo", tag_of(segment.path))


def tag_of(path: str) -> str:
    """The name of the segment at `path`."""
    return os.path.basename(path).removesuffix(".jsonl")


def read_order(path: str) -> Order:
    """The order that the engine wrote as the first line of a segment."""
    with open(path, "rb") as stream:
        (header, *_) = read_segment(stream.read()).events
    assert isinstance(header, Header)
    return header.order or Order(Control(), ())


def distributions(config: pytest.Config) -> tuple[str, ...]:
    """The names of those that plugins come from. Each time they are asked for, all metadata is parsed."""
    found = (dist for _, dist in config.pluginmanager.list_plugin_distinfo())
    return tuple(sorted({dist.project_name for dist in found if hasattr(dist, "project_name")}))


def _test_item(test: str, item: pytest.Item, root: str) -> TestItem:
    line = item.location[1]
    module, cls = getattr(item, "module", None), getattr(item, "cls", None)
    groups = (getattr(module, "__name__", ""), getattr(cls, "__qualname__", "") if cls else "")
    place = line + 1 if line is not None else 0
    return TestItem(test, relative(str(item.path), root), place, groups, marks_of(item), _shared(item))


def _shared(item: pytest.Item) -> tuple[str, ...]:
    """The fixtures that it asks for, as far as that is known beforehand, and that are wider than a test."""
    known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    return tuple(name for name, found in known.items() if any(each.scope != "function" for each in found))
