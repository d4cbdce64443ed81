"""Executions that ran beside each other and met outside of their processes: what came of that is no evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from leakcheck.audit.outsiders import Outside
from leakcheck.records import BAD_OUTCOMES, Execution

WHY = "went wrong beside another execution, which may have touched the same files, ports or servers"


def collided(batch: Sequence[Execution], known: Sequence[Execution]) -> list[Execution]:
    """Those of a batch that went wrong, and may have been met: by one that touched the same file or port; or, where
    some test talks to a server, by anybody. `known` are all executions until now.

    Who runs alone cannot be met. A fixture of the session touches things in the run of whoever needs it first, so
    that not everybody who does so is known beforehand; a connection that was closed at once is not seen, nor what
    other programs do. So a test that passes in the declared order is not believed at once to fail alone, and where
    there are servers, nowhere.
    """
    return disturbed(batch, Outside.of(known))


def disturbed(batch: Sequence[Execution], known: Outside) -> list[Execution]:
    """The same, of what is known of all executions until now."""
    beside = [execution for execution in batch if not execution.order.exclusive]
    users = Counter(each for execution in beside for each in _touched(execution))
    return [
        execution
        for execution in beside
        if (any(users[each] > 1 for each in _touched(execution)) and _failed(execution))
        or ((known.servers or _is_first_alone(execution)) and _failed(execution) & known.sound)
    ]


def undisturbed(executions: Sequence[Execution]) -> list[Execution]:
    """Those of an audit that was not finished that nothing can have disturbed: its last batch was not judged, or
    nobody knows any more how."""
    met = {execution.id for execution in collided(executions, executions)}
    return [execution for execution in executions if execution.id not in met]


def talk_to_servers(executions: Iterable[Execution]) -> bool:
    """Whether some test was seen to do so, or may have done so unseen."""
    return Outside.of(executions).servers


def _is_first_alone(execution: Execution) -> bool:
    return execution.order.kind == "isolated" and not execution.order.repeat


def _failed(execution: Execution) -> set[str]:
    """Tests that failed, if only when they were run again."""
    return {run.test for run in execution.runs if BAD_OUTCOMES.intersection((run.outcome, run.again))}


def _touched(execution: Execution) -> set[tuple[str, str]]:
    return {(what, name) for _, what, name in execution.outside if what in ("file", "port")}
