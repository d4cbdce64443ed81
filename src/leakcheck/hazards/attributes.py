"""What an object holds, past whatever its class defines: none of the project's code is run."""

from __future__ import annotations

from typing import Any


def attributes(node: object) -> dict[str, Any]:
    """The attributes of an object; {} if it has none."""
    try:
        values = object.__getattribute__(node, "__dict__")
    except AttributeError:
        return {} if node is None else {name: getattr(node, name, None) for name in _slots(type(node))}
    return values if type(values) is dict else {}


def declared(cls: type[Any], name: str) -> Any:
    """What a class or one of its bases has under a name; None if none has."""
    return next((vars(each)[name] for each in cls.__mro__ if name in vars(each)), None)


def _slots(kind: type[Any]) -> tuple[str, ...]:
    """Those of a class of FastAPI's own: no others are asked for anything."""
    module = type.__getattribute__(kind, "__module__")
    is_fastapi = type(module) is str and module.partition(".")[0] == "fastapi"
    names = vars(kind).get("__slots__", ()) if is_fastapi else ()
    return names if type(names) is tuple else ()
