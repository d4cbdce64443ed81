"""The severities of hazards, as a configuration file has them: `severity = {LK501 = "error"}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from leakcheck.hazards import by_code
from leakcheck.options.checks import Unfit, did_you_mean, one_of
from leakcheck.records import Severity

Problem = tuple[str, object, str]
"""(key, value, what is wrong with it)."""


def read_severities(table: object) -> tuple[Mapping[str, Severity], list[Problem]]:
    """The severities by the codes of hazards, and everything that is wrong with them."""
    if not isinstance(table, dict):
        return {}, [("severity", table, 'a table is expected, like {LK501 = "error"}')]
    problems = list(_wrong(table))
    return (table if not problems else {}), problems


def _wrong(table: Mapping[str, object]) -> Iterator[Problem]:
    check = one_of(get_args(Severity))
    for code, value in table.items():
        if code not in by_code():
            yield f"severity: {code}", value, _no_hazard(code)
            continue
        try:
            check(value)
        except Unfit as unfit:
            yield f"severity: {code}", value, str(unfit)


def _no_hazard(code: str) -> str:
    known = sorted(by_code())
    return f"no hazard has this code{did_you_mean(code, known) or f'; they are {known[0]} to {known[-1]}'}"
