"""Who is to blame: every difference between a test alone and the test in an order, shrunk to a minimal witness."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from leakcheck.analysis import Coverage, Evidence, Knowledge
from leakcheck.analysis.facts.chains import Value
from leakcheck.analysis.facts.differences import GivenUp, differences, known_witnesses, self_polluted
from leakcheck.analysis.facts.evidence import Witness, subsequence
from leakcheck.analysis.facts.suspects import Suspects, suspects_for
from leakcheck.analysis.facts.untracked import makers_by_place
from leakcheck.analysis.graph.deep_findings import container
from leakcheck.analysis.graph.edges import open_steps
from leakcheck.records import Alone, Edge, Execution, Location, Order, Row
from leakcheck.records.questions import puts_back
from leakcheck.search.causes import is_quiet, together
from leakcheck.search.questions import Asked, Asking, Inquiry, ask, shrink
from leakcheck.search.rows import make_sure
from leakcheck.search.session import AuditSession

PIONEERS = 4
MAX_OTHERS = 4
MAX_SINGLES = 12
MAX_ROUNDS = 8
VOTES = 3
"""Where a test was seen to behave both ways behind the same tests, so many executions answer a question."""


def find_witnesses(bench: AuditSession, phase: str = "latent") -> None:
    """Find a minimal witness for every difference; then look for others who leave the same behind."""
    given_up: set[tuple[str, str]] = set()
    for _ in range(MAX_ROUNDS):
        open_ones = _unexplained(bench, given_up)
        if not open_ones:
            return
        if bench.spend(phase, _in_company(bench, open_ones)):
            open_ones = _unexplained(bench, given_up)
        _in_lockstep(bench, phase, open_ones, frozenset(given_up))
        given_up |= {(test, execution.id) for test, execution in open_ones.items()}
        find_alternatives(bench)


def _in_lockstep(bench: AuditSession, phase: str, open_ones: Mapping[str, Execution], given_up: GivenUp) -> None:
    """A few first, then twice as many, and so on: whom they led to is tried in front of all others of whom nothing
    that they read tells who it was, before these search for themselves."""
    waiting, size = dict(open_ones), PIONEERS
    while waiting:
        chosen = dict(islice(waiting.items(), size))
        ask(bench, phase, [_inquire(bench, test, execution) for test, execution in chosen.items()])
        waiting = {test: execution for test, execution in waiting.items() if test not in chosen}
        unsuspecting = {test: run for test, run in waiting.items() if not _suspected(bench, test, run).likely}
        wanted = [Witness(each, test) for test, run in unsuspecting.items() for each in _hurting(bench, test, run)]
        if bench.spend(phase, together(bench, [each for each in wanted if each not in bench.evidence().outcomes])):
            still = _unexplained(bench, given_up)
            waiting = {test: execution for test, execution in waiting.items() if still.get(test) is execution}
        size *= 2


def _suspected(bench: AuditSession, test: str, execution: Execution) -> Suspects:
    return suspects_for(test, execution, bench.known(), bench.coverage())


def _hurting(bench: AuditSession, test: str, execution: Execution) -> list[tuple[str, ...]]:
    """What is known to hurt or help others, those first that do it to most, and ran before `test` here."""
    before = _before(execution, test)
    return [each for each in bench.polluters() if subsequence(each, before)][:MAX_OTHERS]


def _unexplained(bench: AuditSession, given_up: GivenUp) -> dict[str, Execution]:
    """What is to be explained now."""
    found = _to_explain(bench, differences(bench.known(), given_up))
    if make_sure(bench, found):
        found = _to_explain(bench, differences(bench.known(), given_up))
    return {**found, **_to_explain(bench, self_polluted(bench.executions, given_up))}


def _to_explain(bench: AuditSession, found: Mapping[str, Execution]) -> dict[str, Execution]:
    return {test: execution for test, execution in found.items() if bench.explains(test, execution)}


def _in_company(bench: AuditSession, open_ones: Mapping[str, Execution]) -> list[Order]:
    """Tests that met the same leaked value, behind those who made it, all in one execution."""
    wanted = []
    for test, execution in open_ones.items():
        if is_quiet(bench, test) and _passed_by_imports(bench, test):
            found = _suspected(bench, test, execution).likely
            wanted += [Witness(sequence, test) for sequence in found[:1]]
    return together(bench, [each for each in wanted if each not in bench.evidence().outcomes])


def _inquire(bench: AuditSession, test: str, execution: Execution) -> Inquiry:
    """Why `test` behaves otherwise in `execution` than alone."""
    if isinstance(execution.order.question, Alone | Row):
        yield [Asked(Witness((test,), test))]
        return
    wanted = bench.evidence().profiles[test].good
    suspects = _suspected(bench, test, execution)
    if not _passed_by_imports(bench, test):
        evidence = yield [Asked(Witness((), test))]
        if evidence.shows(Witness((), test), wanted):
            yield from _inquire_imports(bench, test, wanted)
            return
    prefix = _before(execution, test)
    others = () if suspects.likely else _hurting(bench, test, execution)
    groups = (_reordered(bench, test, prefix), suspects.likely, others, suspects.cleared)
    found = yield from _one_of(groups, test, wanted)
    if not found:
        yield from _black_box(suspects, prefix, test, wanted)


def _before(execution: Execution, test: str) -> tuple[str, ...]:
    ran = [run.test for run in execution.runs]
    return tuple(ran[: ran.index(test)])


def _reordered(bench: AuditSession, test: str, prefix: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Several that are known to hurt together, in the order in which they ran here."""
    known = [each.before for each in known_witnesses(test, bench.evidence()) if len(each.before) > 1]
    places = {each: place for place, each in reversed(list(enumerate(prefix)))} if known else {}
    return [tuple(sorted(each, key=places.__getitem__)) for each in known if set(each) <= places.keys()]


