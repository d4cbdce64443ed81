"""The JSON Schema of the configuration, made from the table of options: editors complete and check by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from leakcheck.discovery import module_names
from leakcheck.options.ignoring import WHAT
from leakcheck.options.table import KEYS, Option
from leakcheck.probes import kinds
from leakcheck.records import Severity
from leakcheck.wire.database_terms import MEGABYTES

Schema = dict[str, Any]
_TEXT = r"\S"
"""What a text that says something fits."""
_TYPES: Mapping[Any, Schema] = {
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    str: {"type": "string", "pattern": _TEXT},
}
_PATTERNS = {
    "code": "the code of a finding, like LK502",
    "kind": "a kind of state, like app_state",
    "owner": "what holds the state, like shop.main:app",
    "key": "its name there",
    "test": "a test id",
    "file": "the file of a test, or a file whose lines write",
}


def config_schema() -> Schema:
    """Of `leakcheck.toml` as a whole, and of the table `[tool.leakcheck]` in pyproject.toml."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:leakcheck:configuration",
        "title": "leakcheck configuration",
        "description": "The keys of leakcheck.toml, and of [tool.leakcheck] in pyproject.toml.",
        "type": "object",
        "properties": {
            **{key: _key(option) for key, option in KEYS.items()},
            "ignore": {"description": "What does not count, and why.", "type": "array", "items": _rule()},
            "severity": _severities(),
            "databases": _databases(),
        },
        "additionalProperties": False,
    }


def _key(option: Option) -> Schema:
    told = {"description": option.said.help} if option.said.help else {}
    return told | _value(option) | _default(option)


def _value(option: Option) -> Schema:
    compound, least = option.said.compound, option.said.least
    if compound is not None:
        numbers = {"type": "number", "minimum": 0}
        return {"anyOf": [numbers, {"type": "string", "pattern": _TEXT, "description": compound.expected}]}
    if option.choices:
        return {"enum": list(option.choices)}
    if option.is_list:
        return {"type": "array", "items": {"type": "string"}}
    return dict(_TYPES[option.hint]) | ({} if least is None else {"minimum": least})


def _default(option: Option) -> Schema:
    """Only where it is the same everywhere."""
    varies = option.default is None or option.said.usual or option.said.compound is not None
    if varies and option.said.usual:
        return {"$comment": f"default: {option.said.usual}"}
    return {} if varies or option.is_list else {"default": option.default}


def _rule() -> Schema:
    own = ", ".join(sorted(module_names(kinds)))
    patterns = {
        name: {"type": "string", "pattern": _TEXT, "description": f"A pattern (* and ?): {about}."}
        for name, about in _PATTERNS.items()
    }
    patterns["kind"]["$comment"] = f"{own}; other packages may add some"
    return {
        "type": "object",
        "properties": {
            **patterns,
            "reason": {"type": "string", "pattern": _TEXT, "description": "Shown wherever the finding is."},
            "until": {"description": "The last day on which the rule holds, a date of TOML or like 2030-01-31."},
        },
        "required": ["reason"],
        "anyOf": [{"required": [name]} for name in WHAT],
        "additionalProperties": False,
    }


def _databases() -> Schema:
    texts: Schema = {"type": "array", "items": {"type": "string"}}
    return {
        "description": "PostgreSQL databases: what cannot be guessed of their copies.",
        "type": "object",
        "properties": {
            "urls": texts
            | {"items": {"type": "string", "pattern": r"^[A-Za-z_][A-Za-z0-9_]*$"}}
            | {"description": "Variables that hold the URL of a database to be copied, wherever it is."},
            "servers": texts
            | {"items": {"type": "string", "pattern": r"^[^\s/:@]+(:[0-9]{1,5})?$"}}
            | {"description": "Servers elsewhere on which copies may be made, like db or db:5433."},
            "leave": texts
            | {"items": {"type": "string", "pattern": _TEXT}}
            | {"description": "Databases (patterns, * and ?) that are left alone."},
            "templates": {
                "description": "Database to template: of what copies are made in its place.",
                "type": "object",
                "additionalProperties": {"type": "string", "pattern": _TEXT},
            },
            "megabytes": {
                "description": "What is larger is not copied.",
                "type": "integer",
                "minimum": 1,
                "default": MEGABYTES,
            },
        },
        "additionalProperties": False,
    }


def _severities() -> Schema:
    return {
        "description": "Severities of hazards, by their codes.",
        "type": "object",
        "patternProperties": {"^LK5[0-9]{2}$": {"enum": list(get_args(Severity))}},
        "additionalProperties": False,
    }
