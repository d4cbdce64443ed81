"""The deep look: everything in the process that some tests changed, and how to put back any part of it.

Taken for one witness at a time, when no watched location explains it: a picture of all state that can be reached
before the polluters, another one behind each of them, and what differs, under names that every process gives it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from types import ModuleType
from typing import Any

from leakcheck.probes import MISSING, Items, Probes, Setting
from leakcheck.probes.tracking.watched_attribute import is_watched
from leakcheck.recorder.comparing import differ, listed_otherwise
from leakcheck.recorder.deep.aliases import Aliases, Encounters, Held
from leakcheck.recorder.deep.entries import STEP, location_of, missing_keys, unnamed, ways, whole, whole_of
from leakcheck.recorder.deep.first_use import is_first_use
from leakcheck.recorder.deep.settings_look import SettingsLook
from leakcheck.records import Change, Location, PathChange, Source
from leakcheck.snapshots.containers import Content, Holder, content, one, values
from leakcheck.snapshots.frames import is_project_module
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.markers import FileContent
from leakcheck.snapshots.reachable import MAX_HOLDERS, Loaded, is_project, walk
from leakcheck.snapshots.replacing import is_of
from leakcheck.snapshots.rooted import Root, walk_from
from leakcheck.snapshots.snapshot import ABSENT, Node, Snapshot
from leakcheck.snapshots.type_names import FUNCTIONS
from leakcheck.snapshots.values import Snapshotter

MAX_CHANGES = 2_000
FEW_ENTRIES = 20
_LAZY = frozenset({"__annotations__", "__annotations_cache__"})
_CODE = (*FUNCTIONS, type, staticmethod, classmethod, property)
"""What does not change by itself, not even inside others' modules and classes."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry that differs, and how it gets its old value. `internal`: inside an object of a third party's. `now`
    reads what it holds, where that is quick; `first_use`: it was made there by being used for the first time."""

    location: Location
    old: Any
    new: Any
    undo: Callable[[], None]
    internal: bool = False
    now: Callable[[], Any] | None = None
    first_use: bool = False

    @property
    def from_nothing(self) -> bool:
        """Whether there was no value before, or None in its place."""
        return self.old is MISSING or self.old is None


class DeepLook:
    """Looks once at the beginning; tells later what differs."""

    def __init__(
        self, camera: Snapshotter, probes: Probes, *, on_demand: bool = True, kinds: Collection[str] | None = None
    ) -> None:
        """At the settings of the process alone, with or without kinds that are looked at on demand, or of these
        kinds alone; the class methods look further."""
        self._camera = camera
        self._probes = probes
        chosen = probes.settings if kinds is None else {*kinds}
        self._only: frozenset[Location] | None = None
        self._paths: Collection[str] | None = None
        self._toward: Collection[str] | None = None
        self._holders: list[tuple[Holder, Content, tuple[Any, ...]]] = []
        self.settings = SettingsLook(
            each
            for each in probes.settings.values()
            if each.kind in chosen and (on_demand or each.tracking != "on demand")
        )
        self._met = Encounters()
        self._walk: Callable[..., None] = partial(walk, self._hold)
        self._known: set[tuple[int, str]] = set()
        self._identities: tuple[int, frozenset[int]] = (0, frozenset())
        self.loaded = Loaded()

    @classmethod
    def everywhere(cls, camera: Snapshotter, probes: Probes) -> DeepLook:
        look = cls(camera, probes)
        walk(look._hold)
        return look

    @classmethod
    def at_project(cls, camera: Snapshotter, probes: Probes) -> DeepLook:
        """A look at what the project's own modules hold, and no deeper into the objects of others."""
        look = cls(camera, probes, on_demand=False)
        walk(look._hold, is_project, foreign_depth=1, met=look._met.add)
        return look

    @classmethod
    def at_kinds(cls, camera: Snapshotter, probes: Probes, kinds: Collection[str]) -> DeepLook:
        """A look at the settings of these kinds and, if a kind of what modules hold is among them, at what the
        project's own modules hold."""
        look = cls(camera, probes, kinds=kinds)
        if any(each.kind in kinds for each in probes.held):
            walk(look._hold, is_project, foreign_depth=1)
        return look

    @classmethod
    def at(cls, camera: Snapshotter, probes: Probes, locations: Collection[Location]) -> DeepLook:
        """A look at nothing but these locations; that of a container stands for all its entries."""
        look = cls(camera, probes, kinds={each.kind for each in locations})
        look._only = frozenset(locations)
        owners = {location.owner for location in locations}
        paths = {f"{each.owner}:{part}" for each in locations for part in (each.key, STEP.sub("", each.key))}
        look._paths, look._toward = paths, {*ways(paths)}
        look._walk = partial(walk, look._hold, lambda module: module.__name__ in owners, toward=look._toward)
        look._walk()
        return look

    def add(self, module: ModuleType) -> bool:
        """Look at a module that was loaded since, as it is now, too: at others' no deeper than their names. Returns
        whether there is anything to look at that was not known."""
        count = len(self._holders)
        self._known.update(map(_same_holder, self._holders[len(self._known) :]))
        self._walk(modules=(module,), foreign_depth=1, **({} if is_project(module) else {"deep": 0}))
        self._holders[count:] = [each for each in self._holders[count:] if _same_holder(each) not in self._known]
        return len(self._holders) > count

    def enter(self, roots: Iterable[Root], known: Collection[int] = (), most: int = MAX_HOLDERS) -> None:
        """From now on `roots` are looked at, too: what of them has no other name yet, here or among the `known`."""
        wanted = [root for root in roots if self._toward is None or root.path in self._toward]
        if wanted:
            walk_from(wanted, self._hold, self.identities().union(known), self._toward, most)

    def identities(self) -> frozenset[int]:
        """Those of all that holds what is looked at."""
        count, found = self._identities
        if count != len(self._holders):
            found = frozenset(identity(holder.value) for holder, _, _ in self._holders)
            self._identities = len(self._holders), found
        return found

    def leave(self, path: str) -> list[Difference]:
        """What was entered there nobody can meet any more: it is not held any longer. What differs in it."""
        self._identities = 0, frozenset()  # as many others may come in their place
        gone = [each for each in self._holders if each[0].root and each[0].path.startswith(path)]
        self._holders = [each for each in self._holders if not (each[0].root and each[0].path.startswith(path))]
        return list(self._held_otherwise(gone))

    def _hold(self, holder: Holder, inside: Content) -> None:
        if self._paths is None or holder.path in self._paths:
            self._holders.append((holder, inside, values(holder)))

    def aliases(self) -> Aliases:
        """Who else holds what the look has found, in the project's modules. To be asked before any test runs."""
        return Aliases(self._holders, self._met)

    def differences(self) -> list[Difference]:
        """What differs from the beginning, settings first; what has one name (two objects of one class as keys of a
        dict) is one difference."""
        found: dict[Location, Difference] = {}
        for each in (*self.settings_otherwise(), *self._held_otherwise(self._holders)):
            if self._only is not None and self._only.isdisjoint((each.location, whole(each.location))):
                continue
            same = found.get(each.location)
            if same is not None:
                found[each.location] = replace(same, undo=_both(same.undo, each.undo))
            elif len(found) < MAX_CHANGES or self._only is not None:
                found[each.location] = each
        return list(found.values())

    def change(self, difference: Difference, test: str, sources: Iterable[Source] = ()) -> Change:
        """A difference as it is recorded; `test` is who made it."""
        location, values = difference.location, (difference.old, difference.new)
        before, after = (picture(self._camera, self._probes, location, value) for value in values)
        return Change(
            location=difference.location,
            before=before.text,
            after=after.text,
            digest=after.digest(),
            before_digest=before.digest(),
            paths=tuple(self._paths_of(difference)),
            sources=tuple(sources),
            cause=test,
            internal=difference.internal,
        )

    def _paths_of(self, difference: Difference) -> Iterable[PathChange]:
        location, setting = difference.location, self._probes.settings.get(difference.location.kind)
        if setting is None:
            return listed_otherwise(self._camera, difference.old, difference.new, location.key)
        return (
            *listed_otherwise(self._camera, difference.old, difference.new, location.key),
            *setting.paths(location.owner, location.key, difference.old, difference.new, self._show),
        )

    def _show(self, name: str, value: object) -> str:
        return self._camera.photograph(value, name).text

    def spots(self, locations: Collection[Location]) -> Iterator[tuple[Location, Callable[[], Any]]]:
        """(location, how to read what it holds now) for those that are there already, or whose container is. Told
        one by one: whoever needs but some of thousands need not wait for all. Of a dict as a whole the few entries
        that it has, too: who takes one away is not who puts the last one there."""
        wanted, there = frozenset(locations), set[Location]()
        for holder, old, _ in self._holders:
            probe = self._probes.holding(holder)
            each_of_few = False
            if holder.kind == "dict" and (everything := whole_of(probe, holder)) in wanted:
                there.add(everything)
                each_of_few = len(old) <= FEW_ENTRIES
                yield everything, partial(_all_held, holder)
            for key in dict.fromkeys((*old, *missing_keys(holder, wanted))):
                location = location_of(probe, holder, key)
                if location in wanted or each_of_few:  # a name and the list that it stands for are one location
                    there.add(location)
                    yield location, _reader(holder, key)
            nameless = unnamed(holder, wanted - there)
            there.update(nameless)
            yield from ((each, self._named_reader(holder, each)) for each in nameless)
        settings = self._probes.settings
        yield from ((each, _setting_reader(settings[each.kind], each)) for each in wanted if each.kind in settings)

    def _named_reader(self, holder: Holder, location: Location) -> Callable[[], Any]:
        """For an entry under a key that nobody knows before it is there."""
        probe = self._probes.holding(holder)

        def read() -> Any:
            entries = content(holder).items()
            return next((value for key, value in entries if location_of(probe, holder, key) == location), MISSING)

        return read

    def settings_otherwise(self) -> Iterator[Difference]:
        """What differs of the settings alone."""
        for probe, owner, key, old, new in self.settings.otherwise():
            location = Location(probe.kind, owner, key)
            undo = partial(probe.put_back, owner, key, None if old is MISSING else old)
            doubtful = probe.is_doubtful(owner, key, old, new)
            yield Difference(location, old, new, undo, doubtful, _setting_reader(probe, location))

    def _held_otherwise(self, holders: Held) -> Iterator[Difference]:
        boxes = [holder.value for holder, _, _ in holders if holder.kind == "position"]
        renewed = {identity(each.iterator) for each in boxes if each.is_renewed}
        for holder, before, quick in holders:
            try:
                now = _now(holder, quick)
            except Exception:  # the project's own objects may be in any state
                continue
            if now is None:
                continue
            for key in (*before, *(each for each in now if each not in before)):
                old, new = before.get(key, MISSING), now.get(key, MISSING)
                if old is new or is_of(new, renewed) or _is_ours(new) or _is_import(old, new) or _is_lazy(key, old):
                    continue
                if differ(old, new) and not is_watched(holder.value, key):
                    probe = self._probes.holding(holder)
                    undo = partial(probe.put_back, holder, key, old, was_there=old is not MISSING)
                    location = location_of(probe, holder, key)
                    outside = holder.foreign or not (holder.root or is_project_module(location.owner))
                    internal = outside and not _is_replaced(old, new)
                    first = is_first_use(holder.kind, old, new, internal=internal)
                    yield Difference(location, old, new, undo, internal, _reader(holder, key), first)


