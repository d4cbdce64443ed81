"""Watched locations: seen to change and to change back, and described as a deep look describes them."""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest

from leakcheck.probes import discover
from leakcheck.recorder.deep.deep_look import DeepLook
from leakcheck.recorder.deep.watchpoints import Watchpoints
from leakcheck.records import Location
from leakcheck.snapshots.redaction import Redactor
from leakcheck.snapshots.values import Snapshotter

NAME = "watched_shop"
CAMERA = Snapshotter(Redactor("salt"), lambda name: name == NAME)
PROBES = discover()


@pytest.fixture
def shop() -> Iterator[Any]:
    module: Any = types.ModuleType(NAME)
    module.LIMIT, module.ROWS, module.TAGS = 10, ["mug"], {"new"}
    module.PRICES = {"mug": {"cents": 900}}
    module.Policy = type("Policy", (), {"limit": 10, "__module__": NAME})
    sys.modules[NAME] = module
    yield module
    del sys.modules[NAME]


def place(key: str) -> Location:
    return Location("module_globals", NAME, key)


KEYS = ("LIMIT", "ROWS", "TAGS", 'PRICES["mug"]["cents"]', "Policy.limit", 'PRICES["pen"]')


def change_all(shop: Any) -> None:
    shop.LIMIT = 99
    shop.ROWS.append("pen")
    shop.TAGS.add("old")
    shop.PRICES["mug"]["cents"] = 1
    shop.Policy.limit = 99
    shop.PRICES["pen"] = {}


def change_back(shop: Any) -> None:
    shop.LIMIT = 10
    shop.ROWS.remove("pen")
    shop.TAGS.remove("old")
    shop.PRICES["mug"]["cents"] = 900
    shop.Policy.limit = 10
    del shop.PRICES["pen"]


def test_changes_and_changes_back_are_seen_once_each(shop: Any) -> None:
    watch = Watchpoints(CAMERA, PROBES, map(place, KEYS))
    assert watch.changes("first") == ()
    change_all(shop)
    made = {change.location.key: change for change in watch.changes("second")}
    assert set(made) == set(KEYS)
    assert {change.cause for change in made.values()} == {"second"}
    assert watch.changes("third") == ()
    change_back(shop)
    undone = {change.location.key: change for change in watch.changes("fourth")}
    assert {key: change.digest for key, change in undone.items()} == {
        key: change.before_digest for key, change in made.items()
    }


def test_a_deep_look_gives_the_same_digests(shop: Any) -> None:
    watch = Watchpoints(CAMERA, PROBES, map(place, KEYS))
    look = DeepLook.at(CAMERA, PROBES, [place(key) for key in KEYS])
    change_all(shop)
    watched = {change.location: change.digest for change in watch.changes("t")}
    looked = {each.location: look.change(each, "t").digest for each in look.differences()}
    assert {location: looked[location] for location in watched} == watched


def test_the_environment_is_watched_and_kept_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    location = Location("environ", "os.environ", "SHOP_REGION")
    watch = Watchpoints(CAMERA, PROBES, [location])
    monkeypatch.setitem(os.environ, "SHOP_REGION", "abroad")
    (change,) = watch.changes("t")
    assert (change.location, change.before) == (location, "absent")
    assert "abroad" not in change.after


@pytest.mark.parametrize("key", ["step.<count>", "ROWS[instance of shop.Thing]", "gone.further", ""])
def test_a_way_that_leads_nowhere_is_no_error(shop: Any, key: str) -> None:
    assert Watchpoints(CAMERA, PROBES, [place(key)]).changes("t") == ()
