"""The deep look: what leaked, where no watched location tells.

The polluters run with a look at everything before and behind them. What they changed is put back in front of the
victim, all at once, then in ever smaller parts (delta debugging), until the least is found with which the victim
behaves as alone. A last run follows just that, line by line, to the one that wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable

from leakcheck.analysis.evidence import Evidence, Witness
from leakcheck.audit.asking import Asking, Inquiry, Question, ask
from leakcheck.audit.bench import Bench
from leakcheck.audit.confirm import accusing_without_location
from leakcheck.records import Location
from leakcheck.strategies._shrink import minimal

MAX_WITNESSES = 40


def look_deep(bench: Bench) -> None:
    """Name the location of every confirmed edge that has none: one witness of each polluter first."""
    for _ in range(2):
        first: dict[tuple[str, ...], Witness] = {}
        for witness in accusing_without_location(bench):
            if witness.before and witness not in bench.evidence().deep:
                first.setdefault(witness.before, witness)
        if not first:
            return
        ask(bench, "deep", [_inquire(bench, witness) for witness in list(first.values())[:MAX_WITNESSES]])
        rest = [
            witness
            for witness in accusing_without_location(bench)
            if witness.before in first and witness not in bench.evidence().deep
        ]
        ask(bench, "deep", [_inquire(bench, witness) for witness in rest[:MAX_WITNESSES]])


def _inquire(bench: Bench, witness: Witness) -> Inquiry:
    evidence = yield [Question(witness, deep=True)]
    changed = tuple(change.location for change in evidence.deep.get(witness, ()))
    if not changed:
        return
    groups = [group for group in dict.fromkeys((*_known(bench, witness, changed), *_groups(changed))) if group]
    evidence = yield [_put_back(witness, group) for group in groups]
    cures = [group for group in groups if evidence.cured(witness, group)]
    if not cures:
        return
    least = yield from _least(witness, min(cures, key=len))
    yield [Question(witness, deep=True, pinpoint=least)]


def _put_back(witness: Witness, locations: tuple[Location, ...]) -> Question:
    return Question(witness, deep=True, restore=locations)


def _known(bench: Bench, witness: Witness, changed: tuple[Location, ...]) -> Iterable[tuple[Location, ...]]:
    """What cured others of the same polluters."""
    for other, locations in bench.evidence().pinpointed:
        if other.before == witness.before and set(locations) <= set(changed):
            yield locations


def _groups(changed: tuple[Location, ...]) -> Iterable[tuple[Location, ...]]:
    """What may be put back together: settings of the process, the first module of a name, everything."""
    yield tuple(each for each in changed if each.kind not in ("module_globals", "caches"))
    yield tuple(each for each in changed if each.kind == "caches")
    by_package: dict[str, list[Location]] = {}
    for each in changed:
        if each.kind in ("module_globals", "caches"):
            by_package.setdefault(each.owner.partition(".")[0], []).append(each)
    yield from (tuple(group) for group in by_package.values())
    yield tuple(each for each in changed if each.kind != "random_state")
    yield changed


def _least(witness: Witness, locations: tuple[Location, ...]) -> Asking[tuple[Location, ...]]:
    """The smallest part of `locations` that still cures."""
    questions = minimal(locations)
    try:
        batch = next(questions)
        while True:
            evidence: Evidence = yield [_put_back(witness, each) for each in batch]
            batch = questions.send([evidence.cured(witness, each) for each in batch])
    except StopIteration as end:
        return tuple(end.value)
