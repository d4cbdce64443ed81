"""LK511 of hand-made sightings, and which variables settings read."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
from pydantic import AliasChoices, BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from hazards.seen import line, run, seen
from leakcheck.hazards.kinds.settings_read_early import Hazard
from leakcheck.hazards.settings_fields import fields_read
from leakcheck.records import Finding, Sighting, Source, TestRun


def sighting(what: str, number: int = 7) -> Sighting:
    reader = () if what == "heeded" else ("shop.settings:get_settings",)
    return Sighting("LK511", what, "", "SHOP_NAME", line(number), reader)


def found(*runs: TestRun) -> list[Finding]:
    return list(Hazard().found(seen(*runs)))


def test_a_patch_without_effect() -> None:
    (told,) = found(run("a", sighting("void")), run("b", sighting("void")))
    assert told.title == "The patch of SHOP_NAME has no effect"
    assert told.tests == ("test_a.py::a", "test_a.py::b")


def test_a_patch_that_one_test_heeds_has_one() -> None:
    assert found(run("a", sighting("void")), run("b", sighting("heeded"))) == []


def test_a_cache_that_outlives_its_patch() -> None:
    (told,) = found(run("a", sighting("heeded"), sighting("outlives")))
    assert told.title == "What shop.settings:get_settings read under the patch of SHOP_NAME outlives it"


class Node(BaseModel):
    url: str = ""
    next: type[Node] | None = None


class Nested(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")
    db: Node = Node()


def test_the_fields_of_models_in_settings() -> None:
    frame = SimpleNamespace(f_globals={"__name__": "pydantic_settings"}, f_locals={"settings_cls": Nested})
    found = fields_read(frame)  # type: ignore[arg-type]
    assert found == ("DB", "db", "DB__URL", "db__url", "DB__NEXT", "db__next")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="shop_")
    name: str = "shop"
    region: str = Field(default="north", validation_alias="AREA")
    host: str = Field(default="here", validation_alias=AliasChoices("host", "hostname"))


@pytest.mark.parametrize("module", ["pydantic_settings.sources", "shop.settings"])
def test_the_fields_of_settings(module: str) -> None:
    frame = SimpleNamespace(f_globals={"__name__": module}, f_locals={"settings_cls": Settings})
    either = ("SHOP_NAME", "shop_name", "AREA", "HOST", "host", "HOSTNAME", "hostname")
    expected = either if module.startswith("pydantic") else None
    assert fields_read(frame) == expected  # type: ignore[arg-type]
    assert fields_read(sys._getframe()) is None


class _Scene:
    """The scene of a test whose lines are all the same one."""

    def __init__(self) -> None:
        self.told: list[Sighting] = []

    def source(self) -> Source:
        return line(7)

    def tell(self, seen: Sighting) -> None:
        self.told.append(seen)


class _Environment:
    """What stands in the environment, and the observer of it."""

    def __init__(self) -> None:
        self._data = {b"SHOP_NAME": b"shop"}
        self.scene, self.observer = _Scene(), Hazard()
        self._wrote("SHOP_NAME")

    def put(self, name: str, value: str | None) -> None:
        if value is None:
            del self._data[name.encode()]
        else:
            self._data[name.encode()] = value.encode()
        self._wrote(name)

    def _wrote(self, name: str | None) -> None:
        self.observer.written("environ", self, name, self.scene)  # type: ignore[arg-type]

    def over(self) -> None:
        self.observer.rest(self.scene, over=True)  # type: ignore[arg-type]

    @property
    def patched(self) -> set[str]:
        return set(self.observer._patches)


def _begun() -> _Environment:
    environment = _Environment()
    environment.observer._patches.clear()  # it was there before
    return environment


def test_what_is_removed_and_set_again_as_it_was_is_no_patch() -> None:
    environment = _begun()
    environment.put("SHOP_NAME", None)
    environment.put("SHOP_NAME", "shop")
    assert environment.patched == set()


def test_what_is_removed_and_set_otherwise_is_a_patch() -> None:
    environment = _begun()
    environment.put("SHOP_NAME", None)
    environment.put("SHOP_NAME", "another")
    assert environment.patched == {"SHOP_NAME"}


def test_what_another_test_has_removed_is_patched_by_who_sets_it() -> None:
    environment = _begun()
    environment.put("SHOP_NAME", None)
    environment.over()
    environment.put("SHOP_NAME", "shop")
    assert environment.patched == {"SHOP_NAME"}
