"""What a witness does to its test, and which recorded locations may be the reason."""

from __future__ import annotations

from leakcheck.analysis.facts.evidence import Evidence, Witness
from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.records import Company, Edge, Execution, Location, Suite

Carried = tuple[Edge, tuple[Location, ...]]
"""An edge and the locations that carry it: several when tests hurt only together, none when no probe sees it."""


def effect_of(witness: Witness, evidence: Evidence) -> str | None:
    profile = evidence.profiles.get(witness.test)
    verdict = evidence.verdict(witness)
    if profile is None or verdict is None or not (witness.before or witness.files):
        return None
    if profile.good and verdict:
        return "breaks"
    return "enables" if profile.bad and not verdict else None


def carriers(witness: Witness, known: Knowledge) -> tuple[Location, ...]:
    """Locations that the witness left changed and that its test consults, most specific kind of read first."""
    found: dict[Location, None] = {}
    alone = known.evidence.profiles.get(witness.test)
    reads = () if alone is None else alone.consults
    for name in known.evidence.executions.get(witness, ()):
        execution = known.by_id[name]
        timeline, place = known.timeline(execution), _place(witness, execution)
        found.update(dict.fromkeys(timeline.read(place, {*timeline.runs[place].reads, *reads})))
    if witness.files:
        found.update(_imported(witness, known.evidence, known.suite))
    return tuple(sorted(found))


def _place(witness: Witness, execution: Execution) -> int:
    """The number of the run in an execution that tells of `witness`."""
    if not isinstance(execution.order.question, Company):
        return len(execution.runs) - 1
    ran = [run.test for run in execution.runs]
    return ran.index(witness.test, len(witness.before))


def left_by_imports(witness: Witness, suite: Suite) -> tuple[Location, ...]:
    """What the files of the witness were seen to leave, whoever reads it."""
    return tuple(change.location for change in suite.import_changes if change.cause in witness.files)


def _imported(witness: Witness, evidence: Evidence, suite: Suite) -> dict[Location, None]:
    """Of what the files left, what the test reads, and what it is cured by: what a test reads of an object that it
    is the first to import is not recorded where it runs alone."""
    profile = evidence.profiles[witness.test]
    left = left_by_imports(witness, suite)
    return {each: None for each in left if profile.reads_any(each) or evidence.cured(witness, (each,))}
