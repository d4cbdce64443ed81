"""Hazards as findings: what was recorded is given to each, and people may have chosen other severities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from leakcheck.hazards import Seen, by_code
from leakcheck.records import Execution, Finding, Severity, Suite


def hazard_findings(
    suite: Suite, executions: Iterable[Execution], severities: Mapping[str, Severity]
) -> Iterator[Finding]:
    """All hazards of the suite, by code and place."""
    return hazards_of(Seen.of(suite, executions), severities)


def hazards_of(seen: Seen, severities: Mapping[str, Severity]) -> Iterator[Finding]:
    """The same of what was seen."""
    for code, hazard in by_code().items():
        found = sorted(hazard.found(seen), key=lambda each: (each.file, each.line, each.title))
        yield from (replace(each, severity=severities.get(code, each.severity)) for each in found)
