"""What others' objects make of themselves when they are used for the first time, and what can be taken back from
them so that the next one is the first again."""

from __future__ import annotations

from enum import Enum, EnumMeta
from typing import Any

from leakcheck.probes import MISSING
from leakcheck.snapshots.frames import is_project_module
from leakcheck.snapshots.type_names import module_of


def is_first_use(holder: str, old: Any, new: Any, *, internal: bool) -> bool:
    """Whether a difference in a holder of this kind is that: something in place of nothing, the first entries of
    a cache, or, `internal` to an object of others, a later state in place of the one in which it begins (an HTTP
    client that has sent its first request)."""
    if holder == "cache" and old == 0:
        return True
    return internal and (old is MISSING or old is None or _has_begun(old, new))


def _has_begun(old: Any, new: Any) -> bool:
    """Whether others' enumeration of states went on from its first member. Nothing of it is called: one with a
    metaclass of its own is none."""
    kind = type(old)
    if type(kind) is not EnumMeta or type(new) is not kind or not issubclass(kind, Enum):
        return False
    names = type.__getattribute__(kind, "_member_names_")
    first = names and type.__getattribute__(kind, "_member_map_").get(names[0])
    return first is old and not is_project_module(module_of(kind))
