"""Which variables a class of settings reads, as Pydantic has it: read off the class, nothing of it is run."""

from __future__ import annotations

from collections.abc import Iterator
from types import FrameType
from typing import Any

from leakcheck.hazards.attributes import declared

_DEEPEST = 5
"""A model may hold itself."""


def fields_read(frame: FrameType) -> tuple[str, ...] | None:
    """The variables of the settings that Pydantic makes in `frame`; None if it does nothing of the sort."""
    module = frame.f_globals.get("__name__")
    if type(module) is not str or not module.startswith("pydantic"):
        return None
    cls = frame.f_locals.get("settings_cls") or type(frame.f_locals.get("self"))
    if not isinstance(cls, type):
        return None
    config = declared(cls, "model_config")
    known = config if type(config) is dict else {}
    fields = _fields(cls)
    return None if fields is None else tuple(_all(fields, known.get("env_prefix", ""), known, _DEEPEST))


def _fields(cls: object) -> dict[str, object] | None:
    if not isinstance(cls, type):
        return None
    fields = declared(cls, "__pydantic_fields__") or declared(cls, "model_fields")
    return fields if type(fields) is dict else None


def _all(fields: dict[str, object], prefix: str, config: dict[str, Any], depth: int) -> Iterator[str]:
    """The variables of all fields, and of the fields of models in them, where the settings take these apart."""
    delimiter = config.get("env_nested_delimiter")
    for name, field in fields.items():
        for each in _names(f"{prefix}{name}", field):
            yield from dict.fromkeys((each.upper(), each))
            inner = _fields(getattr(field, "annotation", None)) if delimiter and depth else None
            yield from () if inner is None else _all(inner, f"{each}{delimiter}", config, depth - 1)


def _names(name: str, field: object) -> list[str]:
    """What a field may be read from: an alias, which has no prefix, takes the place of its name."""
    alias = getattr(field, "validation_alias", None) or getattr(field, "alias", None)
    return [alias or name] if alias is None or type(alias) is str else _choices(alias)


def _choices(alias: Any) -> list[str]:
    return [each for each in getattr(alias, "choices", ()) if type(each) is str]
