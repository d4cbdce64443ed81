"""What the ledger keeps: owners that are watched, what each lifetime wrote, and values to be put back."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field
from sys import _getframe

from leakcheck.probes import KindOfState
from leakcheck.recorder.changes.causes import Cause
from leakcheck.recorder.changes.owner_names import Birth
from leakcheck.records import Change, Location, PathChange, Source
from leakcheck.snapshots.frames import executing_modules
from leakcheck.snapshots.snapshot import ABSENT, Snapshot, differences, same

Lifetime = tuple[str | int, ...]
Spot = tuple["Place", str]
MAX_SOURCES = 5
SESSION = "session"
_SCOPES = ("function", "class", "module", "package", SESSION)


class Place:
    """One watched owner of one kind."""

    __slots__ = ("__weakref__", "birth", "first", "known", "name", "probe", "ref", "seen", "touched")

    def __init__(self, probe: KindOfState, ref: weakref.ref[object], birth: Birth) -> None:
        self.probe = probe
        self.ref = ref
        self.birth = birth
        self.known: dict[str, Snapshot] = {}
        self.first: dict[str, Snapshot] = {}
        self.seen: dict[str, object] = {}
        self.touched: dict[str | None, tuple[Cause, Source | None]] = {}
        self.name: str | None = None

    def is_left(self, key: str) -> bool:
        """Whether something stands there that somebody has put in the place of what stood there first."""
        return key in self.first and not same(self.first[key], self.known.get(key, ABSENT))

    def adds(self, key: str, before: Snapshot) -> bool:
        """Whether the last write changed a value where it stands, and so has a part in what is there."""
        return self.probe.in_place and all(row[0] for row in differences(before, self.known.get(key, ABSENT)))

    def is_first_value(self, cause: Cause) -> bool:
        """Whether this write belongs to the making of the owner, or of the project before any test."""
        born = self.birth
        if cause.kind == "import" or (born.cause.kind == "import" and cause.kind == "test"):
            return bool(born.modules) and born.modules[0] in executing_modules(_getframe(1))
        return cause.kind == "start" or cause.lifetime == born.cause.lifetime


@dataclass(slots=True)
class Account:
    """What one lifetime wrote: the value before its first write, and the lines; `again` the lines that wrote what
    stood there already. `scope` is that of a fixture which several tests share."""

    scope: str = ""
    before: dict[Spot, Snapshot] = field(default_factory=dict)
    sources: dict[Spot, list[Source]] = field(default_factory=dict)
    stray: set[Spot] = field(default_factory=set)
    again: dict[Spot, list[Source | None]] = field(default_factory=dict)

    def settle_again(self) -> None:
        """Who writes once what others have left there already, and nothing else, leaves it himself. To write twice
        is what is done by who sets a value and puts back the one that he has found."""
        for spot, (source, *more) in self.again.items():
            place, key = spot
            if source is not None and source.phase != "teardown" and not more and spot not in self.before:
                self.before[spot], self.sources[spot] = place.first[key], [source]

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


def change_at(
    account: Account, spot: Spot, location: Location, lifetime: Lifetime, reach: str, over: str
) -> Change | None:
    """What `lifetime`, whose account this is, has left there; None if nothing. `over` is the scope of the
    live fixture whose value it replaced."""
    place, key = spot
    before, after = account.before[spot], place.known.get(key, ABSENT)
    if same(before, after):
        return None
    rows = differences(before, after)
    born_in = place.birth.cause.scope or "" if place.birth.cause.kind == "fixture" else ""
    return Change(
        location=location,
        before=before.text,
        after=after.text,
        digest=after.digest(),
        before_digest=before.digest(),
        paths=tuple(PathChange(path, old, new) for path, old, new, _ in rows if path),
        sources=tuple(reversed(account.sources.get(spot, ()))),
        lifetime=str(lifetime[0]),
        reach=narrowest((born_in, "" if over == SESSION else over)) or reach,
        internal=(bool(rows) and all(row[3] for row in rows)) or spot in account.stray,
        over=over,
    )
