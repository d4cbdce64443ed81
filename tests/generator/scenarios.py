"""The planted stories: which tests play together, and how the declared order has to have them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from random import Random

from .kinds import KINDS
from .nouns import nouns
from .parts import Entry, Feature, Scenario
from .roles import (
    brittle_of,
    cleaner_of,
    fixture_polluter_of,
    leaking_fixture,
    link_of,
    polluter_of,
    reader_of,
    self_polluter_of,
    victim_of,
)
from .spec import Spec


@dataclass
class Planter:
    """Gives features of the wanted kinds in turn, each with a noun of its own."""

    kinds: tuple[str, ...]
    rng: Random
    names: Iterator[str] = field(init=False)
    turn: Iterator[str] = field(init=False)
    used_up: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Start with a random kind and noun."""
        self.names = nouns(self.rng)
        self.turn = cycle(self.rng.sample(self.kinds, len(self.kinds)))

    def plant(self, cached: bool = False) -> Feature:
        """A feature of the next kind that will do; `cached`: may looking at it write it?"""
        for _ in self.kinds:
            name = next(self.turn)
            if name not in self.used_up and (cached or not KINDS[name].cached):
                if KINDS[name].once:
                    self.used_up.add(name)
                return self.plant_kind(name)
        raise ValueError(f"too few kinds of leaks for this spec: {', '.join(self.kinds)}")

    def plant_kind(self, name: str) -> Feature:
        """A feature of this kind."""
        return KINDS[name].plant(next(self.names), self.rng)


def plan_scenarios(spec: Spec, planter: Planter, rng: Random) -> list[Scenario]:
    """All that is planted, except the baits."""
    cleaners = [len(range(index, spec.cleaners, spec.victims)) for index in range(spec.victims)]
    shapes = ["alternative"] * spec.alternative_polluters + ["conjunction"] * spec.conjunctions
    shapes += ["chain"] * spec.chains
    shapes += ["single"] * (spec.victims - len(shapes))
    dealt = rng.sample(shapes, len(shapes))
    return [
        *(_victim_scenario(shape, planter, count, rng) for shape, count in zip(dealt, cleaners, strict=True)),
        *(_brittle_scenario(planter.plant(), rng) for _ in range(spec.brittle)),
        *(_silent_scenario(planter.plant(cached=True), index % 2 == 0, rng) for index in range(spec.silent)),
        *(_self_polluting_scenario(planter.plant(), rng) for _ in range(spec.self_polluting)),
    ]


def _victim_scenario(shape: str, planter: Planter, cleaners: int, rng: Random) -> Scenario:
    first = planter.plant(cached=shape in ("single", "alternative"))
    features = [first, planter.plant()] if shape in ("conjunction", "chain") else [first]
    seen = features[1:] if shape == "chain" else features
    victim = victim_of(f"test_{features[-1].noun}_by_default", tuple(seen), rng)
    polluters = _polluters(shape, features, rng)
    cleaning = [cleaner_of(f"test_{seen[-1].noun}_is_put_back{n or ''}", seen[-1], rng) for n in range(cleaners)]
    return Scenario(_green_order(shape, victim, polluters, cleaning, rng), tuple(features))


def _green_order(
    shape: str, victim: Entry, polluters: list[Entry], cleaning: list[Entry], rng: Random
) -> tuple[tuple[Entry], ...]:
    """The victim before what hurts it, or after a cleaner; of two needed together one may come before."""
    if cleaning and rng.random() < 0.6:
        entries = [*polluters, cleaning[0], victim, *cleaning[1:]]
    elif shape == "conjunction" and rng.random() < 0.5:
        entries = [polluters[0], victim, polluters[1], *cleaning]
    elif shape == "chain" and rng.random() < 0.5:
        entries = [polluters[1], victim, polluters[0], *cleaning]
    else:
        entries = [victim, *polluters, *cleaning]
    return tuple((entry,) for entry in entries)


def _polluters(shape: str, features: list[Feature], rng: Random) -> list[Entry]:
    first = features[0]
    if shape == "alternative":
        return _alternatives(first, rng)
    if shape == "conjunction":
        return [_polluter(f"test_{feature.noun}_changes", feature, rng) for feature in features]
    if shape == "chain":
        second = features[1]
        link = link_of(f"test_{second.noun}_follows_{first.noun}", first, second, rng)
        return [_polluter(f"test_{first.noun}_changes", first, rng), link]
    return [_polluter(f"test_{first.noun}_changes", first, rng)]


def _alternatives(feature: Feature, rng: Random) -> list[Entry]:
    """Two polluters: through one common fixture, or each in its own way."""
    names = [f"test_{feature.noun}_changes", f"test_{feature.noun}_is_upgraded"]
    inline = [way for way in feature.pollutes if way.inline]
    if inline and rng.random() < 0.5:
        way = rng.choice(inline)
        fixture = leaking_fixture(f"upgraded_{feature.noun}", way, rng, common=True)
        return [fixture_polluter_of(name, feature, fixture, way, rng) for name in names]
    ways = rng.sample(feature.pollutes, min(2, len(feature.pollutes)))
    return [polluter_of(name, feature, way, rng) for name, way in zip(names, cycle(ways), strict=False)]


def _polluter(name: str, feature: Feature, rng: Random) -> Entry:
    way = rng.choice(feature.pollutes)
    if way.inline and rng.random() < 0.35:
        fixture = leaking_fixture(f"changed_{feature.noun}", way, rng, common=rng.random() < 0.3)
        return fixture_polluter_of(name, feature, fixture, way, rng)
    return polluter_of(name, feature, way, rng)


def _brittle_scenario(feature: Feature, rng: Random) -> Scenario:
    setter = _polluter(f"test_{feature.noun}_changes", feature, rng)
    brittle = brittle_of(f"test_{feature.noun}_stays_changed", feature, rng)
    return Scenario(((setter,), (brittle,)), (feature,))


def _silent_scenario(feature: Feature, read: bool, rng: Random) -> Scenario:
    polluter = _polluter(f"test_{feature.noun}_changes", feature, rng)
    if not read:
        return Scenario(((polluter,),), (feature,))
    reader = reader_of(f"test_{feature.noun}_answers", feature, rng)
    entries = rng.sample([polluter, reader], 2)
    return Scenario(tuple((entry,) for entry in entries), (feature,))


def _self_polluting_scenario(feature: Feature, rng: Random) -> Scenario:
    return Scenario(((self_polluter_of(f"test_{feature.noun}_once", feature, rng),),), (feature,))
