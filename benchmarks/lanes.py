"""How long an audit would take with more lanes, and what bounds it: `python benchmarks/lanes.py FOLDER`.

Not a test: pytest does not collect this file. FOLDER is a stored audit. Its executions are run again in thought, on
1 to 256 lanes, for as long as each took: the phases one after the other, what asks to be alone alone, everything
else by who is free first. `--tests 20000` makes an audit of so many tests of it, by the times of its own: orders of
the whole suite that are longer, tests alone and pairs that are more. Told are wall seconds, the share of the ideal
(all seconds divided by the lanes), and of what the rest is made: the longest execution of a phase, turns, and the
ends of phases, at which lanes wait for the last.
"""

from __future__ import annotations

import argparse
import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

from leakcheck.records import Whole
from leakcheck.store import AuditFolder, read_audit

LANES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
GOAL_LANES, GOAL = 16, 0.70
ORDERS = "orders"
APART = ("isolated", ORDERS)
"""Phases that need nothing of one another."""


@dataclass(frozen=True)
class Run:
    """One execution, of the whole suite or of a few tests."""

    seconds: float
    whole: bool = False
    alone: bool = False


Phase = tuple[str, tuple[Run, ...]]


@dataclass(frozen=True)
class Bound:
    """What one number of lanes gives: wall seconds, and how many of them the longest executions and turns take."""

    lanes: int
    wall: float
    ideal: float
    longest: float
    turns: float

    @property
    def share(self) -> float:
        return self.ideal / self.wall


def phases_of(folder: Path) -> list[Phase]:
    """The executions of a stored audit, by its phases, in their order."""
    audit = read_audit(AuditFolder(folder))
    known = {each.id: each for each in (*audit.executions, *audit.control)}
    found = []
    for phase in audit.phases:
        runs = (known[name] for name in phase.executions if name in known)
        told = (Run(each.seconds, isinstance(each.order.question, Whole), each.order.exclusive) for each in runs)
        found.append((phase.name, tuple(told)))
    return [each for each in found if each[1]]


def grown(phases: Iterable[Phase], factor: float) -> list[Phase]:
    """The same audit of a suite that is so many times as large: its own times, again and again."""
    return [(name, tuple(_grown(runs, factor))) for name, runs in phases]


def _grown(runs: Sequence[Run], factor: float) -> Iterator[Run]:
    few = [each for each in runs if not each.whole]
    yield from (replace(each, seconds=each.seconds * factor) for each in runs if each.whole)
    yield from islice(cycle(few), round(len(few) * factor)) if few else ()


def together(phases: Sequence[Phase]) -> list[Phase]:
    """As if what needs nothing of one another were one phase, the longest first."""
    both = [run for name, runs in phases if name in APART for run in runs]
    first = next((number for number, (name, _) in enumerate(phases) if name in APART), None)
    rest = [each for each in phases if each[0] not in APART]
    if first is not None:
        longest = sorted(both, key=lambda run: -run.seconds)
        rest.insert(first, (" and ".join(APART), tuple(longest)))
    return rest


def at_once(phases: Sequence[Phase], lanes: int) -> Sequence[Phase]:
    """With a lane for each, all orders of the whole suite begin at once, as `search/phases.py` has it; with fewer,
    what the first ones show decides upon the next."""
    orders = [run for name, runs in phases if name == ORDERS for run in runs]
    if lanes <= len(orders):
        return phases
    first = next((number for number, (name, _) in enumerate(phases) if name == ORDERS), 0)
    return [
        (name, tuple(orders) if number == first else runs)
        for number, (name, runs) in enumerate(phases)
        if number == first or name != ORDERS
    ]


def simulated(phases: Sequence[Phase], lanes: int) -> Bound:
    """All phases on so many lanes of one machine."""
    wall = longest = turns = work = 0.0
    for _, runs in at_once(phases, lanes):
        beside = [run.seconds for run in runs if not run.alone]
        alone = sum(run.seconds for run in runs if run.alone)
        free = [0.0] * min(lanes, max(1, len(beside)))
        for seconds in beside:
            heapq.heappush(free, heapq.heappop(free) + seconds)
        wall += max(free) + alone
        longest += max(beside, default=0.0)
        turns += alone
        work += sum(beside) + alone
    return Bound(lanes, wall, work / lanes, longest, turns)


def table(title: str, phases: Sequence[Phase]) -> None:
    runs = sum(len(found) for _, found in phases)
    print(f"\n{title}: {runs:,} executions in {len(phases)} phases")  # noqa: T201
    print(f"{'lanes':>6} {'wall':>10} {'of the ideal':>13} {'longest ones':>13} {'turns':>8}")  # noqa: T201
    for lanes in LANES:
        found = simulated(phases, lanes)
        slow = f"{found.longest:>11.1f} s {found.turns:>6.1f} s"
        mark = "" if lanes != GOAL_LANES else f"  goal {GOAL:.0%}: {'met' if found.share >= GOAL else 'not met'}"
        print(f"{lanes:>6} {found.wall:>8.1f} s {found.share:>13.0%} {slow}{mark}")  # noqa: T201


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="a stored audit, like .leakcheck/20260101-120000-abcd")
    parser.add_argument("--tests", type=int, help="as if the suite had so many tests")
    given = parser.parse_args()
    phases = phases_of(given.folder)
    if given.tests:
        phases = grown(phases, given.tests / len(read_audit(AuditFolder(given.folder)).suite.tests))
    table("As phases follow one another", phases)
    table(f"If {' and '.join(APART)} ran beside one another", together(phases))


if __name__ == "__main__":
    main()
