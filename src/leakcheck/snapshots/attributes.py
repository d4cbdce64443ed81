"""Where the attributes of an object are kept: in its `__dict__`, and in slots."""

from __future__ import annotations

import types
from typing import Any, ClassVar

from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.type_names import module_of


def state_of(value: Any) -> dict[str, Any] | None:
    try:
        state = object.__getattribute__(value, "__dict__")
    except Exception:  # an object may have none, or be in ruins
        return None
    return state if isinstance(state, dict) else None


class Slots:
    """The slots of classes. They are kept by the identity of the class, which is kept alive: to hash a class would
    call what its metaclass may have put there."""

    _known: ClassVar[dict[int, tuple[type[Any], tuple[tuple[str, Any], ...]]]] = {}

    @classmethod
    def of(cls, kind: type[Any]) -> tuple[tuple[str, Any], ...]:
        """(name, descriptor) of every slot of a class and its bases."""
        if identity(kind) not in cls._known:
            found = tuple(
                (name, member)
                for base in type.__getattribute__(kind, "__mro__")
                if base is not object and module_of(base) != "builtins"
                for name, member in list(type.__getattribute__(base, "__dict__").items())
                if type(member) is types.MemberDescriptorType
            )
            cls._known[identity(kind)] = (kind, found)
        return cls._known[identity(kind)][1]