def _same_holder(row: tuple[Holder, Content, tuple[Any, ...]]) -> tuple[int, str]:
    return identity(row[0].value), row[0].kind


def _is_replaced(old: Any, new: Any) -> bool:
    """Whether code was replaced by other code, or taken away: an object that puts None there does so for itself."""
    return isinstance(old, _CODE) and (new is MISSING or callable(new))


def picture(camera: Snapshotter, probes: Probes, location: Location, value: Any) -> Snapshot:
    """A value as every report and every comparison has it: lists as lists, secrets as digests."""
    if value is MISSING:
        return ABSENT
    if type(value) is FileContent:
        return Snapshot(Node(f"{len(value)} bytes, {camera.secret(value.hex())}"), 1)
    setting = probes.settings.get(location.kind)
    if setting is not None and setting.secret:
        return Snapshot(Node(camera.secret(str(value))), 1)
    return camera.photograph(list(value) if type(value) is Items else value, location.key)


def _now(holder: Holder, quick: tuple[Any, ...]) -> dict[Any, Any] | None:
    """What is held now; None if the very same values are held as before."""
    present = values(holder)
    if len(present) == len(quick) and all(map(operator.is_, present, quick)):
        return None
    return content(holder)


def _all_held(holder: Holder) -> Items:
    return Items(values(holder))


def _reader(holder: Holder, key: Any) -> Callable[[], Any]:
    return partial(one, holder, key)


def _setting_reader(probe: Setting, location: Location) -> Callable[[], Any]:
    return partial(probe.value, location.owner, location.key)


def _both(first: Callable[[], None], second: Callable[[], None]) -> Callable[[], None]:
    def undo() -> None:
        first()
        second()

    return undo


def _is_import(old: Any, new: Any) -> bool:
    """The import of a submodule sets its name in the package."""
    return old is MISSING and type(new) is ModuleType


def _is_lazy(key: Any, old: Any) -> bool:
    """What the interpreter makes when it is asked for: to look at the annotations of a class makes them."""
    return old is MISSING and type(key) is str and key in _LAZY


def _is_ours(value: Any) -> bool:
    """Whether leakcheck has put it there. What was taken away (`MISSING`) and lists (`Items`) are the project's."""
    if value is MISSING or type(value) in (Items, FileContent):
        return False
    module = type.__getattribute__(type(value), "__module__")
    return type(module) is str and module.startswith("leakcheck.")
