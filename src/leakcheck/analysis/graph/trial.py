"""What was tried with one test, and what is still open about it: the certificate, restricted to this test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from leakcheck.analysis.facts.coverage import Coverage
from leakcheck.analysis.facts.differences import differences, self_polluted
from leakcheck.analysis.facts.knowledge import USUAL_DEPTH, Knowledge
from leakcheck.analysis.facts.profiles import NAMED_KINDS, SoloProfile
from leakcheck.analysis.graph.edges import edges_of
from leakcheck.analysis.graph.effects import Carried
from leakcheck.nouns import plural
from leakcheck.records import OWN_FILE, Execution, Location, Suite, Trial, Tried


def trial_of(test: str, executions: Sequence[Execution], suite: Suite, depth: int = USUAL_DEPTH) -> Trial:
    """What `executions` have tried with `test`, where values were followed to that depth."""
    known = Knowledge.of(executions, suite, depth)
    mine = [each for each in edges_of(known) if each[0].test == test and each[0].effect != "cleans"]
    profile = known.evidence.profiles.get(test)
    tried = tuple(_tried(test, known.coverage, executions))
    return Trial(
        test,
        len({number for number, _ in known.appearances.get(test, ())}),
        len(profile.outcomes) if profile else 0,
        tried,
        tuple(_open(test, known, mine, tried, profile)),
        any((met.test, met.what) == (test, OWN_FILE) for each in executions for met in each.outside),
    )


def _tried(test: str, coverage: Coverage, executions: Iterable[Execution]) -> Iterator[Tried]:
    orders = {each.id: each.order for each in executions}
    shown: dict[tuple[Location, str], list[str]] = {}
    for pair, name in coverage.pairs.items():
        if pair.reader == test:
            makers = coverage.producers.get((pair.location, pair.digest), ())
            order = orders.get(name)
            what = "" if order is None else order.name if order.kind in NAMED_KINDS else order.kind
            shown.setdefault((pair.location, what), []).extend(each[-1] for each in makers)
    for (location, what), by in shown.items():
        yield Tried(location, tuple(dict.fromkeys(by)), what)


def _open(
    test: str,
    known: Knowledge,
    mine: Sequence[Carried],
    tried: Iterable[Tried],
    profile: SoloProfile | None,
) -> Iterator[str]:
    evidence = known.evidence
    if profile is None:
        yield "it has never run alone"
    if test in differences(known):
        yield "its outcome differs between orders, and it is not known which tests do that"
    elif test in self_polluted(known.executions) and not any(edge.polluters == (test,) for edge, _ in mine):
        yield "it failed when it ran again in the same process, and that was not tried once more"
    if any(not edge.confirmed for edge, _ in mine):
        yield "a suspicion is not confirmed"
    unseen = (edge.polluters for edge, locations in mine if edge.confirmed and not locations)
    if any(makers not in evidence.deep for makers in unseen):
        yield "what leaked into it is not known"
    missing = sum(not each.shown for each in tried)
    if missing:
        yield f"{plural(missing, 'leaked value')} that it reads never stood in front of it"
