from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from leakcheck.records import Result
from leakcheck.reports.formats.gitlab import Report
from reports import samples
from reports.golden import assert_golden

# What the documentation of GitLab asks of a code quality report ("Code Quality report format").
DOCUMENTED = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "location", "severity"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32,}$"},
            # Of the format by Code Climate that it is a part of; what GitLab does not know, it leaves out.
            "content": {"type": "object", "properties": {"body": {"type": "string"}}},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "minLength": 1, "pattern": "^(?!/|\\./)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
RESULTS = [samples.shop(), samples.troubled(), samples.hostile(), samples.nasty(), samples.result()]


def issues(found: Result) -> list[dict[str, Any]]:
    loaded = json.loads(Report().render(found))
    assert isinstance(loaded, list)
    return loaded


@pytest.mark.parametrize("found", RESULTS, ids=["shop", "troubled", "hostile", "nasty", "empty"])
def test_it_is_what_gitlab_documents(found: Result) -> None:
    jsonschema.validate(issues(found), DOCUMENTED)
    assert not Report().render(found).startswith("\ufeff")


@pytest.mark.parametrize("found", RESULTS, ids=["shop", "troubled", "hostile", "nasty", "empty"])
def test_no_two_issues_are_the_same(found: Result) -> None:
    assert len({each["fingerprint"] for each in issues(found)}) == len(found.findings)


def test_transcript() -> None:
    assert_golden("shop.gitlab.json", Report().render(samples.shop()))


def test_severities() -> None:
    shop = samples.shop()
    pairs = zip(shop.findings, issues(shop), strict=True)
    words = {finding.severity: issue["severity"] for finding, issue in pairs}
    assert words == {"error": "critical", "warning": "minor", "note": "info"}


def test_a_line_that_is_not_known_is_the_first() -> None:
    shop = samples.shop()
    (issue,) = issues(replace(shop, findings=(replace(shop.findings[0], line=0),)))
    assert issue["location"]["lines"] == {"begin": 1}


def test_paths_are_relative() -> None:
    shop = samples.shop()
    (issue,) = issues(replace(shop, findings=(replace(shop.findings[0], file="/project/tests/conftest.py"),)))
    assert issue["location"]["path"] == "tests/conftest.py"
