"""What was registered with generic functions (`functools.singledispatch`) and abstract classes (`ABC.register`)."""

from __future__ import annotations

import importlib
import types
from abc import ABCMeta
from typing import Any, cast

from leakcheck.snapshots.holdings import cell_content
from leakcheck.snapshots.markers import Items

_abc: Any = importlib.import_module("_abc")
VIRTUAL = "_abc_registry"
"""What the registry of an abstract class was called when it had a name."""


def implementations(function: types.FunctionType) -> dict[Any, Any] | None:
    """class -> implementation of a generic function, the very dict; None for any other function."""
    names = function.__dict__
    dispatch = names.get("dispatch")
    if type(names.get("registry")) is not types.MappingProxyType or type(dispatch) is not types.FunctionType:
        return None
    cells = dict(zip(dispatch.__code__.co_freevars, dispatch.__closure__ or (), strict=True))
    found = cell_content(cells["registry"]) if "registry" in cells else None
    return found if type(found) is dict else None


def put_back_implementation(function: types.FunctionType, kind: Any, old: Any, was_there: bool) -> None:
    """What was found so far is forgotten."""
    found = implementations(function) or {}
    if was_there:
        found[kind] = old
    else:
        found.pop(kind, None)
    function.__dict__["_clear_cache"]()


def is_abstract(kind: type[Any]) -> bool:
    """Whether `kind` has a registry of virtual subclasses."""
    return "_abc_impl" in type.__getattribute__(kind, "__dict__")


def virtual(kind: type[Any]) -> Items:
    """References to the virtual subclasses that an abstract class has."""
    return Items(_abc._get_dump(kind)[0])


def put_back_virtual(kind: type[Any], old: Items) -> None:
    """Register these and no others. What was found so far is forgotten, of the classes above it, too."""
    _abc._reset_registry(kind)
    for each in type.__getattribute__(kind, "__mro__"):
        if is_abstract(each):
            _abc._reset_caches(each)
    for reference in old:
        subclass = reference()
        if subclass is not None:
            ABCMeta.register(cast(ABCMeta, kind), subclass)
