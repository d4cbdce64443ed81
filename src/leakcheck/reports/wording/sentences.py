"""Sentences that the terminal and the page share: verdict, harm, proof and certificate in the same words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, get_args

from leakcheck.records import GOOD_OUTCOMES, Cost, Finding, Leak, Result, TestVerdict, Verdict
from leakcheck.reports.wording.certified import is_cut_short, is_unfinished
from leakcheck.reports.wording.hazards import hazards_in_words
from leakcheck.reports.wording.root_causes import Harm, How, Proof, grouped
from leakcheck.reports.wording.rules import ABOUT_FIXTURES
from leakcheck.reports.wording.words import duration, listed, outcomes_by_word, plural

_OTHER_VERDICTS: tuple[Verdict, ...] = ("flaky", "failing", "crashing")
TROUBLES: Mapping[Verdict, str] = {
    "flaky": "Flaky tests: the outcome differs in the same order, with nothing else running",
    "failing": "Failing tests: in every execution",
    "crashing": "Crashing tests: they end their process",
    "timeout": "Tests that do not end in time",
}


UNDECIDED = "Undecided tests: they failed in some execution, and nothing shows why"
UNDECIDED_SO_FAR = "Undecided tests: they failed in some execution, and the audit ended before it was known why"
FAILING_FIXTURES = "Fixtures that fail at their teardown: pytest tells it with whichever test comes last"


def troubled_tests(result: Result) -> Iterator[tuple[str, list[TestVerdict]]]:
    """Title and tests of each trouble that is no order dependence; an unexplained difference has its own place."""
    by_verdict = grouped(result.tests, lambda test: test.verdict)
    yield from ((title, by_verdict[verdict]) for verdict, title in TROUBLES.items() if verdict in by_verdict)
    told = {each.test for each in result.certificate.unexplained}
    seen = [test for test in by_verdict.get("unknown", ()) if _ran(test) and test.id not in told]
    if seen:
        yield UNDECIDED_SO_FAR if is_unfinished(result.certificate) else UNDECIDED, seen


def failing_fixtures(result: Result) -> list[Finding]:
    """Fixtures that fail at their teardown, as findings."""
    return [finding for finding in result.findings if finding.code == ABOUT_FIXTURES]


def _ran(test: TestVerdict) -> bool:
    return any(outcome != "not run" for outcome in test.outcomes.values())


def detail(test: TestVerdict) -> str:
    """What was seen of a test whose outcome is not always the same."""
    if test.verdict not in ("flaky", "unknown"):
        return ""
    if test.seen:
        return test.seen
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


def proof_steps(harm: Harm) -> tuple[tuple[str, str], ...]:
    """What was executed to prove it, and what came of it each time; nothing where it is not proven."""
    if harm.proof != "proven":
        return ()
    behind = {"after": "behind the polluter", "needs": "behind the state-setter", "import": "behind the import"}
    if harm.how == "again":
        return ("run once", "passes"), ("run again", "fails"), ("run again, the value put back", "passes")
    alone, after = ("fails", "passes") if harm.how == "needs" else ("passes", "fails")
    where = behind[harm.how]
    return ("alone", alone), (where, after), (f"{where}, the value put back", alone)


def cost_in_words(spent: Cost) -> str:
    """What the audit took: "audit 6.1 s = 9.0 plain runs of CPU, 4.4 of wall time"."""
    took, cpu, wall = f"audit {duration(spent.audit_seconds)}", spent.cpu_ratio, spent.wall_ratio
    if cpu and wall:
        return f"{took} = {cpu:.1f} plain runs of CPU, {wall:.1f} of wall time"
    return f"{took} = {wall:.1f} plain runs of wall time" if wall else took


def tests_in_words(result: Result) -> str:
    """ "15 order-dependent (13 victims, 2 brittle), 1 self-polluting"."""
    found = result.tests
    counts = {verdict: sum(test.verdict == verdict for test in found) for verdict in get_args(Verdict)}
    kinds = listed([_counted(counts["victim"], "victim", "s"), _counted(counts["brittle"], "brittle")])
    dependent = counts["victim"] + counts["brittle"]
    failing = len(failing_fixtures(result))
    none = "none order-dependent" + (" so far" if is_cut_short(result.certificate) else "")
    return listed(
        [
            f"{dependent:,} order-dependent ({kinds})" if dependent else none,
            _counted(counts["self-polluting"], "self-polluting"),
            *(_counted(counts[verdict], verdict) for verdict in _OTHER_VERDICTS),
            _counted(counts["timeout"], "timed out"),
            _counted(counts["unknown"], "undecided"),
            plural(failing, "fixture fails at its teardown", "fixtures fail at their teardown") if failing else "",
        ]
    )


def _counted(number: int, word: str, ending: str = "") -> str:
    return f"{number:,} {word}{ending if number != 1 else ''}" if number else ""


def leaks_in_words(result: Result) -> str:
    """ "10 leaks: 8 broken, 1 read, 1 latent"."""
    if not result.leaks:
        return "no leak so far" if is_cut_short(result.certificate) else "no leak"
    impacts = [leak.impact for leak in result.leaks]
    counts = listed(_counted(impacts.count(impact), impact) for impact in ("broken", "read", "latent"))
    return f"{plural(len(impacts), 'leak')}: {counts}"


def found_in_words(result: Result) -> str:
    """ "no leak, 2 hazards"."""
    return listed([leaks_in_words(result), hazards_in_words(result)])


def circumstances(result: Result) -> str:
    """With what it was found: versions and engine. What was switched off is told by a note."""
    suite = result.suite
    parts = [
        f"leakcheck {result.leakcheck}",
        f"pytest {suite.pytest}" if suite.pytest else "",
        f"Python {suite.python}" if suite.python else "",
        f"{result.engine} engine, {plural(result.lanes, 'lane')}",
    ]
    return listed(parts)


def people(leak: Leak) -> tuple[str, str]:
    """How many leak it, and how many it hurts or how many read it."""
    imported = all("::" not in polluter for polluter in leak.polluters)
    polluters = plural(len(leak.polluters), "test file" if imported else "polluter")
    if leak.impact == "read":
        return polluters, plural(len(leak.readers), "reader")
    return polluters, plural(len(leak.victims), "victim") if leak.victims else ""
