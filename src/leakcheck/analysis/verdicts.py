"""One verdict per test over everything that was executed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set

from leakcheck.analysis.evidence import bad, good
from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.profiles import Profile, is_alone
from leakcheck.records import Edge, Execution, TestVerdict, Verdict

NAMED_KINDS = ("declared", "reversed", "random")


def outcomes_by_order(executions: Iterable[Execution]) -> Mapping[str, Mapping[str, str]]:
    """test -> name of order -> outcome: whole orders by name, the isolated run as "isolated"."""
    table: dict[str, dict[str, str]] = defaultdict(dict)
    for execution in executions:
        if execution.order.kind in NAMED_KINDS and execution.order.repeat == 0:
            for run in execution.runs:
                table[run.test].setdefault(execution.order.name, run.outcome)
        elif is_alone(execution) and execution.order.tests[0] not in table.get("isolated", {}):
            for run in execution.runs:
                table[run.test].setdefault("isolated", run.outcome)
    return table


def verdicts_of(
    suite_tests: Sequence[str],
    known: Knowledge,
    edges: Sequence[Edge],
    *,
    whole: bool = True,
) -> tuple[TestVerdict, ...]:
    """The verdict of every collected test, in declared order. Where these are not all executions (`whole` False),
    what was not seen says nothing: that a test passed nowhere is no verdict then."""
    table, profiles, flaky = outcomes_by_order(known.executions), known.evidence.profiles, known.flaky
    roles = _roles(edges)
    crashes = _crashes(known.executions)
    shown: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.confirmed:
            shown[edge.test].append(edge)
    return tuple(
        TestVerdict(
            test,
            _verdict(test, table.get(test, {}), profiles.get(test), shown.get(test, ()), flaky, whole=whole),
            roles.get(test, ()),
            dict(table.get(test, {})),
            crashes.get(test, ""),
        )
        for test in suite_tests
    )


def _verdict(
    test: str,
    outcomes: Mapping[str, str],
    profile: Profile | None,
    shown: Sequence[Edge],
    flaky: Set[str],
    *,
    whole: bool,
) -> Verdict:
    if test in flaky or (profile is not None and profile.mixed):
        return "flaky"
    if any(edge.effect == "enables" for edge in shown):
        return "brittle"
    broken = [edge for edge in shown if edge.effect == "breaks"]
    if any(edge.polluters != (test,) for edge in broken):
        return "victim"
    if broken:
        return "self-polluting"
    if profile is not None and profile.good and any(bad(outcome) for outcome in profile.again):
        return "unknown"  # it failed when it was run again, and nobody has shown why
    found = _undisturbed(outcomes)
    return found if whole or found not in ("failing", "crashing", "timeout") else "unknown"


def _undisturbed(outcomes: Mapping[str, str]) -> Verdict:
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
