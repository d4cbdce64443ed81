"""JUnit XML, as Jenkins, GitLab and most others read it: an order-dependent test is a failure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from leakcheck.records import ORDER_DEPENDENT, Result, TestVerdict
from leakcheck.reports._causes import Harm, Hurt, RootCause, root_causes
from leakcheck.reports._local import localised
from leakcheck.reports._sentences import conclusion, cost_in_words, headline, leaks_in_words, tests_in_words
from leakcheck.reports._stories import harm_lines, leak_lines
from leakcheck.reports._words import clean, outcomes_by_word, place, plural

NAME = "leakcheck"
_DECLARED = "declared"


class Report:
    """One test suite. Tests that depend on no order have the outcome that they have in the declared one."""

    name = "junit"
    help = "the tests as JUnit XML: an order-dependent one is a failure."
    appends = False

    def render(self, result: Result) -> str:
        """An XML document; what XML 1.0 cannot hold is spelled out."""
        root = _document(localised(result))
        indent(root)
        return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


class Told(NamedTuple):
    """What stands below a test: "failure", "error" or "skipped", of which type, in one line and in many."""

    element: str
    type: str = ""
    message: str = ""
    text: str = ""


class Pain(NamedTuple):
    """One way in which one test is hurt, and by which root cause."""

    cause: RootCause
    harm: Harm
    hurt: Hurt


def _document(result: Result) -> Element:
    pains = _pains(result)
    mends = {test: each.mend for each in reversed(result.findings) for test in each.tests}
    cases = [(test, _told(test, pains.get(test.id, ()), mends.get(test.id, ""))) for test in result.tests]
    counts = Counter(told.element for _, told in cases if told)
    numbers = {"tests": str(len(cases)), "failures": str(counts["failure"]), "errors": str(counts["error"])}
    seconds = {"time": f"{result.cost.audit_seconds:.3f}"}
    root = Element("testsuites", {"name": NAME, **numbers, **seconds})
    suite = SubElement(root, "testsuite", {"name": NAME, **numbers, "skipped": str(counts["skipped"]), **seconds})
    _properties(suite, result)
    for test, told in cases:
        _case(suite, test, told)
    SubElement(suite, "system-out").text = "\n".join(_summary(result))
    return root


def _properties(suite: Element, result: Result) -> None:
    known = {
        "leakcheck": result.leakcheck,
        "pytest": result.suite.pytest,
        "python": result.suite.python,
        "verdict": result.verdict,
        "exit_code": str(result.exit_code),
    }
    below = SubElement(suite, "properties")
    for name, value in known.items():
        SubElement(below, "property", {"name": name, "value": clean(value)})


def _case(suite: Element, test: TestVerdict, told: Told | None) -> None:
    classname, name = _address(test.id)
    case = SubElement(suite, "testcase", {"classname": clean(classname), "name": clean(name)})
    if told is None:
        return
    known = {"type": told.type, "message": clean(told.message)}
    SubElement(case, told.element, {key: value for key, value in known.items() if value}).text = _text(told.text)


def _text(text: str) -> str:
    return "\n".join(map(clean, text.split("\n")))


def _address(test: str) -> tuple[str, str]:
    """Class and name as pytest's own JUnit XML has them, so that both are the same test to who reads them."""
    address, bracket, parameters = test.partition("[")
    path, *names = address.split("::")
    module = re.sub(r"\.py$", "", path.replace("/", "."))
    if not names:
        return "", module + bracket + parameters
    return ".".join([module, *names[:-1]]), names[-1] + bracket + parameters


def _told(test: TestVerdict, pains: Sequence[Pain], mend: str) -> Told | None:
    if test.verdict in ORDER_DEPENDENT:
        return Told("failure", test.verdict, _message(test, pains), "\n".join(_body(test, pains, mend)))
    outcome = test.outcomes.get(_DECLARED, "not run")
    text = f"{test.verdict}: {outcomes_by_word(test.outcomes)}"
    if outcome == "failed":
        return Told("failure", test.verdict, test.crash or text, text)
    if outcome in ("error", "crashed", "timeout"):
        return Told("error", test.verdict, test.crash or text, text)
    return None if outcome in ("passed", "xpassed") else Told("skipped", text=outcome)


def _message(test: TestVerdict, pains: Sequence[Pain]) -> str:
    if not pains:
        return f"{test.verdict}: polluter not known"
    cause, harm, _ = pains[0]
    by = place(cause.leak.location, cause.leak.path) if cause.leak else "state that leakcheck does not see"
    return f"{test.verdict}: {_one(headline(harm))}, by {by}"


def _body(test: TestVerdict, pains: Sequence[Pain], mend: str) -> Iterator[str]:
    for pain in pains:
        yield from _pain(pain)
    yield outcomes_by_word(test.outcomes)
    if mend:
        yield f"mend: {clean(mend)}"


def _pain(pain: Pain) -> Iterator[str]:
    first, *polluters = harm_lines(pain.harm)
    yield _one(first)
    yield from (f"  {line}" for line in polluters)
    if pain.cause.leak is not None:
        yield f"  {pain.cause.leak.id} {place(pain.cause.leak.location, pain.cause.leak.path)}"
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


def _summary(result: Result) -> Iterator[str]:
    hurt = any(test.verdict in ORDER_DEPENDENT for test in result.tests)
    yield f"{plural(len(result.tests), 'test')}: {tests_in_words(result)}"
    yield f"{leaks_in_words(result)}; {cost_in_words(result.cost)}"
    yield conclusion(result.certificate, hurt)
    yield from map(clean, result.notes)
