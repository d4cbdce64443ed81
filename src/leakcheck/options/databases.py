"""What a configuration file says of databases: `[tool.leakcheck.databases]`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from leakcheck.options.checks import Check, Unfit, did_you_mean, texts, whole
from leakcheck.wire.database_terms import DatabaseTerms

Problem = tuple[str, object, str]
"""(key, value, what is wrong with it)."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SERVER = re.compile(r"[^\s/:@]+(:[0-9]{1,5})?")


def read_databases(table: object) -> tuple[str, list[Problem]]:
    """The terms in one text, and everything that is wrong with them."""
    if not isinstance(table, dict):
        return "", [("databases", table, "a table is expected, [tool.leakcheck.databases]")]
    values: dict[str, Any] = {}
    problems = [(f"databases: {key}", value, wrong) for key, value, wrong in _check(table, values)]
    return ("" if problems else DatabaseTerms(**values).encode()), problems


def _check(table: Mapping[str, object], values: dict[str, Any]) -> Iterator[Problem]:
    for key, value in table.items():
        if key not in CHECKS:
            yield key, value, f"there is no such key{did_you_mean(key, list(CHECKS))}"
            continue
        try:
            values[key] = CHECKS[key](value)
        except Unfit as unfit:
            yield key, value, str(unfit)


def _variables(value: object) -> tuple[str, ...]:
    names = texts(value)
    for name in names:
        if not _VARIABLE.fullmatch(name):
            raise Unfit(f"names of variables of the environment are expected, and {name!r:.40} is none")
    return names


def _servers(value: object) -> tuple[str, ...]:
    names = texts(value)
    for name in names:
        if not _SERVER.fullmatch(name):
            raise Unfit('servers are expected, like "db" or "db:5433", without a user and a password')
    return names


def _patterns(value: object) -> tuple[str, ...]:
    names = texts(value)
    if not all(name.strip() for name in names):
        raise Unfit("names of databases are expected, none of them empty")
    return names


def _templates(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(each, str) and each.strip() for each in value.values()):
        raise Unfit('a table is expected, database to template, like {shop_test = "shop_template"}')
    return dict(value)


CHECKS: Mapping[str, Check] = {
    "urls": _variables,
    "servers": _servers,
    "leave": _patterns,
    "templates": _templates,
    "megabytes": whole(1),
}
"""By the keys of the table."""
