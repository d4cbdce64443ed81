"""Edges of the leak graph, each shown by an execution of just its tests."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from leakcheck.analysis.commands import command, import_command
from leakcheck.analysis.evidence import Evidence, Witness, subsequence
from leakcheck.analysis.odds import ALPHA, by_chance, repeats
from leakcheck.analysis.timeline import in_place
from leakcheck.records import Edge, Execution, Location, Suite

CONFIRMATIONS = 2
"""So many executions of its own must show an edge, however sure it is that its test is none that tosses coins."""
PART_REPEATS = 4
"""So often a part of a witness of several tests must pass: beside the repeated failures of the whole, chance does
that once in five hundred times at most, whatever the odds (sup p^5 (1-p)^4)."""

MAX_UNTRIED = 4
"""Of how many tests a witness may be without anybody having asked whether fewer suffice."""

Carried = tuple[Edge, tuple[Location, ...]]
"""An edge and the locations that carry it: several when tests hurt only together, none when no probe sees it."""


def edges_of(executions: Sequence[Execution], suite: Suite) -> tuple[Carried, ...]:
    """Every edge with its carriers, minimal witnesses only."""
    evidence = Evidence.of(executions, suite)
    by_id = {execution.id: execution for execution in executions}
    shown, ever = _shown(evidence)
    steady = {test for test in {witness.test for witness in shown} if by_chance(*counts(test, evidence)) <= ALPHA}
    edges = [
        _edge(witness, evidence, by_id, suite, steady)
        for witness in _ends_of_searches(shown, evidence)
        if not any(_is_smaller(other, witness) for other in ever)
    ]
    edges = _once_a_set(edges)
    return (*edges, *_cleaning(edges, evidence, suite))


def _shown(evidence: Evidence) -> tuple[list[Witness], list[Witness]]:
    """The witnesses that show an effect, and those that showed one at least once."""
    shown = [witness for witness in evidence.outcomes if _effect(witness, evidence) is not None]
    return shown, [witness for witness in evidence.outcomes if _ever_shows(witness, evidence)]


def _ends_of_searches(shown: Sequence[Witness], evidence: Evidence) -> list[Witness]:
    """What searches have led to; for a test whose search did not come to its end, the least that it has reached."""
    steps = [witness for witness in shown if is_step(witness, evidence)]
    ends = [witness for witness in shown if witness not in steps]
    reached: dict[str, Witness] = {}
    for witness in sorted(steps, key=lambda each: len(each.before)):
        reached.setdefault(witness.test, witness)
    found = {witness.test for witness in ends}
    return [*ends, *(witness for test, witness in reached.items() if test not in found)]


def _once_a_set(edges: Iterable[Carried]) -> list[Carried]:
    """Of several orders of the same polluters, the one that was executed most."""
    best: dict[tuple[str, str, frozenset[str]], Carried] = {}
    for each in edges:
        key = (each[0].test, each[0].effect, frozenset(each[0].polluters))
        if key not in best or len(each[0].executions) > len(best[key][0].executions):
            best[key] = each
    return list(best.values())


def counts(test: str, evidence: Evidence) -> tuple[int, int]:
    """(how often `test` was seen to behave otherwise behind witnesses that show it, how often it behaved as alone
    without). What made us look, the first time of each, does not count."""
    behind = sum(
        len(outcomes) - 1
        for witness, outcomes in evidence.outcomes.items()
        if witness.test == test and _effect(witness, evidence) is not None
    )
    profile = evidence.profiles[test]
    put_back = sum(
        profile.agrees(outcome)
        for (witness, _), outcomes in evidence.restored.items()
        if witness.test == test
        for outcome in outcomes
    )
    return behind, len(profile.outcomes) - 1 + put_back


def _effect(witness: Witness, evidence: Evidence) -> str | None:
    profile = evidence.profiles.get(witness.test)
    verdict = evidence.verdict(witness)
    if profile is None or verdict is None or not (witness.before or witness.files):
        return None
    if profile.good and verdict:
        return "breaks"
    return "enables" if profile.bad and not verdict else None


def parts(witness: Witness) -> list[Witness]:
    """The witness with one of several tests left out."""
    before = witness.before if len(witness.before) > 1 else ()
    return [Witness(fewer, witness.test, witness.files) for fewer in _one_left_out(before)]


def is_step(witness: Witness, evidence: Evidence) -> bool:
    """Whether this is a step of a search and not its end: many tests, and not all of its parts were tried.

    Where a test has many polluters, both halves of what ran before it show the effect, and only one is followed.
    """
    if len(witness.files) > 1:
        tried = [Witness(witness.before, witness.test, fewer) for fewer in _one_left_out(witness.files)]
    else:
        tried = parts(witness) if len(witness.before) > MAX_UNTRIED else []
    return any(part not in evidence.outcomes for part in tried)


def _one_left_out(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [(*names[:number], *names[number + 1 :]) for number in range(len(names))]


def open_steps(evidence: Evidence) -> list[Witness]:
    """Steps of searches among tests that hold a polluter which nobody has found yet, the smallest of each test."""
    shown, ever = _shown(evidence)
    among_tests = [witness for witness in shown if not witness.files]
    found: dict[str, Witness] = {}
    for witness in sorted(among_tests, key=lambda each: len(each.before)):
        if is_step(witness, evidence) and not any(_is_smaller(other, witness) for other in ever):
            found.setdefault(witness.test, witness)
    return list(found.values())


def is_minimal(witness: Witness, evidence: Evidence) -> bool:
    """Whether a witness of several tests failed, and its parts passed, so often that it was not by chance."""
    enough = len(witness.before) < 2 or len(evidence.outcomes[witness]) > repeats()
    return enough and all(len(evidence.outcomes.get(part, ())) >= PART_REPEATS for part in parts(witness))


def _ever_shows(witness: Witness, evidence: Evidence) -> bool:
    """Whether the test behaved otherwise than alone at least once: what sometimes suffices needs nobody else."""
    profile = evidence.profiles.get(witness.test)
    if profile is None or not (witness.before or witness.files):
        return False
    return any(profile.differs(outcome) for outcome in evidence.outcomes[witness])


def _is_smaller(a: Witness, b: Witness) -> bool:
    """Whether `a` is `b` with something left out."""
    if a == b or a.test != b.test or not set(a.files) <= set(b.files):
        return False
    return subsequence(a.before, b.before)


def _edge(
    witness: Witness, evidence: Evidence, by_id: Mapping[str, Execution], suite: Suite, steady: Container[str]
) -> Carried:
    candidates = carriers(witness, evidence, by_id, suite)
    locations, counterfactual = _proof(witness, candidates, evidence)
    effect = _effect(witness, evidence)
    names = evidence.executions[witness]
    edge = Edge(
        polluters=witness.before or witness.files,
        test=witness.test,
        effect="breaks" if effect == "breaks" else "enables",
        leak=None,
        witness=(*witness.files, *witness.before, witness.test),
        confirmed=len(names) >= CONFIRMATIONS and witness.test in steady and is_minimal(witness, evidence),
        counterfactual=counterfactual,
        reproduce=reproduce(witness, suite),
        executions=names,
    )
    return edge, locations


def reproduce(witness: Witness, suite: Suite) -> str:
    """The plain command that runs this witness."""
    if witness.files and not witness.before:
        return import_command(suite, witness.files, witness.test)
    return command(suite, (*witness.before, witness.test))


def carriers(
    witness: Witness, evidence: Evidence, by_id: Mapping[str, Execution], suite: Suite
) -> tuple[Location, ...]:
    """Locations that the witness left changed and that its test consults, most specific kind of read first."""
    found: dict[Location, None] = {}
    for name in evidence.executions.get(witness, ()):
        *_, (run, state) = in_place(by_id[name], suite)
        profile = evidence.profiles[witness.test]
        reads = {*run.reads, *profile.reads}
        found.update({each: None for each in state if any(read.covers(each) for read in reads)})
    if witness.files:
        found.update(_imported(witness, evidence, suite))
    return tuple(sorted(found))


def _imported(witness: Witness, evidence: Evidence, suite: Suite) -> dict[Location, None]:
    profile = evidence.profiles[witness.test]
    changes = (change for change in suite.import_changes if change.cause in witness.files)
    return {change.location: None for change in changes if profile.reads_any(change.location)}


def _proof(
    witness: Witness, candidates: Sequence[Location], evidence: Evidence
) -> tuple[tuple[Location, ...], bool | None]:
    """The locations that carry the edge, and whether putting one of them back undoes the effect."""
    tried = [location for location in candidates if (witness, (location,)) in evidence.restored]
    proven = tuple(location for location in tried if evidence.cured(witness, (location,)))
    if proven:
        return proven, True
    found_deep = _proven_deep(witness, evidence)
    if found_deep:
        return found_deep, True
    if tried:
        untried = tuple(location for location in candidates if location not in tried)
        return (untried, None) if len(untried) == 1 else ((), False)
    return (tuple(candidates), None) if len(candidates) == 1 else ((), None)


def _proven_deep(witness: Witness, evidence: Evidence) -> tuple[Location, ...]:
    """The fewest locations that deep looks found and that undo the effect when they are put back together."""
    if witness not in evidence.deep:
        return ()
    sets = [tried for known, tried in evidence.restored if known == witness and evidence.cured(witness, tried)]
    pinpointed = [tried for known, tried in evidence.pinpointed if known == witness and tried in sets]
    return min(pinpointed, key=len, default=())


def _cleaning(edges: Iterable[Carried], evidence: Evidence, suite: Suite) -> Iterator[Carried]:
    """A test that, put between polluter and victim, makes the victim behave as alone."""
    for edge, locations in edges:
        if edge.effect != "breaks" or len(edge.polluters) != 1:
            continue
        for witness in evidence.outcomes:
            if _cleans(witness, edge, evidence):
                tests = (*witness.before, witness.test)
                cleaner = witness.before[1]
                names = evidence.executions[witness]
                shown = command(suite, tests)
                yield Edge((cleaner,), edge.test, "cleans", None, tests, True, None, shown, names), locations


def _cleans(witness: Witness, edge: Edge, evidence: Evidence) -> bool:
    return (
        witness.test == edge.test
        and len(witness.before) == 2
        and witness.before[0] == edge.polluters[0]
        and not witness.files
        and evidence.verdict(witness) is False
    )
