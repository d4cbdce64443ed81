"""What JUnit XML says of each test: passed, skipped, failed with its story, or in error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from leakcheck.hazards import is_hazard
from leakcheck.records import ORDER_DEPENDENT, Certificate, Finding, Result, TestVerdict
from leakcheck.reports.wording.certified import unseen
from leakcheck.reports.wording.finding_stories import harm_lines, leak_lines, pardon
from leakcheck.reports.wording.root_causes import Harm, Hurt, RootCause, root_causes
from leakcheck.reports.wording.sentences import headline
from leakcheck.reports.wording.words import clean, outcomes_by_word, place

_DECLARED = "declared"


class Told(NamedTuple):
    """What stands below a test: "failure", "error", "skipped" or nothing; its type, in one line, in many lines, and
    what else is to be said."""

    element: str = ""
    type: str = ""
    message: str = ""
    text: str = ""
    remark: str = ""


class Pain(NamedTuple):
    """One way in which one test is hurt, and by which root cause."""

    cause: RootCause
    harm: Harm
    hurt: Hurt


def told_of(result: Result) -> Iterator[tuple[TestVerdict, Told]]:
    """Every test with what is said of it."""
    pains, pardons = _pains(result), _pardons(result)
    fixes = {test: each.fix for each in reversed(_of_leaks(result)) for test in each.tests}
    for test in result.tests:
        if test.verdict not in ORDER_DEPENDENT:
            yield test, _declared(test)
        elif test.id in pardons:
            yield test, _declared(test)._replace(remark=f"{test.verdict}, not counted: {pardons[test.id]}")
        else:
            yield test, _failure(test, pains.get(test.id, ()), fixes.get(test.id, ""), result.certificate)


def _declared(test: TestVerdict) -> Told:
    """The outcome of the declared order."""
    outcome = test.outcomes.get(_DECLARED, "not run")
    text = f"{test.verdict}: {outcomes_by_word(test.outcomes)}"
    if outcome == "failed":
        return Told("failure", test.verdict, test.crash or text, text)
    if outcome in ("error", "crashed", "timeout"):
        return Told("error", test.verdict, test.crash or text, text)
    return Told() if outcome in ("passed", "xpassed") else Told("skipped", text=outcome)


def _failure(test: TestVerdict, pains: Sequence[Pain], fix: str, found: Certificate) -> Told:
    return Told("failure", test.verdict, _message(test, pains, found), "\n".join(_body(test, pains, fix)))


def _message(test: TestVerdict, pains: Sequence[Pain], found: Certificate) -> str:
    if not pains:
        return f"{test.verdict}: polluter not known"
    cause, harm, _ = pains[0]
    by = place(cause.leak) if cause.leak else unseen(found)
    return f"{test.verdict}: {_one(headline(harm))}, by {by}"


def _body(test: TestVerdict, pains: Sequence[Pain], fix: str) -> Iterator[str]:
    for pain in pains:
        yield from _pain(pain)
    yield outcomes_by_word(test.outcomes)
    if fix:
        yield f"fix: {clean(fix)}"


def _pain(pain: Pain) -> Iterator[str]:
    first, *polluters = harm_lines(pain.harm)
    yield _one(first)
    yield from (f"  {line}" for line in polluters)
    if pain.cause.leak is not None:
        yield f"  {pain.cause.leak.id} {place(pain.cause.leak)}"
        yield from (f"  {line}" for line in leak_lines(pain.cause.leak))
    if pain.hurt.witness:
        yield "witness, in this order:"
        yield from (f"  {clean(test)}" for test in pain.hurt.witness)
    if pain.hurt.reproduce:
        yield f"reproduce:\n  {clean(pain.hurt.reproduce)}"
    yield ""


def _one(headline: str) -> str:
    return headline.removeprefix("1 test ")


def _pains(result: Result) -> Mapping[str, list[Pain]]:
    """test → all the ways in which it is hurt."""
    found: dict[str, list[Pain]] = {}
    for cause in root_causes(result):
        for harm in cause.harms:
            for hurt in harm.hurt:
                found.setdefault(hurt.test, []).append(Pain(cause, replace(harm, hurt=(hurt,)), hurt))
    return found


def _of_leaks(result: Result) -> list[Finding]:
    return [each for each in result.findings if not is_hazard(each.code)]


def _pardons(result: Result) -> Mapping[str, str]:
    """test → why it is no failure: all errors that are found of it are in the baseline or ignored."""
    against: dict[str, list[str]] = {}
    for finding in _of_leaks(result):
        if finding.severity == "error":
            for test in finding.tests:
                against.setdefault(test, []).append(pardon(finding))
    return {test: "; ".join(dict.fromkeys(reasons)) for test, reasons in against.items() if all(reasons)}
