"""Ignore rules as a configuration file has them: `[[tool.leakcheck.ignore]]`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from leakcheck.discovery import module_names
from leakcheck.options.checks import Check, Unfit, did_you_mean, text
from leakcheck.options.rules import ANY, Ignore
from leakcheck.probes import kinds

Problem = tuple[str, object, str]
"""(key, value, what is wrong with it)."""

WHAT = ("code", "kind", "owner", "key", "test", "file")


def read_rules(tables: object, where: str) -> tuple[list[Ignore], list[Problem]]:
    """The rules, and everything that is wrong with them; `where` is the name of the file."""
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return [], [("ignore", tables, "tables are expected, each below [[tool.leakcheck.ignore]]")]
    rules, problems = [], []
    for number, table in enumerate(tables, start=1):
        label = f"ignore rule {number}"
        values: dict[str, Any] = {}
        wrong = list(_check(table, values))
        problems += [(f"{label}: {key}", value, text) for key, value, text in wrong]
        if not wrong:
            rules.append(Ignore(**values, origin=f"{where}, {label}"))
    return rules, problems


def _check(table: Mapping[str, object], values: dict[str, Any]) -> Iterator[Problem]:
    for key, value in table.items():
        check = _CHECKS.get(key)
        if check is None:
            yield key, value, f"there is no such key{did_you_mean(key, list(_CHECKS))}"
            continue
        try:
            values[key] = check(value)
        except Unfit as unfit:
            yield key, value, str(unfit)
    if "reason" not in table:
        yield "reason", None, "a reason is required"
    if not any(key in table for key in WHAT):
        yield ", ".join(WHAT), None, "at least one of these is required"


def _kind(value: object) -> str:
    """Other packages may add kinds: only what is near to one of ours is taken for a mistake."""
    pattern = text(value)
    own = module_names(kinds)
    near = did_you_mean(pattern, own)
    if pattern not in own and near and "*" not in pattern and "?" not in pattern:
        raise Unfit(f"a kind of state is expected{near}")
    return pattern


def _pattern(value: object) -> str:
    pattern = text(value)
    if pattern == ANY:
        raise Unfit("a pattern that not everything fits is expected; leave the key out for that")
    return pattern


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Unfit("a date is expected, like 2030-01-31")


def _code(value: object) -> str:
    pattern = _pattern(value)
    if not _CODE.fullmatch(pattern):
        raise Unfit("a code of a finding is expected, like LK501")
    return pattern


_CODE = re.compile(r"[LK0-9*?]{1,5}")
_CHECKS: Mapping[str, Check] = {
    "code": _code,
    "kind": _kind,
    "owner": _pattern,
    "key": _pattern,
    "test": _pattern,
    "file": _pattern,
    "reason": text,
    "until": _day,
}
