"""One kind of state per file: what it watches, how reads and writes are seen, how it is put back.

Every module of `kinds` holds one class `Probe` that keeps to one of three contracts:
`KindOfState` (objects own it), `Setting` (it has fixed names in the process) or `Held` (entries
of containers that a walk through the modules finds).

Other packages add probes of the first two contracts through the entry point `leakcheck.probes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any, get_args

from leakcheck.discovery import instances
from leakcheck.probes import kinds
from leakcheck.probes.contract import Held, KindOfState, Ledger, Setting, Tracking, Values
from leakcheck.snapshots.containers import Holder
from leakcheck.snapshots.markers import MISSING, Items, Missing

GROUP = "leakcheck.probes"

__all__ = [
    "GROUP",
    "MISSING",
    "Held",
    "Items",
    "KindOfState",
    "Ledger",
    "Missing",
    "Probes",
    "Setting",
    "Tracking",
    "Values",
    "discover",
]


@dataclass(frozen=True)
class Probes:
    """All probes by their contract. `problems` tells which probes of others were left out, and why."""

    owned: tuple[KindOfState, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    held: tuple[Held, ...] = ()
    problems: tuple[str, ...] = ()

    def holding(self, holder: Holder) -> Held:
        """The probe that the entries of `holder` belong to."""
        return next(each for each in self.held if each.holds(holder))

    @property
    def kinds(self) -> Mapping[str, Tracking]:
        """How each kind is watched."""
        every: tuple[KindOfState | Setting | Held, ...] = (*self.owned, *self.settings.values(), *self.held)
        return {each.kind: each.tracking for each in every}


def discover() -> Probes:
    """An instance of every probe in this package and of every one that an installed package adds."""
    found = instances(kinds, "Probe")
    problems: list[str] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            probe = point.load()()
            found.append(_checked(probe, {each.kind for each in found}))
        except Exception as error:  # whatever is wrong with it, the audit goes on without it
            problems.append(f"{_label(point)} is left out: {type(error).__name__}: {error}")
    return Probes(
        tuple(each for each in found if hasattr(each, "patches")),
        {each.kind: each for each in found if isinstance(each, Setting)},
        tuple(each for each in found if hasattr(each, "holds")),
        tuple(problems),
    )


def _label(point: EntryPoint) -> str:
    source = f" of {point.dist.name}" if point.dist is not None else ""
    return f"the probe {point.name}{source} ({point.value})"


def _checked(probe: Any, taken: set[str]) -> Any:
    """`probe`, if it keeps to a contract; TypeError with what it lacks."""
    wrong = next(_faults(probe, taken), None)
    if wrong is not None:
        raise TypeError(wrong)
    return probe


def _faults(probe: Any, taken: set[str]) -> Iterator[str]:
    kind = getattr(probe, "kind", None)
    if not isinstance(kind, str) or not kind.isidentifier():
        yield f"its kind is {kind!r}, not a name"
    if kind in taken:
        yield f"there is a probe of the kind {kind} already"
    if getattr(probe, "tracking", None) not in get_args(Tracking):
        yield f"its tracking is none of {', '.join(get_args(Tracking))}"
    if isinstance(probe, Setting):
        return
    lacking = [name for name in ("patches", "state", "show", "restore", "in_place") if not hasattr(probe, name)]
    if lacking:
        yield f"it is no leakcheck.probes.Setting, and has no {', '.join(lacking)}"
