"""One kind of state per file: what it watches, how reads and writes are seen, how it is put back.

Every module of this package whose name does not begin with an underscore holds one class `Probe` that keeps to
the contract `KindOfState`. Modules that begin with an underscore are shared parts.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, Literal, Protocol

Tracking = Literal["tracked", "compared"]


class Ledger(Protocol):
    """What a probe tells: the recorder's book of owners, reads and writes."""

    def born(self, probe: KindOfState, owner: object) -> None:
        """`owner` exists from now on and is to be watched."""

    def read(self, probe: KindOfState, owner: object, key: str) -> None:
        """The running code consults `key` of `owner` (`records.WHOLE` for all of it)."""

    def written(self, probe: KindOfState, owner: object, key: str | None = None) -> None:
        """The running code has just written `key` of `owner`; None when it may have written any."""

    def touched(self, probe: KindOfState, owner: object, key: str | None = None) -> None:
        """The running code got hold of the value of `key` of `owner` and may be about to change it in place."""


class KindOfState(Protocol):
    """The contract of a probe."""

    kind: str
    tracking: Tracking
    in_place: bool
    """Whether values may change where they stand; values of other kinds are only ever replaced."""

    def patches(self) -> Mapping[str, Callable[[ModuleType, Ledger], None]]:
        """What to do with which module right after its import, keyed by the module's name."""

    def state(self, owner: Any) -> Mapping[str, object]:
        """The live values of `owner` by key. Runs none of the project's code."""

    def show(self, owner: Any, key: str, value: object) -> str | None:
        """A fixed text for a value (for example a digest of a secret), None for the ordinary photograph."""

    def restore(self, owner: Any, key: str, saved: object) -> None:
        """Put `saved` back under `key`; `MISSING` removes the key."""


class Missing:
    """The value of a key that is not there."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "absent"


MISSING = Missing()


def discover() -> tuple[KindOfState, ...]:
    """An instance of every probe in this package, by name."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))
    return tuple(importlib.import_module(f"{__name__}.{name}").Probe() for name in names)
