"""Findings that the baseline knows or a rule ignores: suppressed in SARIF, no failure and no line anywhere else."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema
from rich.console import Console

from leakcheck.records import Result
from leakcheck.reports import formats
from leakcheck.reports.formats.terminal import Report as Terminal
from reports import samples

SCHEMAS = Path(__file__).parents[1] / "schemas"
REASON = "]]> **until** the\nmove"
LEAKS = {"L1": {"known": True}, "L7": {"ignored": REASON}}


def pardoned() -> Result:
    """The shop, where everything found of L1 is in the baseline and everything found of L7 is ignored."""
    shop = samples.shop()
    findings = (replace(each, **LEAKS.get(each.leak or "", {})) for each in shop.findings)  # type: ignore[arg-type]
    return replace(shop, findings=tuple(findings))


def all_pardoned() -> Result:
    shop = samples.shop()
    return replace(shop, findings=tuple(replace(each, known=True) for each in shop.findings))


def rendered(name: str, found: Result) -> str:
    return formats()[name].render(found)


def test_sarif_tells_them_as_suppressed() -> None:
    document = json.loads(rendered("sarif", pardoned()))
    jsonschema.validate(document, json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text("utf-8")))
    results = document["runs"][0]["results"]
    told = [[each["justification"] for each in result.get("suppressions", ())] for result in results]
    assert len(results) == len(samples.shop().findings)
    assert told[0] == ["in the baseline"]
    assert [REASON.replace("\n", "\\n")] in told
    assert told.count([]) == len(results) - 2


@pytest.mark.parametrize("name", ["gitlab", "github", "markdown", "github-summary"])
@pytest.mark.parametrize("leak", ["dependency_overrides[", "shop.mailer.send"])
def test_other_formats_leave_them_out(name: str, leak: str) -> None:
    assert leak in rendered(name, samples.shop())
    assert leak not in rendered(name, pardoned())


def test_brief_leaves_them_out() -> None:
    stream = io.StringIO()
    Terminal().write(pardoned(), Console(file=stream, width=100), "brief")
    assert "dependency_overrides" not in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == len(samples.shop().findings) - 1


@pytest.mark.parametrize("name", ["github", "markdown", "github-summary", "junit"])
def test_how_many_do_not_count_is_told(name: str) -> None:
    assert "2 findings do not count: 1 in the baseline, 1 ignored" in rendered(name, pardoned())
    assert "not count" not in rendered(name, samples.shop())


def test_fingerprints_are_the_same_with_and_without_pardon() -> None:
    whole = json.loads(rendered("gitlab", samples.shop()))
    assert [each for each in json.loads(rendered("gitlab", pardoned())) if each not in whole] == []


def test_no_failure_in_junit_and_why() -> None:
    text = rendered("junit", pardoned())
    xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd")).validate(text)
    cases = {each.attrib["name"]: each for each in ElementTree.fromstring(text).iter("testcase")}
    victim, mailed = cases["test_profile_needs_a_login"], cases["test_send_keeps_a_copy"]
    assert [each.tag for each in victim] == ["system-out"]
    assert victim.findtext("system-out") == "victim, not counted: in the baseline"
    assert mailed.findtext("system-out") == "victim, not counted: ]]> **until** the\nmove"
    assert cases["test_guests_are_greeted"].find("failure") is not None


def test_a_test_that_something_new_hurts_too_is_a_failure() -> None:
    shop = pardoned()
    new = replace(shop.findings[1], tests=shop.findings[0].tests[:1])
    root = ElementTree.fromstring(rendered("junit", replace(shop, findings=(*shop.findings, new))))
    failed = {each.attrib["name"] for each in root.iter("testcase") if each.find("failure") is not None}
    assert "test_profile_needs_a_login" in failed
    assert "test_profile_needs_our_signature" not in failed


@pytest.mark.parametrize("name", ["gitlab", "github", "markdown", "github-summary", "junit"])
def test_where_nothing_counts_nothing_is_shown(name: str) -> None:
    text = rendered(name, all_pardoned())
    assert "LK1" not in text
    if name == "junit":
        assert ElementTree.fromstring(text).attrib["failures"] == "0"
