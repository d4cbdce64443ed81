"""pytest, started with the part that this process plays: control, single or root."""

from __future__ import annotations

import atexit
import os
import platform
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from leakcheck.events import (
    Collected,
    Completed,
    Finished,
    Header,
    Shuffled,
    Started,
    prepare,
    read_segment,
)
from leakcheck.recorder.chance import Chance
from leakcheck.recorder.deep import DeepLook
from leakcheck.recorder.fork import NodeServer, RootServer
from leakcheck.recorder.hooks import ImportCauses, RecorderPlugin
from leakcheck.recorder.marks import MARKER, marks_of
from leakcheck.recorder.naming import relative
from leakcheck.recorder.neutralise import Neutraliser
from leakcheck.recorder.outcomes import Outcomes
from leakcheck.recorder.outside import OutsideWatch
from leakcheck.recorder.plainness import keep_cache_aside, own_cache, own_captured_output, own_temporary_folder
from leakcheck.recorder.real import Real
from leakcheck.recorder.runner import Runner, items_by_id
from leakcheck.recorder.segment import Segment
from leakcheck.recorder.setup import Watch
from leakcheck.recorder.threads import Threads
from leakcheck.recorder.watchpoints import Watchpoints
from leakcheck.records import Order, Suite, TestItem, TestRun, is_shortened, node_id, short_id
from leakcheck.wire.messages import ROOT, Ready
from leakcheck.wire.process_config import Setup


def start(setup: Setup) -> int:
    """Run pytest as `setup` says; returns its exit code."""
    if setup.mode == "control":
        return _run_plain(setup)
    watch, chance = Watch.start(setup, os.path.realpath(os.getcwd())), Chance()
    part = RootPart(setup, watch, chance) if setup.is_root else SinglePart(setup, watch, chance)
    return int(pytest.main(list(setup.args), plugins=[part]))


def _run_plain(setup: Setup) -> int:
    """pytest as the printed command runs it: twice for an order that holds its one test twice."""
    tests = read_order(setup.segment).tests
    code = 0
    for _ in range(2 if len(set(tests)) < len(tests) else 1):
        code = code or int(pytest.main(list(setup.args), plugins=[ControlPart(setup)]))
    return code


class Part:
    """What all parts share: options made harmless, shared folders kept apart."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self._own = f"{os.path.basename(setup.segment).removesuffix('.jsonl')}-{os.getpid()}"
        self.neutraliser = Neutraliser(os.path.join(setup.scratch, f"t{self._own}"))
        self.threads = Threads()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: Any, args: list[str]) -> Generator[None, Any, Any]:
        self.neutraliser.amend(early_config, args)
        keep_cache_aside(early_config, os.path.join(self.setup.scratch, f"cache{self._own}"))
        self.on_root(os.path.realpath(str(early_config.rootpath)))
        with self.threads.noting():
            return (yield)

    def on_root(self, root: str) -> None:
        """The rootdir is known, no conftest is loaded yet."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> int | None:
        self.neutraliser.settle(config)
        return None

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", MARKER)  # where the project's environment lacks leakcheck, too


