"""JUnit XML, as Jenkins, GitLab and most others read it: an order-dependent test is a failure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from leakcheck.records import Result
from leakcheck.reports.junit.told import Told, told_of
from leakcheck.reports.wording.certified import conclusion
from leakcheck.reports.wording.finding_stories import pardoned_in_words
from leakcheck.reports.wording.hazards import hazards
from leakcheck.reports.wording.local_paths import localised
from leakcheck.reports.wording.sentences import cost_in_words, found_in_words, tests_in_words
from leakcheck.reports.wording.words import clean, plural

NAME = "leakcheck"


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


def _document(result: Result) -> Element:
    cases = list(told_of(result))
    counts = Counter(told.element for _, told in cases)
    numbers = {"tests": str(len(cases)), "failures": str(counts["failure"]), "errors": str(counts["error"])}
    seconds = {"time": f"{result.cost.audit_seconds:.3f}"}
    root = Element("testsuites", {"name": NAME, **numbers, **seconds})
    suite = SubElement(root, "testsuite", {"name": NAME, **numbers, "skipped": str(counts["skipped"]), **seconds})
    _properties(suite, result)
    for test, told in cases:
        _case(suite, test.id, told)
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


def _case(suite: Element, test: str, told: Told) -> None:
    classname, name = _address(test)
    case = SubElement(suite, "testcase", {"classname": clean(classname), "name": clean(name)})
    if told.element:
        known = {"type": told.type, "message": clean(told.message)}
        given = {key: value for key, value in known.items() if value}
        SubElement(case, told.element, given).text = _text(told.text)
    if told.remark:
        SubElement(case, "system-out").text = _text(told.remark)


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


def _summary(result: Result) -> Iterator[str]:
    yield f"{plural(len(result.tests), 'test')}: {tests_in_words(result)}"
    yield f"{found_in_words(result)}; {cost_in_words(result.cost)}"
    yield conclusion(result)
    yield from filter(None, [pardoned_in_words(result)])
    for each in hazards(result):  # of no test: those are green
        yield clean(f"{each.severity} {each.code} {each.file}:{each.line} {each.title}. {each.why} {each.fix}")
    yield from map(clean, result.notes)
