from __future__ import annotations

import inspect
import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

from leakcheck.analysis.gate import findings
from leakcheck.hazards import by_code
from leakcheck.records import Finding, Location, Result, Source
from leakcheck.reports.formats.sarif import MAX_RELATED, Report
from leakcheck.reports.wording.local_paths import uri
from leakcheck.reports.wording.rules import RULES
from reports import samples
from reports.golden import assert_golden
from reports.samples import edge, leak, result, suite, verdict

SCHEMA = Path(__file__).parents[2] / "schemas" / "sarif-schema-2.1.0.json"
A, V = "tests/test_a.py::test_a", "tests/test_v.py::test_v"
STATE = Location("app_state", "shop:app", "x")
RESULTS = samples.every()


@cache
def validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(
        json.loads(SCHEMA.read_text("utf-8")), format_checker=jsonschema.FormatChecker()
    )


def run_of(found: Result) -> dict[str, Any]:
    (run,) = json.loads(Report().render(found))["runs"]
    assert isinstance(run, dict)
    return run


def leaking(*, line: int = 7, code: str = "LK101", file: str = "tests/conftest.py", key: str = "x") -> Result:
    """One leak, one victim, one finding."""
    source = Source(file, line, "paint", "setup", "painted", "function")
    broken = replace(leak(1, replace(STATE, key=key), "broken", A), victims=(V,), sources=(source,))
    finding = Finding(code, "error", "1 test fails after this leak", file, line, (V,), "L1", "Put it back.")
    tests = (verdict(A), verdict(V, "victim"))
    found = result(tests, leaks=(broken,), edges=(edge((A,), V, "L1"),), findings=(finding,))
    items = tuple(replace(item, line=30 + number) for number, item in enumerate(found.suite.tests))
    return replace(found, suite=replace(found.suite, tests=items))


def only(found: Result) -> dict[str, Any]:
    (each,) = run_of(found)["results"]
    assert isinstance(each, dict)
    return each


def location(file: str, line: int) -> dict[str, Any]:
    return {"artifactLocation": {"uri": file, "uriBaseId": "ROOTDIR"}, "region": {"startLine": line}}


@pytest.mark.parametrize("found", RESULTS.values(), ids=list(RESULTS))
def test_it_is_sarif(found: Result) -> None:
    validator().validate(json.loads(Report().render(found)))


def test_the_schema_refuses_what_is_wrong() -> None:
    document = json.loads(Report().render(leaking()))
    document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    with pytest.raises(jsonschema.ValidationError, match="less than the minimum"):
        validator().validate(document)


def test_transcript() -> None:
    assert_golden("one.sarif.json", Report().render(leaking()))


def test_a_leak_stands_at_the_line_that_writes_and_its_victims_beside_it() -> None:
    found = only(leaking())
    assert [each["physicalLocation"] for each in found["locations"]] == [location("tests/conftest.py", 7)]
    (victim,) = found["relatedLocations"]
    assert victim == {
        "id": 1,
        "physicalLocation": location("tests/test_v.py", 31),
        "message": {"text": V},
    }


@pytest.mark.parametrize("code", ["LK102", "LK103", "LK104"])
def test_a_test_that_is_accused_has_the_writing_line_and_the_others_beside_it(code: str) -> None:
    found = only(leaking(code=code))
    beside = [each["message"]["text"] for each in found["relatedLocations"]]
    assert beside == ["written tests/conftest.py:7 in paint, fixture painted (function scope), during setup", A]


def test_rules_are_those_of_the_codes_and_results_point_at_them() -> None:
    run = run_of(samples.shop())
    rules = run["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == list(RULES)
    for each in run["results"]:
        rule = rules[each["ruleIndex"]]
        assert rule["id"] == each["ruleId"]
        assert rule["defaultConfiguration"]["level"] == each["level"]
        assert len(rule["help"]["text"]) > 60


def test_every_code_that_analysis_knows_has_a_rule() -> None:
    assert set(re.findall(r"LK\d{3}", inspect.getsource(findings))) == set(RULES) - by_code().keys()


def test_a_code_without_a_rule_gets_one() -> None:
    run = run_of(leaking(code="LK999"))
    assert run["tool"]["driver"]["rules"][run["results"][0]["ruleIndex"]]["id"] == "LK999"


def test_fingerprints_stay_when_lines_move_and_differ_otherwise() -> None:
    def fingerprint(found: Result) -> str:
        return str(only(found)["partialFingerprints"]["leakcheck/v1"])

    first = fingerprint(leaking())
    assert fingerprint(leaking(line=99)) == first
    moved = leaking()
    assert fingerprint(replace(moved, leaks=(replace(moved.leaks[0], id="L1", after="other"),))) == first
    others = [leaking(key="y"), leaking(file="tests/other.py"), leaking(code="LK103")]
    assert len({first, *map(fingerprint, others)}) == 4


def test_fingerprints_of_equal_findings_differ() -> None:
    found = leaking()
    run = run_of(replace(found, findings=found.findings * 3))
    assert len({each["partialFingerprints"]["leakcheck/v1"] for each in run["results"]}) == 3


@pytest.mark.parametrize(
    ("path", "encoded"),
    [
        ("tests/test_a.py", "tests/test_a.py"),
        ("tests/a b#c?d%e:f.py", "tests/a%20b%23c%3Fd%25e%3Af.py"),
        ("tests/ä.py", "tests/%C3%A4.py"),
        ("a\x1b.py", "a%1B.py"),
        ("/usr/lib/python3/x y.py", "file:///usr/lib/python3/x%20y.py"),
    ],
)
def test_files_are_uris(path: str, encoded: str) -> None:
    assert uri(path) == encoded
    assert unquote(encoded).removeprefix("file://") == path


def test_paths_are_relative_and_what_lies_elsewhere_has_no_base() -> None:
    inside = only(leaking(file="/project/tests/conftest.py"))["locations"][0]["physicalLocation"]
    assert inside["artifactLocation"] == {"uri": "tests/conftest.py", "uriBaseId": "ROOTDIR"}
    outside = only(leaking(file="/srv/plugin.py"))["locations"][0]["physicalLocation"]
    assert outside["artifactLocation"] == {"uri": "file:///srv/plugin.py"}
    assert "/project" not in Report().render(leaking(file="/project/tests/conftest.py"))


def test_a_line_that_is_not_known_is_left_out() -> None:
    (place,) = only(leaking(line=0))["locations"]
    assert "region" not in place["physicalLocation"]


def test_a_name_is_no_link() -> None:
    for each in run_of(samples.nasty())["results"]:
        assert "](" not in each["message"]["text"]
        assert not [other for other in each["relatedLocations"] if "](" in other["message"]["text"]]


def test_many_victims_are_told_up_to_a_bound() -> None:
    found = leaking()
    many = tuple(f"tests/test_v.py::test_{number}" for number in range(300))
    crowded = replace(found, findings=(replace(found.findings[0], tests=many),), suite=suite(*many))
    assert len(only(crowded)["relatedLocations"]) == MAX_RELATED
    assert len(only(crowded)["properties"]["tests"]) == 300