def _passed_by_imports(bench: AuditSession, test: str) -> bool:
    """Whether the test was seen to behave as alone in a process that had imported the whole suite."""
    known, profile = bench.known(), bench.evidence().profiles[test]
    return any(
        profile.agrees(execution.runs[place].outcome)
        for execution, place in ((known.executions[number], place) for number, place in known.appearances[test])
        if not execution.order.collect and not puts_back(execution.order.question)
    )


def _one_of(groups: Iterable[Sequence[tuple[str, ...]]], test: str, wanted: bool) -> Asking[bool]:
    """Try suspects, the best group first. Returns whether one of them is to blame."""
    for group in groups:
        witnesses = [Witness(sequence, test) for sequence in group]
        if witnesses:
            evidence = yield [Asked(witness) for witness in witnesses]
            if any(evidence.shows(witness, wanted) for witness in witnesses):
                return True
    return False


def _black_box(suspects: Suspects, prefix: tuple[str, ...], test: str, wanted: bool) -> Inquiry:
    """Delta debugging over what ran before: over the makers of what it reads, then, if no loud one is to blame
    alone, over all suspects, and over everything."""
    read = {each for sequence in (*suspects.likely, *suspects.cleared) for each in sequence}
    for group in (read, suspects.tests, set(prefix)):
        sequence = tuple(each for each in prefix if each in group)
        if group is not read and (yield from _one_of((suspects.loud[:MAX_SINGLES],), test, wanted)):
            return
        if not sequence or (len(sequence) == 1 and sequence != prefix):
            continue
        # What does not show again in the very same sequence was chance, and no search is led astray by it.
        evidence = yield [Asked(Witness(sequence, test), times=2 if sequence == prefix else 1)]
        if evidence.shows(Witness(sequence, test), wanted):
            yield from _shrunk(sequence, test, wanted)
            return


def _shrunk(sequence: tuple[str, ...], test: str, wanted: bool) -> Inquiry:
    """The smallest part of `sequence`. What chance has led astray is searched once more, by majority."""
    found = yield from _smallest(sequence, test, wanted)
    evidence = yield [Asked(Witness(found, test), times=2)]
    if evidence.verdict(Witness(found, test)) is not wanted:
        evidence = yield [Asked(Witness(sequence, test), times=VOTES)]
        if evidence.shows(Witness(sequence, test), wanted):
            yield from _smallest(sequence, test, wanted, VOTES)


def _smallest(sequence: tuple[str, ...], test: str, wanted: bool, votes: int = 1) -> Asking[tuple[str, ...]]:
    return shrink(
        sequence,
        lambda part: Asked(Witness(part, test), times=votes),
        lambda evidence, asked: evidence.shows(asked.witness, wanted),
    )


def _inquire_imports(bench: AuditSession, test: str, wanted: bool) -> Inquiry:
    """The test behaves otherwise as soon as other test files are imported: which?"""
    files = [file for file in dict.fromkeys(bench.files.values()) if file != bench.files[test]]
    changed = ((change.cause,) for change in bench.suite.import_changes)
    known = dict.fromkeys((*changed, *_hurting_by_import(bench)))
    suspects = [Witness((), test, each) for each in known if set(each) <= set(files)]
    if suspects:
        evidence = yield [Asked(witness) for witness in suspects]
        if any(evidence.shows(witness, wanted) for witness in suspects):
            return
    found = yield from shrink(
        files,
        lambda part: Asked(Witness((), test, part)),
        lambda evidence, asked: evidence.shows(asked.witness, wanted),
    )
    yield [Asked(Witness((), test, found))]  # one file, or all, was no question until now


def _hurting_by_import(bench: AuditSession) -> list[tuple[str, ...]]:
    """Files whose import is known to hurt or help others: they are tried before all files are searched."""
    return [edge.polluters for edge, _ in bench.edges() if bench.files.keys().isdisjoint(edge.polluters)]