class ControlPart(Part):
    """A run as without leakcheck, by pytest's own loop: it tells outcomes, and files that are about to change."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._segment = Segment(setup.segment)
        self._order = read_order(setup.segment)
        self._names: dict[int, str] = {}
        self._outside = OutsideWatch(os.getcwd(), setup.folder, setup.scratch, setup.salt)
        self._outside.install()

    def on_root(self, root: str) -> None:
        self._outside.settle_root(root)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        # What imports write, they write in every process: only what tests write is put back.
        self._outside.begin(self._segment, undo_folder(self.setup, self._segment))

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
        self.look: DeepLook | None = None

    def on_root(self, root: str) -> None:
        self.watch.book.settle_root(root)
        self.watch.outside.settle_root(root)

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        super().pytest_configure(config)
        config.pluginmanager.register(self._imports, "leakcheck-imports")
        if self.collect:
            config.args = [os.path.join(str(config.rootpath), file) for file in self.collect]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._errors.append(str(report.nodeid))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, Any, Any]:
        if not self._unordered:
            self._unordered = list(items)
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self) -> Generator[None, Any, Any]:
        with self.threads.noting():
            return (yield)

    def can_run(self, session: pytest.Session) -> bool:
        return not session.testsfailed or bool(session.config.option.continue_on_collection_errors)

    def collected(self, session: pytest.Session) -> Collected:
        config = session.config
        root = os.path.realpath(str(config.rootpath))
        plugins = sorted({plugin.project_name for plugin, _ in _distributions(config)})
        suite = Suite(
            rootdir=root,
            args=self.setup.args,
            tests=tuple(_test_item(test, item, root) for test, item in items_by_id(session.items).items()),
            python=platform.python_version(),
            pytest=pytest.__version__,
            plugins=tuple(plugins),
            neutralised=tuple(self.neutraliser.names),
            flags=tuple(self.neutraliser.flags),
            kinds=dict(self.watch.probes.kinds),
            problems=self.watch.probes.problems,
            import_changes=self._imports.relative_to(root),
            launcher=self.setup.launcher,
            extra=tuple(arg for arg in self.setup.args if arg not in config.option.file_or_dir),
            invocation=relative(str(config.invocation_params.dir), root),
        )
        return Collected(suite, tuple(self._errors), self.threads.alive(), self.watch.outside.connected())

    def run_here(self, session: pytest.Session, order: Order, segment: Segment) -> None:
        """Run `order` in this process, recorded."""
        config = session.config
        self.watch.outside.begin(segment, undo_folder(self.setup, segment))
        items = items_by_id(session.items)
        if not order.tests:
            order = self._all_tests(session, order, items, segment)
        outcomes = Outcomes(os.path.realpath(str(config.rootpath)))
        names = {id(item): test for test, item in items.items()}
        watchpoints = Watchpoints(self.watch.book.camera, self.watch.probes, order.watch) if order.watch else None
        outside = self.watch.outside
        recorder = RecorderPlugin(self.watch.book, self.watch.causes, outcomes, names, watchpoints, outside.look)
        config.pluginmanager.register(outcomes, "leakcheck-outcomes")
        config.pluginmanager.register(recorder, "leakcheck-recorder")
        look = self.look or (self.watch.book.look() if order.again else None)
        Runner(session, items, outcomes, recorder, self.watch.book, look).run(order, segment)

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

    def pytest_sessionstart(self) -> None:
        self._order = read_order(self.setup.segment)

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> int | None:
        self.collect = read_order(self.setup.segment).collect
        return super().pytest_cmdline_main(config)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        segment = Segment(self.setup.segment)
        segment.write(self.collected(session))
        if not self.can_run(session):
            return None
        self.run_here(session, read_order(self.setup.segment), segment)
        return True


class RootPart(RecordingPart):
    """The root of the tree of forks; its forks become nodes, and their forks the children that run."""

    def __init__(self, setup: Setup, watch: Watch, chance: Chance) -> None:
        super().__init__(setup, watch, chance)
        self._tag = ""
        self._commands = -1

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> int | None:
        super().pytest_cmdline_main(config)
        prepare()
        self.watch.book.name_all()
        self.threads.leave()
        server = RootServer(self.setup.commands, self.setup.replies)
        server.reply(Ready(ROOT, Real.getpid()))
        tag = server.serve(server.handle)
        if tag is None:
            return 0
        atexit._clear()
        self._tag, self._commands, self.collect = tag, server.node_commands, server.node_files
        return None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        Segment(os.path.join(self.setup.folder, f"{self._tag}.jsonl")).write(self.collected(session))
        if not self.can_run(session):
            return None
        self.watch.book.name_all()
        self.chance.settle()
        if self.collect:  # its forks are tests alone
            self.look = self.watch.book.look()
        server = NodeServer(self._commands, self.setup.replies)
        server.reply(Ready(self._tag, Real.getpid()))
        tag = server.serve(server.handle)
        if tag is None:
            Real.leave(0)  # pytest's ending and the interpreter's, five full collections of garbage, serve nobody
        self._run_child(session, tag)
        return True

    def _run_child(self, session: pytest.Session, tag: str) -> None:
        """An execution, in a process that ends here: nothing of the node's own ending may run in it."""
        try:
            path = os.path.join(self.setup.folder, f"{tag}.jsonl")
            segment = Segment(path)
            own_captured_output(session.config)
            mine = f"{tag}-{Real.getpid()}"  # what was disturbed runs again by the same name
            own_temporary_folder(session.config, os.path.join(self.setup.scratch, f"t{mine}"))
            own_cache(session.config, os.path.join(self.setup.scratch, f"cache{mine}"))
            self.chance.renew()
            self.run_here(session, read_order(path), segment)
        except BaseException:
            import traceback

            traceback.print_exc()
            Real.leave(70)
        Real.leave(0)


def undo_folder(setup: Setup, segment: Segment) -> str:
    """Where the files that an execution changes are kept."""
    return os.path.join(setup.folder, "undo", os.path.basename(segment.path).removesuffix(".jsonl"))


def read_order(path: str) -> Order:
    """The order that the engine wrote as the first line of a segment."""
    with open(path, "rb") as stream:
        (header, *_) = read_segment(stream.read()).events
    assert isinstance(header, Header)
    return header.order or Order("control", "declared", ())


def _distributions(config: pytest.Config) -> list[tuple[Any, Any]]:
    found = [(dist, plugin) for plugin, dist in config.pluginmanager.list_plugin_distinfo()]
    return [pair for pair in found if hasattr(pair[0], "project_name")]


def _test_item(test: str, item: pytest.Item, root: str) -> TestItem:
    line = item.location[1]
    module, cls = getattr(item, "module", None), getattr(item, "cls", None)
    groups = (getattr(module, "__name__", ""), getattr(cls, "__qualname__", "") if cls else "")
    place = line + 1 if line is not None else 0
    return TestItem(test, relative(str(item.path), root), place, groups, marks_of(item))
