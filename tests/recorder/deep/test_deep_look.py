"""A look at some locations sees these and nothing else; the location of a container stands for all its entries."""

from __future__ import annotations

import gc
import sys
import types
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from leakcheck.probes import MISSING, discover
from leakcheck.probes.tracking.tracked_dict import tracked
from leakcheck.probes.tracking.watched_attribute import watch_attribute
from leakcheck.recorder.deep.deep_look import FEW_ENTRIES, DeepLook
from leakcheck.recorder.deep.entries import whole
from leakcheck.records import Location
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.redaction import Redactor
from leakcheck.snapshots.rooted import Root
from leakcheck.snapshots.values import Snapshotter

NAME = "looked_at_shop"
CAMERA = Snapshotter(Redactor("salt"), lambda name: name == NAME)
PROBES = discover()


@pytest.fixture
def shop() -> Iterator[Any]:
    module: Any = types.ModuleType(NAME)
    module.LIMIT = 10
    module.PRICES = {"mug": {"cents": 900}, "pen": {"cents": 100}}
    module.STOCK = types.SimpleNamespace(rows={f"row {number}": number for number in range(3000)})
    sys.modules[NAME] = module
    yield module
    del sys.modules[NAME]


def place(key: str) -> Location:
    return Location("module_globals", NAME, key)


def look_at(*keys: str) -> DeepLook:
    return DeepLook.at(CAMERA, PROBES, [place(key) for key in keys])


def seen(look: DeepLook) -> set[str]:
    return {each.location.key for each in look.differences()}


def test_only_what_was_asked_about_is_seen_and_put_back(shop: Any) -> None:
    look = look_at('PRICES["mug"]["cents"]', "LIMIT")
    shop.LIMIT, shop.PRICES["mug"]["cents"], shop.PRICES["pen"]["cents"] = 99, 1, 2
    shop.PRICES["cup"] = {}
    assert seen(look) == {'PRICES["mug"]["cents"]', "LIMIT"}
    for each in look.differences():
        each.undo()
    assert (shop.LIMIT, shop.PRICES["mug"]["cents"], shop.PRICES["pen"]["cents"]) == (10, 900, 2)
    assert not seen(look)


def test_what_a_probe_is_told_of_is_not_seen_besides(shop: Any) -> None:
    class App:
        __module__ = NAME

        def __init__(self) -> None:
            self.overrides, self.title = tracked({}, lambda _: None, lambda _: None), "shop"

    watch_attribute(App, "overrides", on_set=lambda _app, value, _first: value)
    shop.app = App()
    look = look_at("app.overrides", "app.title")
    shop.app.overrides, shop.app.title = {}, "closed"
    assert seen(look) == {"app.title"}
    shop.app.overrides = {"who": "ann"}
    assert seen(look) == {"app.title"}


def test_a_container_stands_for_all_its_entries(shop: Any) -> None:
    look = look_at("STOCK.rows")
    before = dict(shop.STOCK.rows)
    shop.STOCK.rows.update({f"row {number}": -1 for number in range(3000)}, new=1)
    shop.LIMIT = 99
    for each in look.differences():
        each.undo()
    assert shop.STOCK.rows == before
    assert shop.LIMIT == 99
    *_, spot = (read for location, read in look.spots([place("STOCK.rows")]) if location == place("STOCK.rows"))
    first = spot()
    shop.STOCK.rows["row 7"] = "sold"
    assert first != spot()


