"""Whether a fix holds what it promises, by what was executed with it and without it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from leakcheck.fixes.causes import Cause
from leakcheck.records import BAD_OUTCOMES, GOOD_OUTCOMES, Alone, Change, Execution, Leak, Suite, TestRun, Whole

MAX_TOLD = 3
_USUAL = "passed"


@dataclass(frozen=True)
class Before:
    """How the suite behaved before anything was changed: `orders` has what each test did in each whole order,
    `seen` all that a test ever did, `alone` what it did alone. What `flaky` tests ever did, they may do in any."""

    orders: Mapping[str, Mapping[str, str]]
    seen: Mapping[str, frozenset[str]]
    alone: Mapping[str, str]
    flaky: frozenset[str] = frozenset()


def faults(
    cause: Cause, freed: Iterable[str], before: Before, done: Iterable[Execution], suite: Suite
) -> list[str]:
    """What is wrong with the fix of `cause`, in sentences; nothing if all is as it shall be. `done` are the
    executions with it."""
    executions = list(done)
    found = [each for execution in executions for each in _faults(execution, cause, set(freed), before)]
    found += _still_leaking(cause, executions, suite)
    return list(dict.fromkeys(found))


def _faults(execution: Execution, cause: Cause, freed: set[str], before: Before) -> Iterator[str]:
    name = execution.order.name
    if execution.status != "finished" or not execution.runs:
        yield f"the execution of {name} did not come to its end ({execution.status})"
    elif isinstance(execution.order.question, Whole):
        known = before.orders.get(name)
        for run in execution.runs:
            if run.test in freed and run.outcome not in GOOD_OUTCOMES:
                yield f"{run.test} is to be freed, and {_told(run)} in the {name} order"
            elif _is_new(run, None if run.test in before.flaky else known, before.seen.get(run.test, frozenset())):
                yield f"{run.test} {_told(run)} in the {name} order, and did not before"
    else:
        yield from _of_witness(execution, before)


def _is_new(run: TestRun, known: Mapping[str, str] | None, seen: frozenset[str]) -> bool:
    """Whether a test does what it did not before: in this order, or ever if the order is a new one."""
    if run.outcome in BAD_OUTCOMES and known is not None:
        return known.get(run.test) not in BAD_OUTCOMES
    return run.outcome not in seen and run.outcome != _USUAL


def _of_witness(execution: Execution, before: Before) -> Iterator[str]:
    last = execution.runs[-1]
    if last.test != execution.order.tests[-1]:
        yield f"{execution.order.tests[-1]} did not run behind {last.test}"
        return
    alone = before.alone.get(last.test, _USUAL)
    wanted = alone if alone in GOOD_OUTCOMES else _USUAL
    if last.outcome != wanted:
        yield f"{last.test} {_told(last)} {_where(execution)}"
    if isinstance(execution.order.question, Alone) and last.again not in (None, last.outcome):
        yield f"{last.test} {last.again} when it runs a second time"


def _told(run: TestRun) -> str:
    return {"error": "has an error", "not run": "does not run"}.get(run.outcome, run.outcome)


def _where(execution: Execution) -> str:
    others = len(execution.order.tests) - 1
    return f"behind {execution.order.tests[0]}" if others else "alone"


def _still_leaking(cause: Cause, executions: Iterable[Execution], suite: Suite) -> Iterator[str]:
    if any(_is_that(change, leak) for leak in cause.leaks for change in suite.import_changes):
        yield "what leaks is still changed by an import"
    polluters = set(cause.polluters) - cause.elsewhere
    runs = (run for execution in executions for run in execution.runs if run.test in polluters)
    for run in runs:
        for change in (*run.changes, *run.finalised):
            if any(_is_that(change, leak) for leak in cause.leaks):
                yield f"{run.test} still leaves it changed"


def _is_that(change: Change, leak: Leak) -> bool:
    if change.location not in leak.locations or change.reach != leak.reach:
        return False
    if change.location != leak.location:
        return True
    paths = {each.path for each in leak.paths}
    return not paths or any(each.path in paths for each in change.paths)


def is_shown(cause: Cause, execution: Execution) -> bool:
    """Whether this execution shows what the cause does: without the fix it has to."""
    if not execution.runs:
        return False
    if not cause.edges:
        return is_recorded(cause, execution)
    last = execution.runs[-1]
    return last.outcome in BAD_OUTCOMES or last.again in BAD_OUTCOMES


def is_recorded(cause: Cause, execution: Execution) -> bool:
    """Whether the leak itself was seen in this execution: else it tells nothing that it is seen no more."""
    changes = [change for run in execution.runs for change in (*run.changes, *run.finalised)]
    return any(_is_that(change, leak) for leak in cause.leaks for change in changes)
