"""Which variables a class of settings reads, as Pydantic has it: read off the class, nothing of it is run."""

from __future__ import annotations

from collections.abc import Iterator
from types import FrameType
from typing import Any

from leakcheck.hazards.attributes import declared


def fields_read(frame: FrameType) -> tuple[str, ...] | None:
    """The variables of the settings that Pydantic makes in `frame`; None if it does nothing of the sort."""
    module = frame.f_globals.get("__name__")
    if type(module) is not str or not module.startswith("pydantic"):
        return None
    cls = frame.f_locals.get("settings_cls") or type(frame.f_locals.get("self"))
    if not isinstance(cls, type):
        return None
    fields = declared(cls, "__pydantic_fields__") or declared(cls, "model_fields")
    if type(fields) is not dict:
        return None
    config = declared(cls, "model_config")
    prefix = config.get("env_prefix", "") if type(config) is dict else ""
    return tuple(variable for name, field in fields.items() for variable in _variables(f"{prefix}{name}", field))


def _variables(name: str, field: object) -> Iterator[str]:
    """Those that a field may be read from: an alias, which has no prefix, takes the place of its name."""
    alias = getattr(field, "validation_alias", None) or getattr(field, "alias", None)
    names = [name if alias is None else alias] if alias is None or type(alias) is str else _choices(alias)
    for each in names:
        yield from dict.fromkeys((each.upper(), each))


def _choices(alias: Any) -> list[str]:
    return [each for each in getattr(alias, "choices", ()) if type(each) is str]
