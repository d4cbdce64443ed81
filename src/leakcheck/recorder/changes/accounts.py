"""What the ledger keeps: owners that are watched, what each lifetime wrote, and values to be put back."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field

from leakcheck.probes import KindOfState
from leakcheck.recorder.changes.causes import Cause
from leakcheck.recorder.changes.owner_names import Birth
from leakcheck.records import Source
from leakcheck.snapshots.snapshot import Snapshot

Lifetime = tuple[str | int, ...]
Spot = tuple["Place", str]
SESSION = "session"
_SCOPES = ("function", "class", "module", "package", SESSION)


class Place:
    """One watched owner of one kind."""

    __slots__ = ("__weakref__", "birth", "known", "name", "probe", "ref", "seen", "touched")

    def __init__(self, probe: KindOfState, ref: weakref.ref[object], birth: Birth) -> None:
        self.probe = probe
        self.ref = ref
        self.birth = birth
        self.known: dict[str, Snapshot] = {}
        self.seen: dict[str, object] = {}
        self.touched: dict[str | None, tuple[Cause, Source | None]] = {}
        self.name: str | None = None


@dataclass(slots=True)
class Account:
    """What one lifetime wrote: the value before its first write, and the lines. `scope` is that of a fixture which
    several tests share."""

    scope: str = ""
    before: dict[Spot, Snapshot] = field(default_factory=dict)
    sources: dict[Spot, list[Source]] = field(default_factory=dict)
    stray: set[Spot] = field(default_factory=set)


def narrowest(scopes: Iterable[str]) -> str:
    """Of some scopes of fixtures the one that ends first; "" if there is none."""
    return min(filter(None, scopes), key=_SCOPES.index, default="")