def find_more(bench: AuditSession) -> None:
    """Others who do the same through what no probe sees: in parts of what ran before that hurt too, and were not
    followed."""
    asked: set[Witness] = set()
    while True:
        steps = [step for step in open_steps(bench.evidence()) if step not in asked]
        if not steps:
            return
        asked.update(steps)
        wanted = bench.evidence().profiles
        ask(bench, "alternatives", [_shrunk(step.before, step.test, wanted[step.test].good) for step in steps])


def find_alternatives(bench: AuditSession) -> None:
    """Every other test that leaves the same location behind, in front of each test known to depend on it."""
    for _ in range(1 if bench.profile.samples == 0 else 2):  # the second time behind what samples have shown
        asked = [each for each in _alternatives(bench) if each not in bench.evidence().outcomes]
        bench.spend("alternatives", together(bench, asked))
        ask(bench, "alternatives", [_once(asked)])


def _alternatives(bench: AuditSession) -> list[Witness]:
    coverage, evidence = bench.coverage(), bench.evidence()
    number = {value: place for place, value in enumerate(coverage.producers)}
    makers = bench.known().once_of_profiles(_makers_elsewhere)
    questions: dict[Witness, None] = {}
    for edge, locations in bench.edges():
        if edge.effect == "cleans":
            continue
        if len(edge.polluters) == 1 or len(locations) == 1:
            values = (value for place in dict.fromkeys(locations) for value in coverage.values_at.get(place, ()))
            for value in sorted(values, key=number.__getitem__):
                equal = [Witness(each, edge.test) for each in coverage.reaching(value, edge.test)]
                questions.update(dict.fromkeys(sampled(equal, evidence, bench.profile.samples)))
        if len(edge.polluters) > 1:
            questions.update(_exchanged(edge, coverage, evidence, number))
        questions.update(_elsewhere(edge, locations, makers))
    return [each for each in questions if each.test not in each.before and not bench.is_lethal(*each.before)]


def sampled(equal: Sequence[Witness], evidence: Evidence, most: int) -> Sequence[Witness]:
    """Those of witnesses of one test, behind makers of an equal value, that are worth an execution: all if one of
    them showed an effect, else `most` of them, from all over the suite (0: always all)."""
    if not most or len(equal) <= most or _has_effect(equal, evidence):
        return equal
    return [equal[place * (len(equal) - 1) // (most - 1)] for place in range(most)]


def _has_effect(equal: Sequence[Witness], evidence: Evidence) -> bool:
    profile = evidence.profiles.get(equal[0].test)
    return profile is None or any(evidence.shows(each, profile.good) for each in equal)


def _makers_elsewhere(known: Knowledge) -> Mapping[Location, Mapping[str, None]]:
    """location, or the container of it -> the tests that change it, and that no probe tracks it."""
    found: dict[Location, dict[str, None]] = {}
    for location, makers in makers_by_place(known).items():
        for place in {location, container(location, known.suite)}:
            found.setdefault(place, {}).update(makers)
    return found


def _once(witnesses: Iterable[Witness]) -> Inquiry:
    yield [Asked(witness) for witness in witnesses]


def _elsewhere(
    edge: Edge, locations: tuple[Location, ...], makers: Mapping[Location, Mapping[str, None]]
) -> Mapping[Witness, None]:
    """Other tests that change what a deep look has found to be the cause, in the place of those that are known."""
    found: dict[Witness, None] = {}
    for location in locations:
        others = makers.get(location, {})
        for index, polluter in enumerate(edge.polluters):
            for maker in others if polluter in others else ():
                if maker not in edge.polluters:
                    before = (*edge.polluters[:index], maker, *edge.polluters[index + 1 :])
                    found[Witness(before, edge.test)] = None
    return found


def _exchanged(
    edge: Edge, coverage: Coverage, evidence: Evidence, number: Mapping[Value, int]
) -> Mapping[Witness, None]:
    """Of several polluters, each exchanged for others that leave behind what it leaves and a later one reads."""
    found: dict[Witness, None] = {}
    for index, polluter in enumerate(edge.polluters):
        profile = evidence.profiles.get(polluter)
        left = {change.location for change in profile.changes} if profile is not None else set()
        later = (evidence.profiles.get(test) for test in (*edge.polluters[index + 1 :], edge.test))
        behind = [each for each in later if each is not None]
        read = (
            location
            for location in left
            if any(location in each.behind or each.reads_any(location) for each in behind)
        )
        values = (value for location in read for value in coverage.values_at.get(location, ()))
        for value in sorted(values, key=number.__getitem__):
            for sequence in coverage.producers[value]:
                before = (*edge.polluters[:index], *sequence, *edge.polluters[index + 1 :])
                if len(set(before)) == len(before):
                    found[Witness(before, edge.test)] = None
    return found
