"""One kind of state per file: what it watches, how reads and writes are seen, how it is put back.

Every module of `kinds` holds one class `Probe` that keeps to one of three contracts:
`KindOfState` (objects own it), `Setting` (it has fixed names in the process) or `Held` (entries
of containers that a walk through the modules finds).

Other packages add probes of the first two contracts through the entry point `leakcheck.probes`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field, fields
from typing import Any, get_args

from leakcheck.discovery import instances, refuse, take_added
from leakcheck.probes import kinds
from leakcheck.probes.contract import Held, KindOfState, Ledger, Setting, Values
from leakcheck.records import MAX_TEMPLATE, About, Kind, Location, Restoring, Tracking
from leakcheck.snapshots.containers import Holder
from leakcheck.snapshots.markers import MISSING, Items, Missing

GROUP = "leakcheck.probes"

__all__ = [
    "GROUP",
    "MISSING",
    "About",
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
    "own",
]

_CHOICES: Mapping[str, tuple[str, ...]] = {"put_back": get_args(Restoring)}
"""What those fields of `About` may say that are no free text."""


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

    def keep(self, location: Location) -> bool:
        """Whether owners of this kind are watched, so that their values can be saved."""
        return any(probe.kind == location.kind for probe in self.owned)

    def surroundings(self) -> Context | None:
        """The context for the next test to run in, if something that was put back is so in that alone."""
        found = (each.surroundings() for each in self.settings.values())
        return next((each for each in found if each is not None), None)

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """How each kind is watched, and what its probe declares about it."""
        unheld: tuple[KindOfState | Setting, ...] = (*self.owned, *self.settings.values())
        found = {each.kind: Kind(each.tracking, _about(each)) for each in unheld}
        return {**found, **{each.kind: Kind(each.tracking, _about(each), held=True) for each in self.held}}


def own(without: Container[str] = ()) -> Probes:
    """An instance of every probe in this package, but for the modules `without`."""
    return _sorted_out(instances(kinds, "Probe", without))


def discover() -> Probes:
    """An instance of every probe in this package and of every one that an installed package adds."""
    found = instances(kinds, "Probe")

    def take(made: Any) -> None:
        probe = made()
        refuse(_faults(probe, {each.kind for each in found}))
        found.append(probe)

    return _sorted_out(found, take_added(GROUP, "probe", take))


def _sorted_out(found: Sequence[Any], problems: Iterable[str] = ()) -> Probes:
    return Probes(
        tuple(each for each in found if hasattr(each, "patches")),
        {each.kind: each for each in found if isinstance(each, Setting)},
        tuple(each for each in found if hasattr(each, "holds")),
        tuple(problems),
    )


def _about(probe: KindOfState | Setting | Held) -> About:
    """What `probe` declares; a probe that inherits from no contract may leave it out."""
    return getattr(probe, "about", About())


def _faults(probe: Any, taken: set[str]) -> Iterator[str]:
    """What `probe` lacks to keep to a contract."""
    kind = getattr(probe, "kind", None)
    if not isinstance(kind, str) or not kind.isidentifier():
        yield f"its kind is {kind!r}, not a name"
    if kind in taken:
        yield f"there is a probe of the kind {kind} already"
    if getattr(probe, "tracking", None) not in get_args(Tracking):
        yield f"its tracking is none of {', '.join(get_args(Tracking))}"
    yield from _faults_of_about(_about(probe))
    if isinstance(probe, Setting):
        return
    lacking = [name for name in ("patches", "state", "show", "restore", "in_place") if not hasattr(probe, name)]
    if lacking:
        yield f"it is no leakcheck.probes.Setting, and has no {', '.join(lacking)}"


def _faults_of_about(about: About) -> Iterator[str]:
    """What is stored must be readable: texts of a bearable length, and words that are known."""
    if type(about) is not About:
        yield "its about is no leakcheck.probes.About"
        return
    for spec in fields(about):
        value = getattr(about, spec.name)
        if type(value) is not type(spec.default):
            yield f"{spec.name} of its about is {value!r}, no {type(spec.default).__name__}"
        elif isinstance(value, str) and len(value) > MAX_TEMPLATE:
            yield f"{spec.name} of its about has {len(value):,} characters, {MAX_TEMPLATE:,} are the most"
        elif value not in _CHOICES.get(spec.name, (value,)):
            yield f"{spec.name} of its about is none of {', '.join(_CHOICES[spec.name])}"
