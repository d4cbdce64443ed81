"""Sentences that the terminal and the page share: verdict, harm, proof and certificate in the same words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, get_args

from leakcheck.records import GOOD_OUTCOMES, Certificate, Cost, Leak, Result, TestVerdict, Verdict
from leakcheck.reports._causes import Harm, How, Proof, grouped
from leakcheck.reports._words import clip, duration, listed, outcomes_by_word, plural

_OTHER_VERDICTS: tuple[Verdict, ...] = ("flaky", "failing", "crashing")
TROUBLES: Mapping[Verdict, str] = {
    "flaky": "Flaky tests: the outcome differs between two executions of the same order",
    "failing": "Failing tests: in every execution",
    "crashing": "Crashing tests: they end their process",
    "timeout": "Tests that do not end in time",
}


UNDECIDED = "Undecided tests: they failed in some execution, and nothing shows why"


def troubled_tests(result: Result) -> Iterator[tuple[str, list[TestVerdict]]]:
    """Title and tests of each trouble that is no order dependence; an unexplained difference has its own place."""
    by_verdict = grouped(result.tests, lambda test: test.verdict)
    yield from ((title, by_verdict[verdict]) for verdict, title in TROUBLES.items() if verdict in by_verdict)
    told = {each.test for each in result.certificate.unexplained}
    seen = [test for test in by_verdict.get("unknown", ()) if _ran(test) and test.id not in told]
    if seen:
        yield UNDECIDED, seen


def _ran(test: TestVerdict) -> bool:
    return any(outcome != "not run" for outcome in test.outcomes.values())


def detail(test: TestVerdict) -> str:
    """What was seen of a test whose outcome is not always the same."""
    if test.verdict not in ("flaky", "unknown"):
        return ""
    if all(outcome in GOOD_OUTCOMES or outcome == "not run" for outcome in test.outcomes.values()):
        return "failed when it was run again in the same process"
    return outcomes_by_word(test.outcomes)


class Wording(NamedTuple):
    """How to tell one way of being hurt: of one test, of several, by whom, and what putting back showed."""

    one: str
    many: str
    polluter: str
    proven: str


WORDINGS: Mapping[How, Wording] = {
    "after": Wording("fails after", "fail after", "polluter", "proven: putting it back makes the test pass"),
    "needs": Wording(
        "fails alone, passes after",
        "fail alone, pass after",
        "state-setter",
        "proven: putting it back makes the test fail",
    ),
    "import": Wording(
        "fails after the import of",
        "fail after the import of",
        "test file",
        "proven: putting it back makes the test pass",
    ),
    "again": Wording(
        "fails when run again",
        "fail when run again",
        "",
        "proven: putting it back makes the second run pass",
    ),
}
PROOFS: Mapping[Proof, str] = {
    "not alone": "confirmed; putting it back alone does not help",
    "confirmed": "confirmed",
    "suspected": "suspected, not confirmed",
}


def headline(harm: Harm) -> str:
    """ "5 tests fail after any of 5 polluters"."""
    wording = WORDINGS[harm.how]
    told = plural(len(harm.hurt), f"test {wording.one}", f"tests {wording.many}")
    return f"{told} {_culprits(harm)}".rstrip()


def _culprits(harm: Harm) -> str:
    noun = WORDINGS[harm.how].polluter
    if not noun:
        return ""
    if len(harm.polluters) > 1:
        return f"any of {plural(len(harm.polluters), noun)}"
    number = len(harm.polluters[0])
    return f"this {noun}" if number == 1 else f"{plural(number, noun)} together"


def proof(harm: Harm) -> str:
    """How far it is shown."""
    return WORDINGS[harm.how].proven if harm.proof == "proven" else PROOFS[harm.proof]


def cost_in_words(spent: Cost) -> str:
    """What the audit took: "audit 6.1 s = 4.4 plain runs"."""
    took = f"audit {duration(spent.audit_seconds)}"
    if spent.plain_seconds <= 0:
        return took
    return f"{took} = {spent.audit_seconds / spent.plain_seconds:.1f} plain runs"


def verdict_of(result: Result) -> str:
    """The verdict on the leaks, but never "clean" over a suite that has other troubles."""
    troubled = any(test.verdict in (*_OTHER_VERDICTS, "timeout", "unknown") for test in result.tests)
    return "leaking" if troubled and result.verdict == "clean" else result.verdict


def tests_in_words(result: Result) -> str:
    """ "15 order-dependent (13 victims, 2 brittle), 1 self-polluting"."""
    found = result.tests
    counts = {verdict: sum(test.verdict == verdict for test in found) for verdict in get_args(Verdict)}
    kinds = listed([_counted(counts["victim"], "victim", "s"), _counted(counts["brittle"], "brittle")])
    dependent = counts["victim"] + counts["brittle"]
    return listed(
        [
            f"{dependent:,} order-dependent ({kinds})" if dependent else "none order-dependent",
            _counted(counts["self-polluting"], "self-polluting"),
            *(_counted(counts[verdict], verdict) for verdict in _OTHER_VERDICTS),
            _counted(counts["timeout"], "timed out"),
            _counted(counts["unknown"], "unknown"),
        ]
    )


def _counted(number: int, word: str, ending: str = "") -> str:
    return f"{number:,} {word}{ending if number != 1 else ''}" if number else ""


def leaks_in_words(result: Result) -> str:
    """ "10 leaks: 8 broken, 1 read, 1 latent"."""
    if not result.leaks:
        return "no leak"
    impacts = [leak.impact for leak in result.leaks]
    counts = listed(_counted(impacts.count(impact), impact) for impact in ("broken", "read", "latent"))
    return f"{plural(len(impacts), 'leak')}: {counts}"


def circumstances(result: Result) -> str:
    """With what it was found: versions, engine, and what was switched off for the audit."""
    suite = result.suite
    parts = [
        f"leakcheck {result.leakcheck}",
        f"pytest {suite.pytest}" if suite.pytest else "",
        f"Python {suite.python}" if suite.python else "",
        f"{result.engine} engine, {plural(result.lanes, 'lane')}",
    ]
    return listed(parts) + (f"; switched off: {listed(suite.neutralised)}" if suite.neutralised else "")


def people(leak: Leak) -> tuple[str, str]:
    """How many leak it, and how many it hurts or how many read it."""
    imported = all("::" not in polluter for polluter in leak.polluters)
    polluters = plural(len(leak.polluters), "test file" if imported else "polluter")
    if leak.impact == "read":
        return polluters, plural(len(leak.readers), "reader")
    return polluters, plural(len(leak.victims), "victim") if leak.victims else ""


def certificate_sentences(found: Certificate, *, hurt: bool) -> tuple[str, ...]:
    """Coverage, conclusion and kinds of state; `hurt`: some test is known to depend on the order."""
    return tuple(filter(None, (_pairs(found), *found.limits, conclusion(found, hurt), _kinds(found.kinds))))


def _pairs(found: Certificate) -> str:
    if not found.pairs_total:
        return "There is no pair of a leaked value and a test that reads it."
    pairs = plural(found.pairs_total, "pair")
    were = "was" if found.pairs_covered == 1 else "were"
    covered = f"Of {pairs} of a leaked value and a test that reads it, {found.pairs_covered:,} {were} run"
    own = sum(number for name, number in found.covered_by.items() if name in ("pairs", "confirm"))
    covered += f", {own:,} by executions made for them." if own else "."
    return f"{covered} The budget was used up before the others." if found.budget_exhausted else covered


def unexplained(found: Certificate) -> str:
    """What is said of tests that no recorded leak explains."""
    return f"No single recorded leak explains these tests: they share {_unseen(found)}."


def _unseen(found: Certificate) -> str:
    more = ", or had no budget left to look for" if found.budget_exhausted else ""
    return f"state that leakcheck does not see{more}"


def conclusion(found: Certificate, hurt: bool) -> str:
    """What follows from the coverage, in one sentence."""
    if not found.kinds:
        return "No kind of state was watched."
    if found.unexplained:
        number = plural(len(found.unexplained), "difference is", "differences are")
        return f"{number} unexplained: there is {_unseen(found)}."
    if found.limits or found.pairs_covered < found.pairs_total or found.budget_exhausted:
        return "What was run is explained; what was not run may hold more."
    tests = "no other test's outcome" if hurt else "no test's outcome"
    return f"Nothing is left unexplained: {tests} depends on one predecessor's leak of a watched kind."


def _kinds(kinds: Mapping[str, str]) -> str:
    by_way = grouped(kinds, lambda kind: kinds[kind])
    ways = "; ".join(f"{clip(way)}: {listed(map(clip, names))}" for way, names in by_way.items())
    return f"Kinds of state {ways}." if ways else ""
