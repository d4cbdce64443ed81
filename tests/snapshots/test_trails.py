"""Trails: a quick look never passes over what a photograph would show."""

from __future__ import annotations

import datetime
import gc
import weakref
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from enum import Enum, IntEnum
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from leakcheck.snapshots.redaction import Redactor
from leakcheck.snapshots.snapshot import same
from leakcheck.snapshots.trails import LONGEST, Trail, Trails
from leakcheck.snapshots.values import Snapshotter

OURS = "snapshots.test_trails"
CAMERA = Snapshotter(Redactor("salt"), lambda module: module.endswith("test_trails"))
TRAILS = Trails(lambda module: module.endswith("test_trails"))


class Thing:
    def __init__(self, **attributes: object) -> None:
        self.__dict__.update(attributes)


class Slots:
    __slots__ = ("other", "value")

    def __init__(self, value: object) -> None:
        self.value = value


class Loose(SimpleNamespace):
    """Somebody else's, for the camera."""


Loose.__module__ = "others"


class Colour(Enum):
    RED = 1
    BLUE = 2


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Text(str):
    __slots__ = ()


def trail(value: object) -> Trail:
    found = TRAILS.of(value)
    assert found is not None
    return found


def closure(value: object) -> Callable[[], object]:
    return lambda: value


def _leaf(chance: Random) -> Any:
    made: list[Callable[[], Any]] = [
        lambda: chance.choice([0, 1, True, 1.0, -0.0, 0.0, None, 10**9, "a", "b", b"a", "x" * 100, 2j]),
        lambda: datetime.date(2026, 1, chance.randint(1, 3)),
        lambda: chance.choice([Colour.RED, Colour.BLUE, Level.LOW, Level.HIGH]),
        lambda: chance.choice([len, int, Thing, OURS]),
        object,
        lambda: chance.choice([Text("a"), Text("b"), slice(1, 2), bytearray(b"a")]),
        lambda: closure(chance.randint(1, 3)),
        Mock,
    ]
    return chance.choice(made)()


def _key(chance: Random) -> Any:
    number = chance.randint(1, 9)
    plain = chance.choice(["a", "b", 1, 2, 1.5, (1, number), ("a", (number,)), Colour.RED])
    return plain if chance.random() < 0.9 else Thing()


def _made(chance: Random, depth: int, shared: list[Any]) -> Any:
    if depth <= 0 or chance.random() < 0.3:
        return _leaf(chance)
    if shared and chance.random() < 0.15:
        return chance.choice(shared)
    items = [_made(chance, depth - 1, shared) for _ in range(chance.randint(0, 4))]
    keys = [_key(chance) for _ in items]
    made: list[Callable[[], Any]] = [
        lambda: items,
        lambda: tuple(items),
        lambda: deque(items),
        lambda: dict(zip(keys, items, strict=True)),
        lambda: OrderedDict(zip(keys, items, strict=True)),
        lambda: defaultdict(list, zip(keys, items, strict=True)),
        lambda: set(keys),
        lambda: frozenset(keys),
        lambda: Thing(**{f"n{number}": item for number, item in enumerate(items)}),
        lambda: Loose(**{f"n{number}": item for number, item in enumerate(items)}),
        lambda: Slots(items),
        lambda: closure(items),
        lambda: Thing(items=items).__init__,  # type: ignore[misc]
    ]
    found = chance.choice(made)()
    shared.append(found)
    return found


def _change(chance: Random, value: Any) -> None:
    """Something in place, or nothing."""
    new = _leaf(chance) if chance.random() < 0.7 else _made(chance, 2, [])
    match value:
        case list() | deque() if value and chance.random() < 0.6:
            value[chance.randrange(len(value))] = new
        case list() | deque():
            value.append(new)
        case dict() if value and chance.random() < 0.4:
            value[chance.choice(list(value))] = new
        case dict() if value and chance.random() < 0.5:
            del value[chance.choice(list(value))]
            value[_key(chance)] = new
        case dict():
            value[_key(chance)] = new
        case set():
            value.discard(_key(chance)) if chance.random() < 0.5 else value.add(_key(chance))
        case Thing() | Loose():
            setattr(value, f"n{chance.randint(0, 4)}", new)
        case Slots():
            value.value = new
        case Mock():
            value()


@pytest.mark.parametrize("seed", range(12))
def test_what_a_photograph_shows_no_trail_passes_over(seed: int) -> None:
    chance = Random(seed)
    seen = 0
    for _ in range(400):
        shared: list[Any] = []
        value = _made(chance, 4, shared)
        before, first = CAMERA.photograph(value), TRAILS.of(value)
        for _ in range(chance.randint(0, 2)):
            _change(chance, chance.choice([*shared, value]))
        after, second = CAMERA.photograph(value), TRAILS.of(value)
        if first is not None and second is not None and second.same(first):
            seen += 1
            assert same(before, after), value
    assert seen > 40


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 10**9, "text"], ("t", 1): {"b"}},
        Thing(rows=deque([1]), inner=Slots([1])),
        Loose(rows=[Loose(rows=[Loose(rows=[Loose(rows=[])])])]),
        [Colour.RED, Level.LOW, len, Thing, closure([1]), Thing().__init__, object(), Mock()],  # type: ignore[misc]
        {number: str(number) for number in range(1000)},
    ],
)
def test_what_stays_has_the_same_trail(value: object) -> None:
    assert trail(value).same(trail(value))


def test_a_cycle_ends() -> None:
    cycle: dict[str, Any] = {"a": []}
    cycle["a"].append(cycle)
    assert trail(cycle).same(trail(cycle))


def test_others_objects_are_looked_into_as_far_as_photographs_do() -> None:
    value = Loose(a=Loose(b=Loose(c=Loose(d=[1]))))
    before = trail(value)
    value.a.b.c.d.append(2)
    assert trail(value).same(before)
    value.a.b.c = Loose(d=[1])
    assert not trail(value).same(before)


def test_nothing_is_kept_alive() -> None:
    thing = Thing(inner=Thing())
    alive = [weakref.ref(thing), weakref.ref(thing.__dict__["inner"])]
    kept = trail([thing])
    del thing
    gc.collect()
    assert kept
    assert [each() for each in alive] == [None, None]


@pytest.mark.parametrize(
    "value",
    [list(range(LONGEST + 1)), bytearray(b"a"), slice([1]), Text("a"), {Level.LOW: 1}],
    ids=["large", "buffer", "slice", "text", "key"],
)
def test_what_only_a_photograph_can_tell_has_none(value: object) -> None:
    assert TRAILS.of(value) is None


def test_what_fights_back_is_not_noticed() -> None:
    class Wall:
        def __getattribute__(self, name: str) -> Any:
            raise RuntimeError("do not look at me")

        def __eq__(self, other: object) -> bool:
            raise RuntimeError("nor compare me")

        __hash__ = None  # type: ignore[assignment]

    wall = [Wall()]
    assert trail(wall).same(trail(wall))
