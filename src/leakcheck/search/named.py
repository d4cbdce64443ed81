"""Whom else it hurts: what only a deep look can see, in front of everybody.

What a test alone was seen to change is looked at in every order, and whoever may read it meets it. What a deep look
has named since (an attribute of another package's class) was seen by nobody but the victim whose failure led there:
others who read it pass in all orders in which they came first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from leakcheck.analysis.facts.timeline import Timeline, changed_in_place
from leakcheck.analysis.facts.untracked import changed_elsewhere
from leakcheck.analysis.graph.deep_findings import container
from leakcheck.records import Crowd, Execution, Location, Order
from leakcheck.search.session import AuditSession

MAX_NAMED = 12
"""Locations. Each is put in front of the whole suite, and again of those who came behind somebody who cleans."""
PARTS = (1, 4, 16, 16)
"""In so many parts those who are open are asked, round by round: who takes it away hides it from those behind."""


@dataclass(slots=True)
class _Meeting:
    """`unmet` are still to begin with what `makers` leave; of them `changers` come last: they may take it away."""

    place: Location
    makers: tuple[str, ...]
    unmet: dict[str, None]
    changers: set[str] = field(default_factory=set)

    def orders(self, parts: int) -> Iterator[Order]:
        row = sorted(self.unmet, key=self.changers.__contains__)
        size = max(1, -(-len(row) // parts))
        for start in range(0, len(row), size):
            yield Order(Crowd(), (*self.makers, *row[start : start + size]), watch=(self.place,))

    def note(self, timeline: Timeline) -> None:
        """Take out who met it; everybody, where nothing is seen to stand there."""
        left = timeline.value(self.place, len(self.makers))
        for place, run in enumerate(timeline.runs):
            value = timeline.value(self.place, place)
            if left is None or (value is not None and value.digest == left.digest):
                self.unmet.pop(run.test, None)
        self.changers.update(
            run.test for run, change, _ in changed_in_place(timeline) if change.location == self.place
        )


def meet_named(bench: AuditSession) -> None:
    """Those who are known to leave such a thing, one for each location, in front of all others."""
    tests = [test for test in bench.files if not bench.is_lethal(test) and bench.meets(test)]
    meetings = [
        _Meeting(place, makers, dict.fromkeys(test for test in tests if test not in makers))
        for place, makers in list(_named(bench).items())[:MAX_NAMED]
    ]
    for parts in PARTS:
        orders = [order for each in meetings for order in each.orders(parts)]
        for execution, timeline in _of(bench, bench.spend("elsewhere", orders)):
            for each in meetings:
                if execution.order.tests[: len(each.makers)] == each.makers and each.place in execution.order.watch:
                    each.note(timeline)


def _of(bench: AuditSession, done: Iterable[Execution]) -> Iterator[tuple[Execution, Timeline]]:
    names = {each.id for each in done}
    known = bench.known()
    return (each for each in zip(known.executions, known.timelines, strict=True) if each[0].id in names)


def _named(bench: AuditSession) -> Mapping[Location, tuple[str, ...]]:
    """location -> tests that leave something there, known by their victims only."""
    looked_at, named = _looked_at(bench), dict[Location, tuple[str, ...]]()
    for edge, locations in bench.edges():
        if edge.confirmed and edge.effect != "cleans" and bench.files.keys() >= {*edge.polluters}:
            for place in locations:
                if place not in looked_at:
                    named.setdefault(place, edge.polluters)
    return named


def _looked_at(bench: AuditSession) -> Collection[Location]:
    """What is tracked, or looked at in every order, and the containers of that."""
    watched = changed_elsewhere(bench.known())
    return {*bench.coverage().values_at, *watched, *(container(place, bench.suite) for place in watched)}
