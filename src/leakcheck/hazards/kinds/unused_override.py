"""LK501: an override that no request resolved while it stood."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from leakcheck.hazards.attributes import attributes
from leakcheck.hazards.contract import Hazard as Contract
from leakcheck.hazards.contract import Scene, Seen, by_line
from leakcheck.hazards.fastapi_routes import dependencies_of, dependencies_of_app, is_mounted
from leakcheck.hazards.patching import ByIdentity, look_before
from leakcheck.hazards.sessions import outlives_tests
from leakcheck.records import Change, Finding, Location, Sighting, Source, TestRun
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.type_names import label

_KIND = "dependency_overrides"
_USED, _ASIDE, _NOBODY, _ELSEWHERE, _OTHER = "used", "aside", "nobody", "elsewhere", "other"
"""A request resolved it; the routes that were asked do not depend on it; no route of the application does; a route
of a mounted application does, which has overrides of its own; another application was asked instead of this one."""
_MOST = 3
_ALIKE = 0.6


@dataclass
class _Stand:
    """One override while it stands: which value it is, who set it, which routes were asked meanwhile, which other
    application depends on what it replaces, and whether a request used it."""

    value: int
    source: Source
    asked: dict[str, None] = field(default_factory=dict)
    other: weakref.ref[object] | None = None
    is_mounted: bool = False
    used: bool = False
    told: bool = False


class Hazard(Contract):
    """Key: the overridden dependency. Names are those of dependencies that are called alike, places are routes."""

    code = "LK501"
    name = "UnusedOverride"
    short = "An override that no request uses"
    help = (
        "A test or fixture overrides a dependency, requests are made, and none of them resolves it: the route does "
        "not depend on it, nothing in the application does, or another application does, which has overrides of "
        "its own. The test runs with the real dependency, or tests nothing of what it seems to."
    )
    fix = (
        "Override the very callable that the route names in `Depends(...)`, imported from where the route has it, "
        "on the application that serves the route; or take the override away."
    )
    needs_all = True
    hears = frozenset({_KIND})

    def __init__(self) -> None:
        self._apps: ByIdentity[dict[str, _Stand]] = ByIdentity(dict)
        self._any_stand = False
        self._settled: set[tuple[str, str, int]] = set()

    # How it is seen --------------------------------------------------------------------------------------------

    def patches(self) -> Mapping[str, Callable[[ModuleType, Scene], None]]:
        return {"fastapi.routing": self._patch}

    def _patch(self, module: ModuleType, scene: Scene) -> None:
        def asked(*args: Any, **given: Any) -> None:
            if not self._any_stand:
                return
            app, dependant = given.get("dependency_overrides_provider"), given.get("dependant")
            for each, stands in self._apps.living():
                if each is app:
                    self._asked(stands, dependant)
                elif app is not None and stands:
                    self._asked_of(app, each, stands, dependant)

        look_before(module, "solve_dependencies", asked)

    def _asked(self, stands: Mapping[str, _Stand], dependant: Any) -> None:
        """A route is about to resolve what it depends on. What it does not come to, it depends on all the same."""
        still = {key: stand for key, stand in stands.items() if not stand.used}
        if not still:
            return
        found = set(dependencies_of(dependant))
        path = getattr(dependant, "path", None)
        for key, stand in still.items():
            stand.used = stand.used or key in found
            if type(path) is str and len(stand.asked) < _MOST:
                stand.asked[path] = None

    @staticmethod
    def _asked_of(other: object, app: object, stands: Mapping[str, _Stand], dependant: Any) -> None:
        """A route of another application resolves what it depends on. Where that is mounted in `app`, or is asked
        in its place, people take the overrides of `app` to hold there: not those that stand for many tests."""
        open_ones = {key: stand for key, stand in stands.items() if not stand.told and stand.other is None}
        for key in open_ones.keys() & set(dependencies_of(dependant)) if open_ones else ():
            stand, inside = open_ones[key], is_mounted(other, app)
            if key not in _overrides(other) and (inside or not outlives_tests(stand.source)):
                stand.other, stand.is_mounted = weakref.ref(other), inside

    def read(self, kind: str, owner: object, key: str, scene: Scene) -> None:
        stand = (self._apps.get(owner) or {}).get(key) if self._any_stand else None
        if stand is not None:
            stand.used = True

    def written(self, kind: str, owner: object, key: str | None, scene: Scene) -> None:
        stands = self._apps.of(owner)
        values = _overrides(owner)
        for gone in [name for name in stands if stands[name].value != values.get(name)]:
            self._look(owner, gone, stands.pop(gone), stands, scene)
        for name, value in values.items():
            source = None if name in stands else scene.source()
            if source is not None:
                is_settled = (name, source.file, source.line) in self._settled
                stands[name] = _Stand(value, source, used=is_settled, told=is_settled)
                self._any_stand = True

    def rest(self, scene: Scene, *, over: bool) -> None:
        if not self._any_stand:  # as in most tests, and nobody need look at what requests resolve
            return
        living = self._apps.living()
        for app, stands in living:
            for key, stand in stands.items():
                self._look(app, key, stand, stands, scene)
        self._any_stand = any(stands for _, stands in living)

    def _look(self, app: object, key: str, stand: _Stand, stands: Iterable[str], scene: Scene) -> None:
        """Tell what became of an override: that it is used once, that it is not at every rest."""
        other = None if stand.other is None or (stand.asked and not stand.is_mounted) else stand.other()
        if stand.told or not (stand.used or stand.asked or other is not None):
            return
        if stand.used:
            stand.told = True
            self._settled.add((key, stand.source.file, stand.source.line))
            scene.tell(Sighting(self.code, _USED, "", key, stand.source))
            return
        known = dependencies_of_app(app)
        what = _ASIDE if key in known else _NOBODY
        names = _alike(key, known.difference(stands))
        if other is not None:
            what, names = _ELSEWHERE if stand.is_mounted else _OTHER, (scene.name(other),)
        scene.tell(Sighting(self.code, what, scene.name(app), key, stand.source, names, tuple(stand.asked)))
        stand.asked.clear()
        stand.other = None

    # What is told ----------------------------------------------------------------------------------------------

    def found(self, seen: Seen) -> Iterator[Finding]:
        used = {line for runs in seen.processes for line in _used_by_others(runs)}
        for line, told in by_line(seen.sightings(self.code)).items():
            if line in used or any(each.what == _USED for _, each in told):
                continue
            first = told[0][1]
            assert first.source is not None
            why = _why([each for _, each in told])
            title = f"No request used the override of {first.key}"
            place = Location(_KIND, first.owner, first.key)
            yield self.finding(title, why, first.source, [test for test, _ in told], place)


def _used_by_others(runs: Iterable[TestRun]) -> Iterator[tuple[str, str, int]]:
    """Key and line of overrides that a test behind who set them has consulted. Observers hear of no write to a
    mapping that somebody has put in the place of FastAPI's own; what changed and who reads it is recorded there
    as anywhere."""
    standing: dict[Location, Change] = {}
    for run in runs:
        for place in standing.keys() & set(run.reads):
            yield from ((place.key, source.file, source.line) for source in standing[place].sources)
        for change in (*run.changes, *run.finalised):
            if change.location.kind == _KIND:
                standing[change.location] = change


def _overrides(app: object) -> Mapping[str, int]:
    """The overrides of an application: names, and which objects stand there."""
    values: Any = attributes(app).get(_KIND)
    if not issubclass(type(values), dict):
        return {}
    return {label(dependency): identity(value) for dependency, value in dict.items(values)}


def _alike(key: str, known: Iterable[str]) -> tuple[str, ...]:
    """The dependencies whose own name is near to that of `key`, or has a word more or less: the nearest first."""
    near = sorted((-_likeness(_own_name(key), _own_name(each)), each) for each in known)
    return tuple(each for likeness, each in near if -likeness >= _ALIKE)[:_MOST]


def _own_name(dependency: str) -> str:
    """The last name, without the verb that most dependencies begin with."""
    name = dependency.rpartition(":")[2].rpartition(".")[2].lower().lstrip("_")
    return name.removeprefix("get_")


def _likeness(name: str, other: str) -> float:
    words, others = set(name.split("_")), set(other.split("_"))
    one_in_other = words <= others or others <= words
    if one_in_other:
        return 1.0
    import difflib  # analysis asks, never the suite that is watched

    return difflib.SequenceMatcher(None, name, other).ratio()


def _why(told: Sequence[Sighting]) -> str:
    for each in told:
        if each.what == _ELSEWHERE:
            return f"A route of {each.names[0]} depends on it: what is mounted has overrides of its own."
    here = [each for each in told if each.what != _OTHER]
    if not here:
        first = told[0]
        return f"Requests went to {first.names[0]}, the override is one of {first.owner}: each has its own."
    return _nobody(here[0]) if all(each.what == _NOBODY for each in here) else _aside(here)


def _nobody(first: Sighting) -> str:
    alike = f" It depends on one that is called alike: {' or '.join(first.names)}." if first.names else ""
    return f"Nothing in {first.owner} depends on that callable.{alike}"


def _aside(told: Iterable[Sighting]) -> str:
    routes = tuple(dict.fromkeys(path for each in told for path in each.where))
    names = tuple(dict.fromkeys(name for each in told for name in each.names))[:_MOST]
    some = f"{', '.join(routes[:_MOST])}{' and others' if len(routes) > _MOST else ''}"
    alike = f" Called alike: {', '.join(names)}." if names else ""
    return f"The routes that were requested while it stood do not depend on it: {some}.{alike}"
