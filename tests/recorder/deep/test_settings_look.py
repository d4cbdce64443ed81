"""What a wider fixture sets counts as unchanged as long as it lives: what tests do to it does not."""

from __future__ import annotations

from typing import Any

from leakcheck.probes import Setting, Values
from leakcheck.recorder.deep.settings_look import SettingsLook


class Level(Setting):
    kind = "level"
    by_fixtures = True

    def __init__(self, **now: Any) -> None:
        self.now = now

    def read(self) -> Values:
        return {("logger", key): value for key, value in self.now.items()}


def otherwise(look: SettingsLook) -> dict[str, tuple[Any, Any]]:
    return {each.key: (each.old, each.new) for each in look.otherwise()}


def test_what_a_test_makes_of_a_fixtures_value_differs_from_that_value() -> None:
    probe = Level(a="before")
    look = SettingsLook([probe])
    look.begin()
    probe.now["a"] = "by fixture"
    look.set_up("db")
    assert otherwise(look) == {}
    probe.now["a"] = "by test"
    assert otherwise(look) == {"a": ("by fixture", "by test")}
    probe.now["a"] = "before"
    assert [each[1:] for each in look.over("db")] == [("logger", "a", "before", "by fixture")]
    assert otherwise(look) == {}


def test_what_was_there_before_a_fixture_and_what_it_leaves_are_told() -> None:
    probe = Level(a="before", b="before")
    look = SettingsLook([probe])
    probe.now["b"] = "by an earlier test"
    look.begin()
    probe.now["a"] = "by fixture"
    look.set_up("db")
    assert otherwise(look) == {"b": ("before", "by an earlier test")}
    look.over("db")
    assert otherwise(look) == {"a": ("before", "by fixture"), "b": ("before", "by an earlier test")}


def test_fixtures_are_set_up_within_others_and_end_in_their_turn() -> None:
    probe = Level(a=0)
    look = SettingsLook([probe])
    look.begin()
    look.begin()
    probe.now["a"] = 1
    look.set_up("inner")
    probe.now["a"] = 2
    look.set_up("outer")
    assert otherwise(look) == {}
    look.over("outer")
    look.over("inner")
    assert otherwise(look) == {"a": (0, 2)}


def test_a_set_up_that_fails_is_nobodys_value() -> None:
    probe = Level(a=0)
    look = SettingsLook([probe])
    look.begin()
    probe.now["a"] = 1
    look.set_up(None)
    look.over("never")
    assert otherwise(look) == {"a": (0, 1)}
