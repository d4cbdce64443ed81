"""What the ledger keeps: owners that are watched, what each lifetime wrote, and values to be put back."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field

from leakcheck.probes import KindOfState
from leakcheck.recorder.changes.causes import Cause
from leakcheck.recorder.changes.owner_names import Birth
from leakcheck.records import Source
from leakcheck.snapshots.frames import executing_modules
from leakcheck.snapshots.snapshot import ABSENT, Snapshot, differences, same

Lifetime = tuple[str | int, ...]
Spot = tuple["Place", str]
MAX_SOURCES = 5
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

    def adds(self, key: str, before: Snapshot) -> bool:
        """Whether the last write changed a value where it stands, and so has a part in what is there."""
        return self.probe.in_place and all(row[0] for row in differences(before, self.known.get(key, ABSENT)))

    def is_first_value(self, cause: Cause) -> bool:
        """Whether this write belongs to the making of the owner, or of the project before any test."""
        born = self.birth
        if cause.kind == "import":
            return bool(born.modules) and born.modules[0] in executing_modules(sys._getframe(1))
        return cause.kind == "start" or cause.lifetime == born.cause.lifetime


@dataclass(slots=True)
class Account:
    """What one lifetime wrote: the value before its first write, and the lines. `scope` is that of a fixture which
    several tests share."""

    scope: str = ""
    before: dict[Spot, Snapshot] = field(default_factory=dict)
    sources: dict[Spot, list[Source]] = field(default_factory=dict)
    stray: set[Spot] = field(default_factory=set)

    def differs(self, spot: Spot) -> bool:
        """Whether what stands there is not what stood there before."""
        place, key = spot
        return not same(self.before[spot], place.known.get(key, ABSENT))

    def wrote(self, spot: Spot, source: Source | None, after: Snapshot, *, alone: bool) -> None:
        """A line has written: `alone` if nothing of what was written before it is left. Of several lines the last
        ones are kept; what is undone again leaves no line."""
        is_undone = same(self.before[spot], after)
        known = [] if alone or is_undone else self.sources.get(spot, [])
        last = [] if source is None or is_undone else [source]
        self.sources[spot] = [*(each for each in known if each != source), *last][-MAX_SOURCES:]


def narrowest(scopes: Iterable[str]) -> str:
    """Of some scopes of fixtures the one that ends first; "" if there is none."""
    return min(filter(None, scopes), key=_SCOPES.index, default="")
