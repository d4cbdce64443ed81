"""Hazards as the terminal and the page tell them: by code, each with what is wrong and how it is fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leakcheck.hazards import is_hazard
from leakcheck.nouns import plural
from leakcheck.records import Finding, Result
from leakcheck.reports.wording.root_causes import grouped
from leakcheck.reports.wording.rules import RULES
from leakcheck.reports.wording.words import clip

TITLE = "Hazards: mistakes that the outcomes do not tell"


def hazards(result: Result) -> list[Finding]:
    """The hazards that count: neither ignored nor known."""
    return [each for each in result.findings if is_hazard(each.code) and not each.ignored and not each.known]


def by_kind(found: Sequence[Finding]) -> Mapping[str, Sequence[Finding]]:
    """A title for each code, with its findings."""
    by_code = grouped(found, lambda each: each.code)
    return {f"{code} {RULES[code].short}": each for code, each in by_code.items()}


def maker(finding: Finding) -> str:
    """Who does it: a fixture, or a file at its import; "" where it is its tests."""
    file, mark, name = finding.fixture.rpartition("::")
    if finding.fixture == finding.file:
        return "at import"
    return clip(f"fixture {name}") if mark and file == finding.file else ""


def hazards_in_words(result: Result) -> str:
    """How many there are; "" if there are none."""
    found = hazards(result)
    return plural(len(found), "hazard") if found else ""
