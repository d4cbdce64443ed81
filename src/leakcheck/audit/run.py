"""An audit, read aloud: calibrate, profile, orders, pairs, explain, confirm."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from leakcheck import __version__
from leakcheck.analysis import in_place
from leakcheck.audit import search
from leakcheck.audit.bench import Bench
from leakcheck.audit.calibrate import calibrate
from leakcheck.audit.opening import open_bench
from leakcheck.audit.progress import Progress
from leakcheck.engine import Engine, Launch, Limits
from leakcheck.events import Begun, Completed
from leakcheck.options import Options
from leakcheck.records import Order
from leakcheck.store import AuditFolder
from leakcheck.strategies import whole_orders
from leakcheck.strategies.isolated import Strategy as Isolated
from leakcheck.strategies.random import backward


def run_audit(options: Options, progress: Progress) -> AuditFolder:
    """Audit the suite that `options` name. Everything learnt is on disk when this returns or raises."""
    began = time.monotonic()
    with _engine(options) as engine:
        bench, control = open_bench(engine, options, progress)
        calibrate(bench, control)
        if engine.fork:
            profile(bench)
            orders(bench)
        else:
            orders(bench)
            profile_suspects(bench)
        _set_budget(bench)
        search.cover_pairs(bench)
        search.meet_crowds(bench)
        search.explain_differences(bench)
        search.confirm(bench)
        engine.launch.folder.append("audit", Completed(round(time.monotonic() - began, 3)))
        return engine.launch.folder


def profile(bench: Bench) -> None:
    """Every test alone."""
    bench.run("isolated", Isolated().propose(bench.view()))


def profile_suspects(bench: Bench) -> None:
    """Where a process is dear, alone run only tests that differ between orders, that leave something behind, or
    that read what others left."""
    outcomes: dict[str, set[bool]] = {}
    loud: set[str] = set()
    for execution in bench.executions:
        for run, state in in_place(execution, bench.suite):
            outcomes.setdefault(run.test, set()).add(run.bad)
            met = any(read.covers(location) for read in run.reads for location in state)
            if run.changes or run.finalised or met:
                loud.add(run.test)
    suspects = loud | {test for test, seen in outcomes.items() if len(seen) > 1}
    bench.run("isolated", Isolated().propose(bench.view(suspects)))


def orders(bench: Bench) -> None:
    """The whole suite in other orders; a plugin's random orders first tell their sequence, then run reversed."""
    done = bench.run("orders", whole_orders(bench.view()))
    shuffled = [each.order for each in done if each.order.kind == "random" and each.order.without is not None]
    named = {order.name for order in shuffled}
    reverses: list[Order] = [
        backward(order) for order in shuffled if order.tests and f"{order.name} reversed" not in named
    ]
    reverses = [order for order in reverses if not order.name.endswith("reversed reversed")]
    if reverses:
        bench.run("orders", reverses)


def _set_budget(bench: Bench) -> None:
    declared = max((each.seconds for each in bench.executions if each.order.kind == "declared"), default=1.0)
    bench.deadline = time.monotonic() + bench.options.budget_seconds(declared)


@contextmanager
def _engine(options: Options) -> Iterator[Engine]:
    folder = AuditFolder.create(Path(options.folder))
    folder.begin("audit")
    folder.append("audit", Begun(__version__, datetime.now(UTC).isoformat(timespec="seconds"), options.as_text()))
    scratch = tempfile.mkdtemp(prefix="lc-")
    launch = Launch(
        python=options.python,
        args=(*options.paths, *options.pytest_args),
        folder=folder,
        scratch=scratch,
        salt=secrets.token_hex(16),
        show_values=options.show_values,
    )
    limits = Limits(options.test_timeout, options.execution_timeout)
    engine = Engine(launch, limits, options.lanes, fork=options.engine != "spawn")
    try:
        yield engine
    finally:
        engine.stop()
        shutil.rmtree(scratch, ignore_errors=True)