def test_of_a_dict_as_a_whole_few_entries_are_followed_too(shop: Any) -> None:
    """Who empties it is not who puts the last entry there."""
    shop.RATES = {"mug": 1, "cup": 2}
    assert {location for location, _ in look_at("RATES").spots([place("RATES")])} == {
        place("RATES"), place('RATES["mug"]'), place('RATES["cup"]')
    }  # fmt: skip
    shop.RATES = dict.fromkeys(map(str, range(FEW_ENTRIES + 1)))
    assert {location for location, _ in look_at("RATES").spots([place("RATES")])} == {place("RATES")}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (("mug", "EUR"), '[("mug", "EUR")]'),
        (("a]b", ("[", 1)), '[("a]b", ("[", 1))]'),
        ((1, None), "[(1, None)]"),
        (3, "[3]"),
        ("mug", '["mug"]'),
    ],
)
def test_an_entry_is_found_again_under_a_key_of_several_parts(shop: Any, key: object, name: str) -> None:
    """As caches make them of their arguments: the name that one process has told is looked for in another."""
    shop.RATES = {}
    look = look_at(f"RATES{name}")
    shop.RATES.update({key: 1, "other": 2})
    assert seen(look) == {f"RATES{name}"}
    for each in look.differences():
        each.undo()
    assert shop.RATES == {"other": 2}
    assert whole(place(f"RATES{name}")) == place("RATES")


class Session:
    """Not that of an ORM."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}


def test_a_class_is_not_closed_for_its_name(shop: Any) -> None:
    shop.session = Session()
    look = look_at(key := 'session.headers["authorization"]')
    (spot,) = [read for location, read in look.spots([place(key)]) if location == place(key)]
    before = spot()
    shop.session.headers["authorization"] = "Bearer"
    assert seen(look) == {key}
    assert (before, spot()) == (MISSING, "Bearer")


def test_what_is_no_entry_is_its_own_container() -> None:
    assert whole(place('STOCK.rows["a[0]"]')) == place("STOCK.rows")
    assert whole(place("STOCK.rows")) == place("STOCK.rows")


class Thing:
    """Whether it is still held can be told."""


def body(key: str = "") -> Location:
    return Location("fixture_values", "session fixture body", key)


def test_what_is_entered_later_is_compared_with_what_it_was_then_and_goes_by_the_name_it_had() -> None:
    look, shared = DeepLook(CAMERA, PROBES, kinds=()), {"tags": ["a"]}
    look.enter([Root("fixture_values", "session fixture body", shared)])
    look.enter([Root("fixture_values", "module fixture tags", shared["tags"])])
    shared["tags"].append("b")
    shared["new"] = []
    assert [each.location for each in look.differences()] == [body('["new"]'), body('["tags"]')]
    for each in look.differences():
        each.undo()
    assert shared == {"tags": ["a"]}


def test_what_modules_hold_has_their_name_for_it(shop: Any) -> None:
    look = DeepLook(CAMERA, PROBES, kinds=())
    look.enter([Root("fixture_values", "session fixture body", {"prices": shop.PRICES})], [identity(shop.PRICES)])
    shop.PRICES["cup"] = 1
    assert look.differences() == []


def test_of_what_is_entered_only_what_was_asked_about_is_seen() -> None:
    look = DeepLook.at(CAMERA, PROBES, [body('["status"]')])
    shared: dict[str, Any] = {"status": "draft", "tags": []}
    look.enter([Root("fixture_values", "session fixture body", shared)])
    look.enter([Root("fixture_values", "session fixture other", {"status": 1})])
    shared.update(status="sent", tags=[1])
    assert [each.location for each in look.differences()] == [body('["status"]')]
    (spot,) = [read for location, read in look.spots([body('["status"]')]) if location == body('["status"]')]
    assert spot() == "sent"


def test_who_leaves_tells_what_differs_and_is_not_held() -> None:
    look, shared = DeepLook(CAMERA, PROBES, kinds=()), {"thing": Thing()}
    known = weakref.ref(shared["thing"])
    look.enter([Root("fixture_values", "session fixture body", shared)])
    shared["status"] = Thing()
    assert [each.location for each in look.leave("session fixture body:")] == [body('["status"]')]
    shared.clear()
    gc.collect()
    assert known() is None
    assert look.differences() == []


def test_identities_are_those_of_what_is_held_at_the_moment() -> None:
    look, first, second = DeepLook(CAMERA, PROBES, kinds=()), {"a": 1}, {"b": 2}
    look.enter([Root("fixture_values", "session fixture body", first)])
    assert identity(first) in look.identities()
    look.leave("session fixture body:")
    look.enter([Root("fixture_values", "session fixture body", second)])
    assert look.identities() == {identity(second)}
