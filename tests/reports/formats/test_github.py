from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.records import Finding, Result, Severity
from leakcheck.reports.formats.github import MAX_MESSAGE, Report
from reports import samples
from reports.golden import assert_golden
from reports.samples import leak, result, verdict

PROPERTY = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
DATA = {"%0D": "\r", "%0A": "\n", "%25": "%"}


class Command(NamedTuple):
    """A line as the runner of GitHub takes it apart."""

    name: str
    properties: dict[str, str]
    message: str


def unescaped(text: str, escapes: dict[str, str]) -> str:
    return re.sub("|".join(escapes), lambda found: escapes[found[0]], text)


def parsed(line: str) -> Command:
    """What the runner does: the command ends at the first "::", its properties are told apart by commas."""
    assert line.startswith("::"), line
    head, _, message = line[2:].partition("::")
    name, _, given = head.partition(" ")
    pairs = (pair.partition("=") for pair in given.split(","))
    return Command(name, {key: unescaped(value, PROPERTY) for key, _, value in pairs}, unescaped(message, DATA))


def commands(found: Result) -> list[Command]:
    return [parsed(line) for line in re.split("[\r\n]", Report().render(found).removesuffix("\n"))]


def crowd(severity: Severity, number: int) -> tuple[Finding, ...]:
    one = Finding("LK101", severity, "", "a.py", 1, (), None, "")
    return tuple(replace(one, title=f"title {each}", tests=("t",) * each) for each in range(number))


def test_transcript() -> None:
    assert_golden("shop.github.txt", Report().render(samples.shop()))


def test_a_finding_stands_at_its_line_with_its_story() -> None:
    first = commands(samples.shop())[1]
    assert first.name == "error"
    assert first.properties["file"] == "tests/conftest.py"
    assert first.properties["line"] == "41"
    assert first.properties["title"].startswith("LK101: ")
    assert "5 tests fail after any of 5 polluters (proven" in first.message
    assert "\npytest tests/test_orders.py::test_total_counts_every_piece tests/test_accounts" in first.message


@pytest.mark.parametrize("found", [samples.hostile(), samples.nasty()], ids=["hostile", "nasty"])
def test_no_name_makes_a_command_of_its_own(found: Result) -> None:
    told = commands(found)
    assert {each.name for each in told} <= {"error", "warning", "notice"}
    for each in told:
        assert set(each.properties) <= {"file", "line", "title"}
    assert len(told) <= len(found.findings) + 1


@given(st.text(st.characters(), max_size=30))
def test_any_text_comes_back_as_it_was_spelled(text: str) -> None:
    broken = replace(leak(1, samples.shop().leaks[0].location, "broken", text or "t"), after=text)
    finding = Finding("LK101", "error", text, text, 3, (text,), "L1", text)
    found = result((verdict("t"),), leaks=(broken,), findings=(finding,))
    _, only = commands(found)
    assert only.name == "error"
    assert only.properties["line"] == "3"
    assert set(only.properties) <= {"file", "line", "title"}


def test_levels_follow_severities() -> None:
    findings = tuple(crowd(severity, 1)[0] for severity in ("note", "error", "warning"))
    found = result((verdict("t"),), findings=findings)
    assert [each.name for each in commands(found)] == ["notice", "error", "warning", "notice"]


@pytest.mark.parametrize(("severity", "level"), [("error", "error"), ("warning", "warning"), ("note", "notice")])
@pytest.mark.parametrize("number", [9, 10, 11, 200])
def test_never_more_than_github_shows_of_a_level_and_the_rest_is_counted(
    severity: Severity, level: str, number: int
) -> None:
    told = [
        each for each in commands(result((verdict("t"),), findings=crowd(severity, number))) if each.name == level
    ]
    shown = [each for each in told if "file" in each.properties]
    assert len(told) <= 10
    if len(shown) < number:
        assert told[-1].properties == {"title": f"leakcheck: {number - len(shown)} more {level}s"}
        assert told[-1].message.startswith(f"{number - len(shown)} more {level}s: GitHub shows 10")
    else:
        assert len(shown) == number


def test_what_concerns_most_tests_comes_first() -> None:
    told = commands(result((verdict("t"),), findings=crowd("error", 30)))
    assert [each.properties["title"] for each in told if "file" in each.properties] == [
        f"LK101: title {number}" for number in range(29, 20, -1)
    ]


def test_a_message_is_bounded_and_a_command_whole_or_not_there() -> None:
    for each in commands(samples.hostile()):
        assert len(each.message) <= MAX_MESSAGE
        assert len(each.properties.get("title", "")) < 250
    assert not [each for each in commands(samples.hostile()) if re.search(r"^pytest", each.message, re.M)]


def test_a_clean_suite_has_its_verdict_only() -> None:
    assert Report().render(result((verdict("t"),))) == (
        "::notice title=leakcheck::1 test: none order-dependent%0Ano leak\n"
    )


def test_a_line_that_is_not_known_is_left_out() -> None:
    (finding,) = crowd("error", 1)
    _, only = commands(result((verdict("t"),), findings=(replace(finding, line=0),)))
    assert set(only.properties) == {"file", "title"}
