"""Hazards as findings: what was recorded is given to each, and people may have chosen other severities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from leakcheck.hazards import Seen, found
from leakcheck.records import Execution, Finding, Severity, Suite


def hazard_findings(
    suite: Suite, executions: Iterable[Execution], severities: Mapping[str, Severity]
) -> Iterator[Finding]:
    """All hazards of the suite, by code and place."""
    for each in found(Seen.of(suite, executions)):
        yield replace(each, severity=severities.get(each.code, each.severity))
