"""What polluters leave of whom no run alone is known: tests of a missing shard, or of an audit that ended early."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.graph.effects import Carried
from leakcheck.analysis.graph.leaks import LeftChange
from leakcheck.records import Change


def left_in_company(carried: Iterable[Carried], known: Knowledge) -> tuple[LeftChange, ...]:
    """By the executions that show their edges, at the locations that carry these, each once."""
    found: dict[tuple[str, object], LeftChange] = {}
    for edge, locations in carried:
        for test in edge.polluters:
            if test in known.suite.ids and test not in known.evidence.profiles:
                for change in _changes(test, edge.executions, known):
                    if change.location in locations:
                        found.setdefault((test, change.location), LeftChange(test, change))
    return tuple(found.values())


def _changes(test: str, executions: Iterable[str], known: Knowledge) -> Iterator[Change]:
    for name in executions:
        for run in known.by_id[name].runs if name in known.by_id else ():
            if run.test == test:
                yield from run.changes
