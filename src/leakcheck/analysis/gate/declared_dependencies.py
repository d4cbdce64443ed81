"""Dependences that are meant: `@pytest.mark.leakcheck(depends_on=...)`, held to what was executed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from leakcheck.analysis.facts.evidence import Evidence, Witness, good
from leakcheck.records import Edge, Suite


@dataclass(frozen=True)
class Meant:
    """test -> why that it fails alone does not count; and sentences on dependences that do not hold (any more)."""

    reasons: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def dependences(suite: Suite) -> Mapping[str, tuple[str, ...]]:
    """test -> what its marks say that it depends on, as written."""
    return {
        item.id: tuple(name for mark in item.marks if not mark.wrong for name in mark.depends_on)
        for item in suite.tests
        if any(mark.depends_on and not mark.wrong for mark in item.marks)
    }


def resolved(name: str, test: str, ids: Sequence[str]) -> tuple[str, ...]:
    """The tests that `name` in a mark on `test` stands for, in declared order.

    It is a test, with one or all of its parameters, a class or a file; a name without a file is of the same file.
    """
    full = name if "::" in name or "/" in name or name.endswith(".py") else f"{test.partition('::')[0]}::{name}"
    return tuple(each for each in ids if each == full or each.startswith((f"{full}[", f"{full}::")))


def witnesses(suite: Suite) -> Mapping[str, Witness]:
    """test -> all that it depends on in front of it, in declared order; without what is not in the suite."""
    ids = suite.ids
    found = {}
    for test, names in dependences(suite).items():
        wanted = {each for name in names for each in resolved(name, test, ids)} - {test}
        if wanted:
            found[test] = Witness(tuple(each for each in ids if each in wanted), test)
    return found


def meant_by(suite: Suite, evidence: Evidence, edges: Sequence[Edge]) -> Meant:
    """What of the meant dependences holds."""
    known = witnesses(suite)
    reasons: dict[str, str] = {}
    remarks: list[str] = []
    for test, names in dependences(suite).items():
        told = f"the mark on {test} says that it depends on {', '.join(names)}"
        remarks += [f"{told}, but {problem}" for problem in _unknown(test, names, suite.ids)]
        profile, witness = evidence.profiles.get(test), known.get(test)
        if profile is None or witness is None:
            continue
        if profile.good:
            remarks.append(f"{told}, but it passes alone: the mark can go")
        elif profile.bad and _enabled(witness, evidence, edges):
            reasons[test] = f"meant: it depends on {', '.join(names)}, as its mark says"
        elif profile.bad and witness in evidence.outcomes:
            remarks.append(f"{told}, but behind that it fails too")
    return Meant(reasons, tuple(remarks))


def _enabled(witness: Witness, evidence: Evidence, edges: Sequence[Edge]) -> bool:
    outcomes = evidence.outcomes.get(witness, ())
    if outcomes and all(map(good, outcomes)):
        return True
    meant = set(witness.before)
    return any(
        edge.test == witness.test and edge.effect == "enables" and set(edge.polluters) <= meant for edge in edges
    )


def _unknown(test: str, names: Sequence[str], ids: Sequence[str]) -> Iterator[str]:
    for name in names:
        if not resolved(name, test, ids):
            others = ids if "::" in name else [each.rpartition("::")[2] for each in ids]
            near = difflib.get_close_matches(name, others, n=1, cutoff=0.5)
            yield f"there is no test {name}" + (f"; did you mean {near[0]}?" if near else "")
