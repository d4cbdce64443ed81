"""One verdict per test over everything that was executed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from leakcheck.analysis.facts.alone import alone_first
from leakcheck.analysis.facts.evidence import bad, good
from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.facts.profiles import NAMED_KINDS, SoloProfile, is_twice
from leakcheck.analysis.facts.same_order import not_settled
from leakcheck.analysis.graph.commands import command
from leakcheck.records import Edge, Execution, TestVerdict, Verdict


def outcomes_by_order(executions: Iterable[Execution]) -> Mapping[str, Mapping[str, str]]:
    """test -> name of order -> outcome: whole orders by name, the isolated run as "isolated"."""
    table: dict[str, dict[str, str]] = defaultdict(dict)
    for execution in executions:
        if execution.order.kind in NAMED_KINDS and execution.order.repeat == 0:
            for run in execution.runs:
                table[run.test].setdefault(execution.order.name, run.outcome)
    for each in alone_first(executions):
        for run in each.runs:
            table[run.test].setdefault("isolated", run.outcome)
    return table


def held_again(executions: Iterable[Execution]) -> frozenset[str]:
    """Tests that did not fail when they ran twice in one process, as an order that holds them twice runs them. (The
    second run behind a run alone sets up all fixtures again, of the session too, which pytest never does.)"""
    return frozenset(
        execution.order.tests[0]
        for execution in executions
        if is_twice(execution) and not execution.order.is_plain and good(execution.runs[-1].outcome)
    )


class Chances(NamedTuple):
    """Whether a test differs in the same order with nothing else running, be it under another hash seed; or at all;
    and whether it was seen to hold when it ran twice in one process."""

    flaky: bool
    wavers: bool
    held: bool


def verdicts_of(
    suite_tests: Sequence[str],
    known: Knowledge,
    edges: Sequence[Edge],
    *,
    whole: bool = True,
) -> tuple[TestVerdict, ...]:
    """The verdict of every collected test, in declared order. Where these are not all executions (`whole` False),
    what was not seen says nothing: that a test passed nowhere is no verdict then."""
    table, profiles = outcomes_by_order(known.executions), known.evidence.profiles
    seen = {test: not_settled(each) for test, each in known.wavering.items()}
    seen |= {test: str(each) for test, each in known.used_dependent.items()}
    seen |= {test: str(each) for test, each in known.hash_dependent.items()}
    seen |= {test: f"{each}, with nothing else running" for test, each in known.flaky.items()}
    held = held_again(known.executions)
    flaky = known.flaky.keys() | known.hash_dependent.keys()
    chances = {test: Chances(test in flaky, test in known.wavering, test in held) for test in suite_tests}
    roles = _roles(edges)
    crashes = _crashes(known.executions)
    shown: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.confirmed:
            shown[edge.test].append(edge)
    return tuple(
        TestVerdict(
            test,
            _verdict(table.get(test, {}), profiles.get(test), shown.get(test, ()), chances[test], whole=whole),
            roles.get(test, ()),
            dict(table.get(test, {})),
            crashes.get(test, ""),
            seen.get(test, ""),
            _commands(test, known),
        )
        for test in suite_tests
    )


def _commands(test: str, known: Knowledge) -> tuple[str, ...]:
    """What shows both outcomes of a test that depends on the hash seed: first how it passes, then how it fails."""
    found = known.hash_dependent.get(test)
    if found is None or test in known.flaky:
        return ()
    return tuple(command(known.suite, (test,), hash_seed=seed) for seed in (found.passes, found.fails))


def _verdict(
    outcomes: Mapping[str, str],
    profile: SoloProfile | None,
    shown: Sequence[Edge],
    chances: Chances,
    *,
    whole: bool,
) -> Verdict:
    if chances.flaky:
        return "flaky"
    if any(edge.effect == "enables" for edge in shown):
        return "brittle"
    broken = [edge for edge in shown if edge.effect == "breaks"]
    if any(edge.polluters != (edge.test,) for edge in broken):
        return "victim"
    if broken:
        return "self-polluting"
    return "unknown" if _is_open(profile, chances) else _undisturbed(outcomes, whole=whole)


def _is_open(profile: SoloProfile | None, chances: Chances) -> bool:
    """Whether the outcome differs, be it when the test was run again, and nobody has shown why."""
    if profile is None:
        return chances.wavers
    failed_again = profile.good and any(bad(outcome) for outcome in profile.again)
    return chances.wavers or profile.mixed or (failed_again and not chances.held)


def _is_seen_all_round(outcomes: Mapping[str, str]) -> bool:
    """Whether the test has run alone and behind the tests that it is declared behind: else it may pass where it has
    not run yet, or in an execution of which nothing is left."""
    return {"isolated", "declared"} <= outcomes.keys()


def _undisturbed(outcomes: Mapping[str, str], *, whole: bool) -> Verdict:
    found = _alike(outcomes)
    if whole or found not in ("failing", "crashing", "timeout"):
        return found
    return found if found == "failing" and _is_seen_all_round(outcomes) else "unknown"


def _alike(outcomes: Mapping[str, str]) -> Verdict:
    seen = {outcome for outcome in outcomes.values() if outcome not in ("not run", "unknown")}
    if not seen:
        return "unknown"
    if seen == {"skipped"}:
        return "skipped"
    for outcome, verdict in (("crashed", "crashing"), ("timeout", "timeout")):
        if outcome in seen and not any(good(each) for each in seen):
            return verdict  # type: ignore[return-value]
    if all(bad(outcome) for outcome in seen):
        return "failing"
    return "stable" if not any(bad(outcome) for outcome in seen) else "unknown"


def _roles(edges: Iterable[Edge]) -> Mapping[str, tuple[str, ...]]:
    names = {"breaks": "polluter", "enables": "state-setter", "cleans": "cleaner"}
    found: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        if edge.effect in names and edge.polluters != (edge.test,):
            for test in edge.polluters:
                found[test].add(names[edge.effect])
    return {test: tuple(sorted(each)) for test, each in found.items()}


def _crashes(executions: Iterable[Execution]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for execution in executions:
        for run in execution.runs:
            if run.crash and bad(run.outcome):
                found.setdefault(run.test, run.crash)
    return found
