"""What polluters leave of whom no run alone is known: tests of a missing shard, or of an audit that ended early."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.graph.effects import Carried
from leakcheck.analysis.graph.leaks import LeftChange
from leakcheck.records import Change


def left_in_company(carried: Iterable[Carried], known: Knowledge) -> tuple[LeftChange, ...]:
    """By the executions that show their edges, at the locations that carry these, each once: of those that hurt or
    enable by themselves. A cleaner changes the location as well, and leaves nothing."""
    found: dict[tuple[str, object], LeftChange] = {}
    for edge, locations in carried:
        test = edge.polluters[0]
        by_itself = edge.effect in ("breaks", "enables") and len(edge.polluters) == 1 and test in known.suite.ids
        if by_itself and test not in known.evidence.profiles:
            for change in _changes(test, edge.executions, known):
                if change.location in locations:
                    found.setdefault((test, change.location), LeftChange(test, change))
    return tuple(found.values())


def _changes(test: str, executions: Iterable[str], known: Knowledge) -> Iterator[Change]:
    for name in executions:
        for run in known.by_id[name].runs if name in known.by_id else ():
            if run.test == test:
                yield from run.changes
