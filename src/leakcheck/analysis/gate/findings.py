"""Findings: what a person should do something about, with a code, a place and a way out.

LK101 order-dependent: a leak breaks other tests. LK102 brittle: a test needs what another leaves behind.
LK103 self-polluting. LK104 order-dependent, cause not seen. LK201 a leak that other tests read. LK301 a leak that
nobody reads. LK401 flaky. LK402 ends or hangs its process. LK403 a fixture that fails at its teardown. Hazards
have codes of their own, each in its file in `leakcheck.hazards`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from leakcheck.analysis.advice.by_kind import BRITTLE, SELF, UNEXPLAINED, leak_advice
from leakcheck.analysis.advice.code import fix_example
from leakcheck.nouns import plural
from leakcheck.records import Edge, Finding, Leak, Severity, Suite, TestVerdict

_FLAKY = "Take chance, time and concurrency out of the test; its outcome says nothing about the order."

_SEEDED = (
    "Sort what comes out of a set before its order matters, and rely on no hash() of a string: both differ from "
    "process to process, unless PYTHONHASHSEED is set."
)


def findings_of(
    suite: Suite,
    verdicts: Sequence[TestVerdict],
    leaks: Sequence[Leak],
    edges: Sequence[Edge],
    *,
    whole: bool = True,
) -> tuple[Finding, ...]:
    """All findings, errors first. Where the audit is not `whole`, what was not seen is told as that."""
    places = {item.id: (item.file, item.line) for item in suite.tests}
    verdict = {each.id: each.verdict for each in verdicts}
    into: dict[str, list[Edge]] = {}
    for edge in edges:
        into.setdefault(edge.test, []).append(edge)
    so_far = "" if whole else ", as far as the audit came"
    found = [
        *_broken(leaks, edges, verdict),
        *_needy(verdicts, into, places),
        *_unexplained(verdicts, into, places, whole=whole),
        *_quiet(leaks, so_far),
        *_restless(verdicts, places),
    ]
    return by_severity(sorted(found, key=lambda finding: finding.code))


def by_severity(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, else as they stand."""
    rank = {"error": 0, "warning": 1, "note": 2}
    return tuple(sorted(found, key=lambda finding: rank[finding.severity]))


def _place(leak: Leak) -> tuple[str, int]:
    return (leak.sources[0].file, leak.sources[0].line) if leak.sources else (leak.polluters[0].split("::")[0], 0)


def _broken(leaks: Iterable[Leak], edges: Iterable[Edge], verdict: Mapping[str, str]) -> Iterator[Finding]:
    hurt: dict[str | None, dict[str, None]] = {}
    for edge in edges:
        if edge.effect == "breaks" and edge.confirmed and verdict.get(edge.test) == "victim":
            hurt.setdefault(edge.leak, {})[edge.test] = None
    for leak in leaks:
        tests = tuple(hurt.get(leak.id, ()))
        if tests:
            file, line = _place(leak)
            title = f"{plural(len(tests), 'test fails', 'tests fail')} after this leak"
            yield Finding("LK101", "error", title, file, line, tests, leak.id, *_fix(leak))


def _needy(
    verdicts: Iterable[TestVerdict], edges: Mapping[str, Sequence[Edge]], places: dict[str, tuple[str, int]]
) -> Iterator[Finding]:
    texts = {
        "brittle": ("LK102", "fails alone, passes after another test", BRITTLE),
        "self-polluting": ("LK103", "fails when it runs again in the same process", SELF),
    }
    for verdict in verdicts:
        if verdict.verdict in texts:
            code, title, fix = texts[verdict.verdict]
            leak = next((edge.leak for edge in edges.get(verdict.id, ()) if edge.leak), None)
            yield Finding(code, "error", title, *places[verdict.id], (verdict.id,), leak, fix)


def _unexplained(
    verdicts: Iterable[TestVerdict],
    edges: Mapping[str, Sequence[Edge]],
    places: dict[str, tuple[str, int]],
    *,
    whole: bool,
) -> Iterator[Finding]:
    unseen = "leakcheck does not see" if whole else "the audit had not found when it ended"
    for verdict in verdicts:
        mine = [edge for edge in edges.get(verdict.id, ()) if edge.effect in ("breaks", "enables")]
        if verdict.verdict == "victim" and mine and not any(edge.leak for edge in mine):
            title = f"fails after another test, through state that {unseen}"
            yield Finding("LK104", "error", title, *places[verdict.id], (verdict.id,), None, UNEXPLAINED)


def _quiet(leaks: Iterable[Leak], so_far: str) -> Iterator[Finding]:
    texts: dict[str, tuple[str, Severity, str]] = {
        "read": ("LK201", "warning", "leaks what other tests read"),
        "latent": ("LK301", "note", f"leaks what no test reads{so_far}"),
    }
    for leak in leaks:
        if leak.impact in texts:
            code, severity, title = texts[leak.impact]
            yield Finding(code, severity, title, *_place(leak), leak.polluters, leak.id, *_fix(leak))


def _restless(verdicts: Iterable[TestVerdict], places: dict[str, tuple[str, int]]) -> Iterator[Finding]:
    texts = {
        "flaky": ("LK401", "outcome differs in the same order, with nothing else running", _FLAKY),
        "crashing": ("LK402", "ends its process", "Run what may crash in a child process."),
        "timeout": ("LK402", "does not end", "Give what may hang a time limit."),
    }  # fmt: skip
    for verdict in verdicts:
        if verdict.verdict in texts:
            code, title, fix = texts[verdict.verdict]
            if verdict.reproduce:
                title, fix = "outcome depends on the hash seed", _SEEDED
            yield Finding(code, "note", title, *places[verdict.id], (verdict.id,), None, fix)


def _fix(leak: Leak) -> tuple[str, str]:
    """Advice, and an example of it."""
    return leak_advice(leak), fix_example(leak)
