"""Executions that ran beside each other and met outside of their processes: what came of that is no evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from leakcheck.records import BAD_OUTCOMES, Execution

WHY = "ran beside another execution that touched the same file, port or server"


def collided(executions: Sequence[Execution], *, servers: bool) -> list[Execution]:
    """Those of one batch that went wrong, and that touched a file or a port which another one touched as well; or
    all that went wrong, where some test of the suite talks to `servers`.

    Who runs alone cannot be met. A fixture of the session touches things in the run of whoever needs it first, so
    that not everybody who does so is known beforehand; and a connection that was closed at once is not seen.
    """
    beside = [execution for execution in executions if not execution.order.exclusive]
    users = Counter(each for execution in beside for each in _touched(execution))
    return [
        execution
        for execution in beside
        if _went_wrong(execution) and (servers or any(users[each] > 1 for each in _touched(execution)))
    ]


def undisturbed(executions: Sequence[Execution]) -> list[Execution]:
    """Those of an audit that was not finished that nothing can have disturbed: its last batch was not judged, or
    nobody knows any more how."""
    disturbed = {execution.id for execution in collided(executions, servers=talk_to_servers(executions))}
    return [execution for execution in executions if execution.id not in disturbed]


def talk_to_servers(executions: Iterable[Execution]) -> bool:
    """Whether some test was seen to do so, or may have done so unseen."""
    return any(what in ("server", "driver") for execution in executions for _, what, _ in execution.outside)


def _went_wrong(execution: Execution) -> bool:
    return any(BAD_OUTCOMES.intersection((run.outcome, run.again)) for run in execution.runs)


def _touched(execution: Execution) -> set[tuple[str, str]]:
    return {(what, name) for _, what, name in execution.outside if what in ("file", "port")}
