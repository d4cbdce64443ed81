from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.records import Cost, Result
from leakcheck.reports.formats.junit import Report
from reports import samples
from reports.golden import assert_golden
from reports.samples import edge, leak, result, verdict

SCHEMA = Path(__file__).parents[2] / "schemas" / "junit-10.xsd"
A, V = "tests/test_a.py::test_a", "tests/sub/test_v.py::TestV::test_v[a::b/c.py]"


@cache
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(SCHEMA))


def rendered(found: Result) -> ElementTree.Element:
    return ElementTree.fromstring(Report().render(found))


def cases(found: Result) -> dict[str, ElementTree.Element]:
    return {each.attrib["name"]: each for each in rendered(found).iter("testcase")}


RESULTS = samples.every()


@pytest.mark.parametrize("found", RESULTS.values(), ids=list(RESULTS))
def test_it_is_what_jenkins_reads(found: Result) -> None:
    schema().validate(Report().render(found))


@pytest.mark.parametrize("found", RESULTS.values(), ids=list(RESULTS))
def test_the_older_and_stricter_readers_are_content_too(found: Result) -> None:
    """What the first schema of Jenkins asks: one kind of element below a test, in a fixed order, few attributes."""
    root = rendered(found)
    (suite,) = root
    assert [each.tag for each in suite] == ["properties", *["testcase"] * len(found.tests), "system-out"]
    for case in suite.iter("testcase"):
        assert set(case.attrib) == {"classname", "name"}
        assert [each.tag for each in case] in ([], ["skipped"], ["error"], ["failure"])
    assert not [each.attrib for each in suite.iter("skipped") if each.attrib]


def test_the_schema_refuses_what_is_wrong() -> None:
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        schema().validate(Report().render(samples.shop()).replace("<testcase", '<testcase file="x"', 1))


@pytest.mark.parametrize("name", ["shop", "troubled"])
def test_transcript(name: str) -> None:
    assert_golden(f"{name}.junit.xml", Report().render(RESULTS[name]))


def test_every_order_dependent_test_is_a_failure_with_witness_and_command() -> None:
    found = cases(samples.shop())
    hurt = {test for test, case in found.items() if case.find("failure") is not None}
    dependent = {
        test.id for test in samples.shop().tests if test.verdict in ("victim", "brittle", "self-polluting")
    }
    assert hurt == {test.rpartition("::")[2] for test in dependent}
    for test in hurt:
        text = found[test].findtext("failure") or ""
        assert re.search(r"^witness, in this order:\n  tests/\S+", text, re.M)
        assert re.search(r"^reproduce:\n  pytest tests/\S+", text, re.M)
        assert "\nfix: " in text


def test_outcomes_of_the_others_are_those_of_the_declared_order() -> None:
    words = (
        "passed",
        "failed",
        "error",
        "crashed",
        "timeout",
        "skipped",
        "xfailed",
        "xpassed",
        "not run",
        "unknown",
    )
    found = result(
        (
            *(verdict(f"a.py::{word}", "unknown", declared=word, isolated="passed") for word in words),
            verdict("a.py::nowhere", "unknown", isolated="passed"),
        )
    )
    below = {test: [each.tag for each in case] for test, case in cases(found).items()}
    assert below == {
        "passed": [],
        "failed": ["failure"],
        "error": ["error"],
        "crashed": ["error"],
        "timeout": ["error"],
        "skipped": ["skipped"],
        "xfailed": ["skipped"],
        "xpassed": [],
        "not run": ["skipped"],
        "unknown": ["skipped"],
        "nowhere": ["skipped"],
    }
    (suite,) = rendered(found)
    counts = {name: suite.attrib[name] for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "11", "failures": "1", "errors": "3", "skipped": "5"}


def test_tests_are_called_as_in_the_junit_xml_of_pytest() -> None:
    (case,) = rendered(result((verdict(V),))).iter("testcase")
    assert case.attrib == {"classname": "tests.sub.test_v.TestV", "name": "test_v[a::b/c.py]"}


def test_all_ways_of_being_hurt_are_told() -> None:
    leaks = tuple(leak(number, samples.shop().leaks[number].location, "broken", A) for number in (1, 2))
    edges = (edge((A,), V, "L1"), edge((A,), V, "L2"))
    (case,) = rendered(result((verdict(V, "victim"),), leaks=leaks, edges=edges)).iter("testcase")
    text = case.findtext("failure") or ""
    assert text.count("reproduce:") == 2
    assert "L1 cookie" in text
    assert "L2 header" in text


def test_a_victim_without_known_polluter_is_a_failure_too() -> None:
    orphan = verdict(V, "victim", declared="passed", reversed="failed")
    (case,) = rendered(result((orphan,))).iter("testcase")
    assert case.find("failure").attrib["message"] == "victim: polluter not known"  # type: ignore[union-attr]
    assert case.findtext("failure") == "failed in reversed; passed in declared"


def test_a_long_audit_has_a_time_that_the_schema_knows() -> None:
    long = replace(samples.result(), cost=Cost(1.0, 123456.789, 1, 2, 3, 4))
    assert rendered(long).attrib["time"] == "123456.789"
    schema().validate(Report().render(long))


def test_names_are_whole_and_what_xml_cannot_hold_is_spelled() -> None:
    found = cases(samples.hostile())
    assert f"test_long[{'x' * 10_000}]" in found
    assert any("\\x1b[31mred" in name and "</script>" in name for name in found)
    assert "test_cdata[]]><!-- --> & \"']" in cases(samples.nasty())


@given(st.text(st.characters(), max_size=40))
def test_any_name_makes_xml(name: str) -> None:
    rendered(result((verdict(name, "victim", name, declared=name),)))
