"""Calibration: the rig proves itself before it accuses anybody."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from leakcheck.engine import Job
from leakcheck.errors import EngineFailed
from leakcheck.nouns import agreeing, plural
from leakcheck.orders.declared import Strategy as Declared
from leakcheck.records import BAD_OUTCOMES, Control, Execution, Order
from leakcheck.records.topics import Fallback, Topic
from leakcheck.search.interference import outside_notes, outsiders, shown, talk_to_servers
from leakcheck.search.session import LETHAL, AuditSession
from leakcheck.text import some


def calibrate(bench: AuditSession, control: Job) -> None:
    """Run the declared order recorded and unrecorded; where they differ steadily, stop to fork.

    `control` was begun beside the collection of the suite.
    """
    bench.run("declared", Declared().propose(bench.view()))
    _keep_control(bench, bench.engine.finish(control))
    if not any(execution.runs for execution in bench.executions):
        raise _nothing_ran(bench)
    _tell_unsteady_names(bench)
    _heed_lost_databases(bench)
    _heed_views(bench)
    odd = _differing(bench)
    if odd:
        known = [*bench.executions, *bench.control]
        if outsiders(known, bench.suite.tests) or talk_to_servers(known):
            bench.disown("ran beside another process that shares its files or servers")
        _again(bench)
        odd = _without_copies(bench, odd) if _apart(bench, odd) else _differing(bench)
    if odd and bench.engine.fork:
        bench.fall_back(Fallback.DIFFERS, _fallback_text(odd))
        bench.disown("forked, and a fork of this suite behaves otherwise")
        _again(bench)
        odd = _differing(bench)
    if odd:
        told_of = f"outcomes differ from plain pytest, even in a process of their own: {some(odd, 1)}"
        bench.note(Topic.RECORDER, told_of)
    for topic, text in outside_notes([*bench.executions, *bench.control], bench.suite.rootdir):
        bench.note(topic, text)


def _tell_unsteady_names(bench: AuditSession) -> None:
    """Tests that plain pytest has run by other names than those that they were collected by."""
    plain = [execution for execution in bench.control if execution.status == "finished"]
    named = {run.test for execution in plain for run in execution.runs}
    here, there = [test for test in bench.suite.ids if test not in named], named - set(bench.suite.ids)
    if plain and here and len(there) == len(here):
        have = agreeing(len(here), "has", "have")
        told = f"{plural(len(here), 'test')} {have} another name each time the suite is collected ({some(here, 1)})"
        bench.note(Topic.MISSING, f"{told}: no command can name {agreeing(len(here), 'it', 'them')}")


def _heed_lost_databases(bench: AuditSession) -> None:
    """A database that is open from the import of the suite on, and that tests remove, is another for each new
    process, and none for a fork, whatever is put back."""
    lost = bench.engine.lost_databases() if bench.engine.fork else ()
    if not lost:
        return
    names = some([shown(each, bench.suite.rootdir) for each in lost])
    told = (
        f"the import of the suite opens databases that tests remove ({names}); forks would go on with what is gone"
    )
    if bench.options.engine == "fork":
        bench.note(Topic.FILES, told)
    else:
        bench.fall_back(Fallback.DATABASES, f"{told}: each order runs in a new process")


def _heed_views(bench: AuditSession) -> None:
    """Whether what fails in a view of its own fails in the project itself, too: one run there tells. Where nothing
    fails, nobody needs to write there."""
    failing = {run.test for each in bench.control for run in each.runs if run.outcome in BAD_OUTCOMES}
    if not failing or not bench.engine.has_views:
        return
    without = tuple(sorted(bench.lethal))
    real = bench.engine.finish(bench.engine.control(Order(Control(), (), exclusive=True, without=without)))
    odd = sorted(run.test for run in real.runs if run.test in failing and run.outcome not in BAD_OUTCOMES)
    if odd and bench.engine.share(f"with a view of their own, outcomes differ from plain pytest ({some(odd, 1)})"):
        bench.disown("had a view of the files of its own, and behaves otherwise with it")
        bench.control.clear()
        _again(bench)


def _apart(bench: AuditSession, odd: Sequence[str]) -> bool:
    """Whether plain pytest has had another outcome the first time, with what is the user's own outside of the
    process, than behind that, with copies of it, and recorded executions have the latter."""
    recorded = _outcomes([each for each in bench.executions if each.order.kind == "declared"])
    first, later = _outcomes(bench.control[:1]), _outcomes(bench.control[1:])
    return any(first.get(test) != later.get(test) == recorded.get(test) for test in odd)


def _without_copies(bench: AuditSession, odd: Sequence[str]) -> list[str]:
    """The tests that differ when everybody shares what is outside of the processes."""
    if bench.engine.share(f"with a copy of it, outcomes differ from plain pytest ({some(odd, 1)})"):
        bench.disown("had a copy of a database, and behaves otherwise with it")
        del bench.control[1:]
        _again(bench)
    return _differing(bench)


def _nothing_ran(bench: AuditSession) -> EngineFailed:
    if time.monotonic() > bench.ends:
        return EngineFailed(
            "the time of the budget was over before any test had run", hint="Give it more time with --budget."
        )
    return EngineFailed(
        f"no test of the declared order ran: {bench.executions[-1].status}",
        hint="Give it more time with --execution-timeout, or try --engine spawn.",
    )


def _keep_control(bench: AuditSession, execution: Execution) -> None:
    bench.control.append(execution)
    last = execution.runs[-1] if execution.runs else None
    if last is not None and last.outcome in LETHAL:
        bench.lethal.setdefault(last.test, last.outcome)
        _control_again(bench)


def _control_again(bench: AuditSession) -> None:
    order = Order(Control(), (), without=tuple(sorted(bench.lethal)))
    bench.progress.phase("control", 1)
    _keep_control(bench, bench.engine.finish(bench.engine.control(order)))
    bench.progress.step("control")


def _again(bench: AuditSession) -> None:
    """Both once more, one after the other, so that neither can disturb the other."""
    _control_again(bench)
    first = not any(execution.order.kind == "declared" for execution in bench.executions)
    orders = Declared().propose(bench.view())
    bench.run("declared", orders if first else [replace(order, repeat=1) for order in orders], lanes=1)


def _differing(bench: AuditSession) -> list[str]:
    """Tests whose outcomes are steady on both sides and differ between them."""
    plain = _outcomes(bench.control)
    recorded = _outcomes([each for each in bench.executions if each.order.kind == "declared"])
    return [
        test
        for test, outcomes in plain.items()
        if len(outcomes) == 1 and len(recorded.get(test, ())) == 1 and outcomes != recorded[test]
    ]


def _outcomes(executions: Sequence[Execution]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for execution in executions:
        for run in execution.runs:
            found.setdefault(run.test, set()).add(run.outcome)
    return {test: frozenset(outcomes) for test, outcomes in found.items()}


def _fallback_text(odd: Sequence[str]) -> str:
    return f"in a fork, outcomes differ from plain pytest ({some(odd, 1)}): each order runs in a new process"
