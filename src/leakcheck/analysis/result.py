"""Everything that reports show, derived from a stored audit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from leakcheck.analysis.economies import REPLAYED, economies_of
from leakcheck.analysis.facts.alone import alone_first
from leakcheck.analysis.facts.coverage import Coverage
from leakcheck.analysis.facts.evidence import Evidence, bad, good
from leakcheck.analysis.facts.knowledge import USUAL_DEPTH, Knowledge
from leakcheck.analysis.facts.profiles import NAMED_KINDS
from leakcheck.analysis.gate.declared_dependencies import meant_by
from leakcheck.analysis.gate.findings import by_severity, findings_of
from leakcheck.analysis.gate.fixture_errors import fixture_findings
from leakcheck.analysis.gate.gate import GateInput, judge
from leakcheck.analysis.gate.hazards import hazard_findings
from leakcheck.analysis.graph.commands import suite_command
from leakcheck.analysis.graph.deep_findings import found_deep, merged, told_with
from leakcheck.analysis.graph.edges import edges_of
from leakcheck.analysis.graph.effects import Carried
from leakcheck.analysis.graph.fix_plan import fixes_of
from leakcheck.analysis.graph.groups import groups_of
from leakcheck.analysis.graph.leaks import leaks_of
from leakcheck.analysis.graph.left_in_company import left_in_company
from leakcheck.analysis.graph.untracked_leaks import counted, left_quietly, told_together
from leakcheck.analysis.graph.verdicts import verdicts_of
from leakcheck.analysis.state_diff import state_diffs
from leakcheck.options import PROFILES, ProfileName
from leakcheck.records import (
    ALL_RUN,
    ORDER_DEPENDENT,
    Certificate,
    Cost,
    Edge,
    Execution,
    Finding,
    Leak,
    Location,
    NotRun,
    OrderSummary,
    Result,
    Suite,
    TestVerdict,
    Unexplained,
    Whole,
    in_sequence,
)

_DAMAGED = "The audit is damaged, and tells what is left of it."
_UNFINISHED = "The audit was not finished, and tells what it had executed until then."


@dataclass(frozen=True)
class Effort:
    """How thorough the audit was: its profile, what the search was allowed in the user's words, whether it spent
    that, whether it came to its end, whether some of it is lost, to which depth it followed values, what it should
    have run in any case and did not, how many pairs of random orders it might have run, had they shown something
    new; whether it `replays` a run, and is about the tests that failed there only; in sentences what it lacks as
    one of several shards, or for want of some, and the tests of these."""

    profile: ProfileName = "standard"
    budget: str = ""
    exhausted: bool = False
    finished: bool = True
    damaged: bool = False
    depth: int = USUAL_DEPTH
    not_run: NotRun = ALL_RUN
    random: int = 0
    replays: bool = False
    of_shards: tuple[str, ...] = ()
    unseen: frozenset[str] = frozenset()

    @property
    def limits(self) -> tuple[str, ...]:
        """What was not covered, for other reasons than a spent budget."""
        short = _DAMAGED if self.damaged else _UNFINISHED
        usual = (REPLAYED,) if self.replays else PROFILES[self.profile].limits
        return (*usual, *self.of_shards, *(() if self.finished else (short,)))


_USUAL = GateInput()
_USUAL_EFFORT = Effort()


def derive(
    suite: Suite,
    executions: Sequence[Execution],
    *,
    cost: Cost,
    leakcheck: str,
    engine: str,
    lanes: int,
    case: GateInput = _USUAL,
    effort: Effort = _USUAL_EFFORT,
    notes: Iterable[str] = (),
) -> Result:
    """The result of an audit: pure in its executions, and in what they are judged by."""
    known = Knowledge.of(executions, suite, effort.depth)
    coverage, evidence = known.coverage, known.evidence
    # What would have refuted an edge may be missing: then only what is confirmed is told.
    shown = tuple(each for each in edges_of(known) if effort.finished or each[0].confirmed)
    carried, deep = merged(shown, found_deep(shown, evidence, suite), suite)
    told = {place for each in deep for place in told_with(each.change)}
    quiet = told_together(left_quietly(executions, suite, told), suite)
    left = (*deep, *quiet, *left_in_company(carried, known))
    leaks = leaks_of(evidence.profiles, carried, coverage, suite, left)
    edges = tuple(_named(carried, leaks))
    verdicts = _of_seen(verdicts_of(suite.ids, known, edges, whole=effort.finished), effort.unseen)
    found = by_severity(
        (
            *findings_of(suite, verdicts, leaks, edges, whole=effort.finished),
            *fixture_findings(executions),
            *hazard_findings(suite, executions, case.severities),
        )
    )
    judged = judge(case, found, leaks, suite, meant_by(suite, evidence, edges))
    certificate = _certificate(coverage, edges, verdicts, suite, effort)
    alone, in_rows = _alone_and_in_rows(evidence)
    certificate = replace(
        certificate,
        never_alone=tuple(dict.fromkeys((*certificate.never_alone, *_refused(executions, evidence)))),
        covered_by=_covered_by(coverage, executions),
        economies=tuple(economies_of(executions, effort.random)),
        alone=alone,
        in_rows=in_rows,
    )
    hurt = {test.id for test in verdicts if test.verdict in ORDER_DEPENDENT}
    fixes, joint_fixes = fixes_of([each for each in carried if each[0].test in hurt], leaks, suite, evidence)
    return Result(
        leakcheck=leakcheck,
        suite=suite,
        engine=engine,
        lanes=lanes,
        cost=cost,
        orders=_orders(executions, suite),
        tests=verdicts,
        leaks=leaks,
        edges=(*edges, *_read_edges(leaks)),
        findings=judged.findings,
        certificate=certificate,
        verdict=_verdict(judged.findings),
        exit_code=int(judged.tripped),
        notes=(
            *notes,
            *suite.problems,
            *_not_put_back(evidence, suite),
            *_misled(evidence),
            *counted(executions, suite, told),
        ),
        gate=judged.gate,
        fixes=fixes,
        joint_fixes=joint_fixes,
        groups=groups_of(edges),
        runs=state_diffs(executions, suite),
    )


def _of_seen(verdicts: tuple[TestVerdict, ...], unseen: frozenset[str]) -> tuple[TestVerdict, ...]:
    """The verdicts; who did not run alone, and all that was to be asked about whom is missing, has none but such as
    an execution proves."""
    settled = (*ORDER_DEPENDENT, "flaky")
    return tuple(
        replace(each, verdict="unknown") if each.id in unseen and each.verdict not in settled else each
        for each in verdicts
    )


def _not_put_back(evidence: Evidence, suite: Suite) -> Iterable[str]:
    """What stays unproven because a location could not be put back. (Of what no probe tracks, only what nobody can
    put back: others are tried beside it.)"""
    tried = [
        (witness.test, places)
        for witness, places in evidence.unrestored
        if any(map(suite.tracks, places)) or not any(suite.kind(place).restorable for place in places)
    ]
    for test, (place, *_) in dict.fromkeys(tried):
        what = f"{place.kind} {place.key} of {place.owner}"
        yield f"{what} cannot be put back, so it is not proven that this alone changes {test}"


def _misled(evidence: Evidence) -> Iterable[str]:
    """What stays unproven because a placebo does the same as a counterfactual."""
    for test in dict.fromkeys(witness.test for witness in evidence.outcomes if witness in evidence.misled):
        yield (
            f"{test} behaves as alone as soon as values are kept, whether or not one is put back: how long an "
            "object lives decides (weak references, identity maps, `__del__`, open files), or the time that passes"
        )


def _named(carried: Iterable[Carried], leaks: Sequence[Leak]) -> Iterator[Edge]:
    """The edges, each with the leak that carries it; of several that only together do, with that which the fewest
    leave: a stack of middleware that every request builds goes with the handler that one test has added."""
    number = {leak.id: place for place, leak in enumerate(leaks)}
    by_location: dict[Location, list[Leak]] = defaultdict(list)
    for leak in leaks:
        for location in leak.locations:
            by_location[location].append(leak)
    left = {leak.id: frozenset(leak.polluters) for leak in leaks}
    for edge, locations in carried:
        found = (leak.id for location in dict.fromkeys(locations) for leak in by_location.get(location, ()))
        same = sorted(found, key=lambda leak: (len(left[leak]) if len(locations) > 1 else 0, number[leak]))
        is_any = edge.effect == "cleans"
        yield replace(
            edge, leak=next((each for each in same if is_any or not left[each].isdisjoint(edge.polluters)), None)
        )


def _read_edges(leaks: Iterable[Leak]) -> Iterable[Edge]:
    """Observed, not confirmed: the reader consulted the leaked value and its outcome stayed the same."""
    for leak in leaks:
        if leak.impact == "read":
            for reader in leak.readers:
                yield Edge(leak.polluters[:1], reader, "reads", leak.id, (), False, None, "")


def _certificate(
    coverage: Coverage,
    edges: Iterable[Edge],
    verdicts: Iterable[TestVerdict],
    suite: Suite,
    effort: Effort,
) -> Certificate:
    shown = {edge.test: edge for edge in edges if edge.effect in ("breaks", "enables")}
    explained = {edge.test for edge in edges if edge.effect in ("breaks", "enables") and edge.leak is not None}
    odd = [verdict for verdict in verdicts if verdict.id not in explained and _differs(verdict)]
    return Certificate(
        pairs_total=len(coverage.pairs),
        pairs_covered=len(coverage.pairs) - len(coverage.uncovered),
        unexplained=tuple(Unexplained(each.id, shown[each.id].witness if each.id in shown else ()) for each in odd),
        kinds={name: kind.tracking for name, kind in suite.kinds.items()},
        budget_exhausted=effort.exhausted,
        budget=effort.budget,
        profile=effort.profile,
        limits=effort.limits,
        never_alone=effort.not_run.alone,
        orders_not_run=effort.not_run.orders,
    )


def _refused(executions: Iterable[Execution], evidence: Evidence) -> Iterator[str]:
    """Tests that were to run alone, and that no collection has found by their names."""
    asked = (each for each in executions if each.order.kind == "isolated" and each.status == "refused")
    tests = (test for each in asked for test in each.order.tests)
    return (test for test in tests if test not in evidence.profiles or not evidence.profiles[test].outcomes)


def _alone_and_in_rows(evidence: Evidence) -> tuple[int, int]:
    """How many tests were alone, and how many as good as that."""
    shown = [profile for profile in evidence.profiles.values() if profile.outcomes]
    in_rows = sum(profile.in_row for profile in shown)
    return len(shown) - in_rows, in_rows


def _covered_by(coverage: Coverage, executions: Iterable[Execution]) -> Mapping[str, int]:
    """How many pairs were first covered by each order, and by isolated runs, pairs and confirmations together."""
    orders = {each.id: each.order for each in executions}
    names = {name: order.name if order.kind in NAMED_KINDS else order.kind for name, order in orders.items()}
    shown = Counter(filter(None, coverage.pairs.values()))
    found = Counter[str]()
    for name in sorted(shown, key=in_sequence):
        found[names[name]] += shown[name]
    return dict(found)


def _differs(verdict: TestVerdict) -> bool:
    """Whether the outcome depends on something, and chance is not known to be it."""
    if verdict.verdict == "unknown":
        return any(map(good, verdict.outcomes.values())) and any(map(bad, verdict.outcomes.values()))
    return verdict.verdict in ("victim", "brittle", "self-polluting")


def _orders(executions: Sequence[Execution], suite: Suite) -> tuple[OrderSummary, ...]:
    whole: dict[str, Execution] = {}
    outcomes: dict[str, dict[str, str]] = defaultdict(dict)
    for each in executions:
        if each.order.kind in NAMED_KINDS and each.order.repeat == 0:
            # An attempt that a test ended is followed by one without that test, which has ended nevertheless.
            whole[each.order.name] = each
            outcomes[each.order.name].update((run.test, run.outcome) for run in each.runs)
    rows = [
        OrderSummary(
            each.order.name,
            each.order.kind,
            each.order.seed,
            dict(Counter(outcomes[each.order.name].values())),
            _reproduce(each, suite),
        )
        for each in whole.values()
    ]
    rows_first = sorted(alone_first(executions), key=lambda each: not each.in_row)
    counts = Counter[str]({each.test: each.outcome for each in rows_first}.values())
    if counts:
        rows.append(OrderSummary("isolated", "isolated", None, dict(counts), ""))
    return tuple(rows)


def _reproduce(execution: Execution, suite: Suite) -> str:
    match execution.order.question:
        case Whole(way="declared"):
            return suite_command(suite)
        case Whole(way="random", seed=int(seed), backwards=False) if "pytest-randomly" in suite.plugins:
            return suite_command(suite, seed=seed)
    return ""


def _verdict(findings: Iterable[Finding]) -> Literal["order-dependent", "leaking", "clean"]:
    codes = {finding.code for finding in findings}
    if codes & {"LK101", "LK102", "LK103", "LK104"}:
        return "order-dependent"
    return "leaking" if codes & {"LK201", "LK301"} else "clean"
