"""Pieces that a JSON Schema is made of."""

from __future__ import annotations

from typing import Any, get_args

Schema = dict[str, Any]


def record(description: str, **properties: Schema) -> Schema:
    """An object that has all `properties` and no other."""
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def string(description: str = "") -> Schema:
    """Any text."""
    return {"type": "string"} | ({"description": description} if description else {})


def count(description: str = "") -> Schema:
    """A whole number from 0."""
    return {"type": "integer", "minimum": 0} | ({"description": description} if description else {})


def seconds(description: str) -> Schema:
    """A duration in seconds."""
    return {"type": "number", "minimum": 0, "description": description}


def nullable(kind: str, description: str) -> Schema:
    """A value of JSON type `kind`, or null."""
    return {"type": [kind, "null"], "description": description}


def one_of(values: Any, description: str = "") -> Schema:
    """One of the words of a `Literal` type."""
    return {"enum": list(get_args(values))} | ({"description": description} if description else {})


def array_of(items: Schema, description: str) -> Schema:
    """Any number of `items`."""
    return {"type": "array", "items": items, "description": description}


def map_of(values: Schema, description: str) -> Schema:
    """An object with free keys."""
    return {"type": "object", "additionalProperties": values, "description": description}


def counts_of(names: Any, description: str) -> Schema:
    """An object of numbers; its keys are among the words of a `Literal` type."""
    counts = {name: count() for name in get_args(names)}
    return {
        "type": "object",
        "properties": counts,
        "additionalProperties": False,
        "description": description,
    }


def ref(name: str) -> Schema:
    """What `$defs` holds under `name`."""
    return {"$ref": f"#/$defs/{name}"}
