"""Edges of the leak graph, each shown by an execution of just its tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from leakcheck.analysis.facts.evidence import Evidence, Witness, subsequence
from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.facts.significance import repeats
from leakcheck.analysis.graph.causes import with_attributed, with_members
from leakcheck.analysis.graph.certainty import is_sure
from leakcheck.analysis.graph.commands import command, import_command
from leakcheck.analysis.graph.effects import Carried, carriers, effect_of
from leakcheck.records import Edge, Location, Suite

CONFIRMATIONS = 2
"""So many executions of its own must show an edge, however sure it is that its test is none that tosses coins."""
PART_REPEATS = 4
"""So often a part of a witness of several tests must pass: beside the repeated failures of the whole, chance does
that once in five hundred times at most, whatever the odds (sup p^5 (1-p)^4)."""

MAX_UNTRIED = 4
"""Of how many tests a witness may be without anybody having asked whether fewer suffice."""

_Rank = tuple[int, int, int, int]
"""Cleaners last; what searches have led to before what they have reached, the smallest first; the oldest first."""


def edges_of(known: Knowledge) -> tuple[Carried, ...]:
    """Every edge with its carriers, minimal witnesses only."""
    return Edges().of(known)


class Edges:
    """The edges of each test, derived anew only where something new is known of it."""

    def __init__(self) -> None:
        self._of_test: dict[str, tuple[Knowledge, int, list[tuple[_Rank, Carried]]]] = {}

    def of(self, known: Knowledge) -> tuple[Carried, ...]:
        """Every edge with its carriers, minimal witnesses only."""
        number = {witness: place for place, witness in enumerate(known.evidence.outcomes)}
        ranked = [each for test in known.evidence.by_test for each in self._ranked(test, known, number)]
        edges = [edge for _, edge in sorted(ranked, key=lambda row: row[0])]
        return with_members(with_attributed(edges, known), known)

    def _ranked(self, test: str, known: Knowledge, number: Mapping[Witness, int]) -> list[tuple[_Rank, Carried]]:
        """The edges of a test, with what they are sorted by among all."""
        news = known.news.get(test, 0)
        remembered = self._of_test.get(test)
        if remembered is None or remembered[0] is not known or remembered[1] != news:
            remembered = known, news, list(_edges_into(test, known, number))
            self._of_test[test] = remembered
        return remembered[2]


def _edges_into(test: str, known: Knowledge, number: Mapping[Witness, int]) -> Iterator[tuple[_Rank, Carried]]:
    """Ends of searches first, in the order in which they were asked about; then cleaners, by what they clean."""
    evidence = known.evidence
    witnesses = evidence.by_test[test]
    shown, ever = _shown(witnesses, evidence)
    is_steady = bool(shown) and is_sure(test, known)
    found: list[tuple[_Rank, Carried]] = []
    for witness in _ends_of_searches(shown, evidence):
        if not any(_is_smaller(other, witness) for other in ever):
            steps = len(witness.before) if is_step(witness, evidence) else -1
            found.append(((0, steps, number[witness], 0), _edge(witness, known, is_steady=is_steady)))
    found = _once_a_set(sorted(found, key=lambda row: row[0]))
    yield from found
    for rank, carried in found:
        for witness, edge in _cleaning(carried, witnesses, evidence, known.suite):
            yield (1, *rank[1:3], number[witness]), edge


def _shown(witnesses: Iterable[Witness], evidence: Evidence) -> tuple[list[Witness], list[Witness]]:
    """The witnesses that show an effect, and those that showed one at least once."""
    known = list(witnesses)
    shown = [witness for witness in known if effect_of(witness, evidence) is not None]
    return shown, [witness for witness in known if _ever_shows(witness, evidence)]


def _ends_of_searches(shown: Sequence[Witness], evidence: Evidence) -> list[Witness]:
    """What searches for one test have led to; where none came to its end, the least that was reached."""
    steps = [witness for witness in shown if is_step(witness, evidence)]
    if len(steps) < len(shown):
        open_ones = set(steps)
        return [witness for witness in shown if witness not in open_ones]
    return [min(steps, key=lambda each: len(each.before))] if steps else []


def _once_a_set(edges: Iterable[tuple[_Rank, Carried]]) -> list[tuple[_Rank, Carried]]:
    """Of several orders of the same polluters, the one that was executed most, in the place of the first."""
    best: dict[tuple[str, frozenset[str]], tuple[_Rank, Carried]] = {}
    for rank, carried in edges:
        key = (carried[0].effect, frozenset(carried[0].polluters))
        first, known = best.get(key, (rank, carried))
        best[key] = first, carried if len(carried[0].executions) > len(known[0].executions) else known
    return list(best.values())


def parts(witness: Witness) -> Iterator[Witness]:
    """The witness with one of several tests left out."""
    before = witness.before if len(witness.before) > 1 else ()
    return (Witness(fewer, witness.test, witness.files) for fewer in _one_left_out(before))


def is_step(witness: Witness, evidence: Evidence) -> bool:
    """Whether this is a step of a search and not its end: many tests, and not all of its parts were tried.

    Where a test has many polluters, both halves of what ran before it show the effect, and only one is followed.
    """
    tried: Iterator[Witness]
    if len(witness.files) > 1:
        tried = (Witness(witness.before, witness.test, fewer) for fewer in _one_left_out(witness.files))
    else:
        tried = parts(witness) if len(witness.before) > MAX_UNTRIED else iter(())
    return any(part not in evidence.outcomes for part in tried)


def _one_left_out(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return ((*names[:number], *names[number + 1 :]) for number in range(len(names)))


def open_steps(evidence: Evidence) -> list[Witness]:
    """Steps of searches among tests that hold a polluter which nobody has found yet, the smallest of each test."""
    found: dict[str, Witness] = {}
    for test, witnesses in evidence.by_test.items():
        shown, ever = _shown(witnesses, evidence)
        for witness in sorted((each for each in shown if not each.files), key=lambda each: len(each.before)):
            if is_step(witness, evidence) and not any(_is_smaller(other, witness) for other in ever):
                found[test] = witness
                break
    number = {witness: place for place, witness in enumerate(evidence.outcomes)}
    return sorted(found.values(), key=lambda each: (len(each.before), number[each]))


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


def _edge(witness: Witness, known: Knowledge, *, is_steady: bool) -> Carried:
    evidence = known.evidence
    candidates = carriers(witness, known)
    locations, counterfactual = _proof(witness, candidates, evidence)
    if not locations and counterfactual is None:
        locations = _suspected(witness, known)
    effect = effect_of(witness, evidence)
    names = evidence.executions[witness]
    edge = Edge(
        polluters=witness.before or witness.files,
        test=witness.test,
        effect="breaks" if effect == "breaks" else "enables",
        leak=None,
        witness=(*witness.files, *witness.before, witness.test),
        confirmed=evidence.own(witness) >= CONFIRMATIONS and is_steady and is_minimal(witness, evidence),
        counterfactual=counterfactual,
        reproduce=reproduce(witness, known.suite),
        executions=names,
    )
    return edge, locations


def reproduce(witness: Witness, suite: Suite) -> str:
    """The plain command that runs this witness."""
    if witness.files and not witness.before:
        return import_command(suite, witness.files, witness.test)
    return command(suite, (*witness.before, witness.test))


def _proof(
    witness: Witness, candidates: Sequence[Location], evidence: Evidence
) -> tuple[tuple[Location, ...], bool | None]:
    """The locations that carry the edge, and whether putting one of them back undoes the effect."""
    tried = [location for location in candidates if (witness, (location,)) in evidence.restored]
    proven = tuple(location for location in tried if evidence.proves(witness, (location,)))
    if proven:
        return proven, True
    found_deep = _proven_deep(witness, evidence)
    if found_deep:
        return found_deep, True
    if tried:
        untried = tuple(location for location in candidates if location not in tried)
        return (untried, None) if len(untried) == 1 else ((), False)
    return (tuple(candidates), None) if len(candidates) == 1 else ((), None)


def _suspected(witness: Witness, known: Knowledge) -> tuple[Location, ...]:
    """The one thing that its makers leave alone and that nobody can put back (a thread that goes on), where nothing
    else that they changed is the reason. What its test leaves, too, when it is alone, hurts nobody so."""
    if not known.evidence.is_exhausted(witness):
        return ()
    left = _left_alone(witness.before, known) - _left_alone((witness.test,), known)
    found = tuple(place for place in left if not known.suite.kind(place).restorable)
    return found if len(found) == 1 else ()


def _left_alone(tests: Iterable[str], known: Knowledge) -> frozenset[Location]:
    profiles = (known.evidence.profiles.get(test) for test in tests)
    return frozenset(place for each in profiles if each is not None for place in each.places_elsewhere)


def _proven_deep(witness: Witness, evidence: Evidence) -> tuple[Location, ...]:
    """The fewest locations that deep looks found and that undo the effect when they are put back together; of
    several tests that hurt only together, what of each undoes it."""
    pinpointed = evidence.pinpointed_behind.get(witness.makers, ())
    proven = [tried for tried in pinpointed if evidence.proves(witness, tried)]
    if len(witness.before) > 1:
        return tuple(dict.fromkeys(place for tried in proven for place in tried))
    return min(proven, key=len, default=())


def _cleaning(
    carried: Carried, witnesses: Iterable[Witness], evidence: Evidence, suite: Suite
) -> Iterator[tuple[Witness, Carried]]:
    """A test that, put between polluter and victim, makes the victim behave as alone."""
    edge, locations = carried
    if edge.effect != "breaks" or len(edge.polluters) != 1:
        return
    for witness in witnesses:
        if _cleans(witness, edge, evidence):
            tests = (*witness.before, witness.test)
            names = evidence.executions[witness]
            shown = command(suite, tests)
            found = Edge((witness.before[1],), edge.test, "cleans", None, tests, True, None, shown, names)
            yield witness, (found, locations)


def _cleans(witness: Witness, edge: Edge, evidence: Evidence) -> bool:
    return (
        len(witness.before) == 2
        and witness.before[0] == edge.polluters[0]
        and not witness.files
        and evidence.verdict(witness) is False
    )
