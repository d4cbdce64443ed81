"""Every probe keeps to the contract: one class, one kind, and what it puts back is what was there."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
from pathlib import Path
from typing import Any, cast, get_args

import pytest

from leakcheck.analysis.advice.names import code_names, location_names
from leakcheck.probes import MISSING, About, Probes, Setting, Tracking, discover, kinds, own
from leakcheck.records import Kind, Leak, Location, PutBack
from leakcheck.reports.wording.words import place_at
from leakcheck.snapshots.containers import Holder
from leakcheck.text import names_in

NAMES = sorted(info.name for info in pkgutil.iter_modules(kinds.__path__))


class Deaf:
    """A ledger that hears nothing."""

    def born(self, probe: object, owner: object) -> None:
        pass

    def asks_for_reads(self, kind: str, *, absent: bool = False) -> bool:
        return False

    def read(self, probe: object, owner: object, key: str) -> None:
        pass

    def written(self, probe: object, owner: object, key: str | None = None) -> None:
        pass

    def touched(self, probe: object, owner: object, key: str | None = None) -> None:
        pass


@pytest.mark.parametrize("name", NAMES)
def test_every_module_holds_one_probe(name: str) -> None:
    probe = importlib.import_module(f"leakcheck.probes.kinds.{name}").Probe()
    assert probe.kind == name
    assert probe.tracking in get_args(Tracking)
    contracts = [
        group
        for group, has in (("owned", "patches"), ("setting", "read"), ("held", "holds"))
        if hasattr(probe, has)
    ]
    assert contracts
    if "owned" in contracts:
        patches = probe.patches()
        assert patches
        assert all(isinstance(module, str) and callable(patch) for module, patch in patches.items())
    if "setting" in contracts:
        assert isinstance(probe, Setting)


def test_all_are_found() -> None:
    found = discover()
    assert sorted(found.kinds) == NAMES
    assert found.problems == ()
    assert {"app_state", "dependency_overrides", "client_cookies", "client_headers"} <= set(NAMES)


def dependency() -> int:
    return 1


def owner_of(kind: str) -> tuple[Any, str, object]:
    """(an owner with one value, its key, another value)."""
    from fastapi import FastAPI

    app = FastAPI()
    if kind == "app_state":
        app.state.colour = "red"
        return app, "colour", "blue"
    if kind == "dependency_overrides":
        app.dependency_overrides[dependency] = int
        return app, f"{dependency.__module__}:dependency", str
    import httpx

    client = httpx.Client(cookies={"sid": "1"}, headers={"X-Tenant": "blue"})
    if kind == "client_cookies":
        (other,) = httpx.Cookies({"sid": "2"}).jar
        return client, "sid", other
    return client, "x-tenant", "red"


KINDS = ("app_state", "dependency_overrides", "client_cookies", "client_headers")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_restored_is_what_was_there(kind: str) -> None:
    (probe,) = [each for each in discover().owned if each.kind == kind]
    owner, key, other = owner_of(kind)
    saved = probe.state(owner)[key]
    probe.restore(owner, key, other)
    assert probe.state(owner)[key] == other
    probe.restore(owner, key, MISSING)
    assert key not in probe.state(owner)
    probe.restore(owner, key, MISSING)
    probe.restore(owner, key, saved)
    assert probe.state(owner)[key] == saved


@pytest.mark.parametrize("kind", KINDS)
def test_an_owner_in_ruins_has_no_state(kind: str) -> None:
    (probe,) = [each for each in discover().owned if each.kind == kind]
    owner, _, _ = owner_of(kind)
    for name in ("state", "dependency_overrides", "_cookies", "_headers"):
        owner.__dict__.pop(name, None)
    assert dict(probe.state(owner)) == {}


@pytest.mark.parametrize("kind", ["client_cookies"])
def test_cookies_are_secret_whatever_their_name(kind: str) -> None:
    (probe,) = [each for each in discover().owned if each.kind == kind]
    owner, key, _ = owner_of(kind)
    assert probe.show(owner, key, probe.state(owner)[key]) == "1"


@pytest.mark.parametrize("name", NAMES)
def test_every_probe_declares_its_wording_and_its_texts_hold_no_name_that_nobody_knows(name: str) -> None:
    about, usual = own().kinds[name].about, About()
    assert about.form != usual.form
    assert about.whole != usual.whole
    assert about.advice.endswith((".", ".)"))
    place = Location(name, "shop.main:app", "shop.auth:user")
    leak = Leak("L1", place, "broken", ("t.py::a",), (), (), (), "a", "b", kind=own().kinds[name])
    for text in (about.form, about.whole, about.advice, about.whole_advice, about.replaced_advice):
        assert set(names_in(text)) <= location_names(place).keys()
    for text in (about.example, about.replaced_example):
        assert set(names_in(text)) <= code_names(leak).keys()


def test_what_can_be_put_back_and_what_is_entries_of_containers_is_declared() -> None:
    found = own().kinds
    assert [name for name, kind in found.items() if not kind.restorable] == ["threads"]
    assert sorted(name for name, kind in found.items() if kind.held) == [
        "caches",
        "fixture_values",
        "module_globals",
        "parameters",
        "pytest_attributes",
    ]


def test_every_container_belongs_to_one_kind() -> None:
    for root in ("", "fixture_values", "parameters", "pytest_attributes"):
        for kind in ("dict", "names", "cache"):
            holder = Holder("body:", {}, kind, root=root)
            (held,) = [each.kind for each in own().held if each.holds(holder)]
            assert held == ("caches" if kind == "cache" else root or "module_globals")


def test_a_probe_that_declares_nothing_is_told_by_the_names_of_its_locations() -> None:
    class Old:
        kind = "pool"
        tracking = "tracked"

    probes = Probes(owned=(cast(Any, Old()),))
    assert probes.kinds == {"pool": Kind("tracked")}
    assert place_at(Location("pool", "shop.db", "size"), probes.kinds["pool"]) == "pool shop.db size"


def test_the_documentation_tells_all_that_a_probe_can_declare() -> None:
    text = Path(__file__).parents[2].joinpath("docs", "probes.md").read_text("utf-8")
    place = Location("pool", "shop.main:app", "shop.auth:user")
    leak = Leak("L1", place, "broken", ("t.py::a",), (), (), (), "a", "b")
    names = [f"${name}" for name in (*location_names(place), *code_names(leak))]
    declared = [*names, *(spec.name for spec in dataclasses.fields(About)), *get_args(PutBack)]
    assert [each for each in declared if not re.search(rf"`\"?{re.escape(each)}\"?`", text)] == []
