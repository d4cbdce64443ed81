"""A walk from what no module holds: each object once, by the first way, and none of the project's code is run."""

from __future__ import annotations

from typing import Any

from leakcheck.snapshots.carried import Carried, names_in_class
from leakcheck.snapshots.containers import Content, Holder, content
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.putting_back import put_back
from leakcheck.snapshots.rooted import Root, walk_from


def told(*roots: Root, **how: Any) -> dict[str, Holder]:
    found: dict[str, Holder] = {}

    def held(holder: Holder, inside: Content) -> None:
        found[holder.path] = holder

    walk_from(roots, held, **how)
    return found


class Base:
    """Of a library."""

    declared: int
    _private = 0

    def __init__(self) -> None:
        self.own = 1

    @property
    def computed(self) -> int:
        self.cached = 1
        return self.cached


class Hostile:
    """Whoever asks it anything has run the project's code."""

    def __init__(self) -> None:
        object.__setattr__(self, "rows", [1])

    def _refuse(self, *_: object) -> Any:
        raise AssertionError("the project's code was run")

    __getattribute__ = __getattr__ = __eq__ = __hash__ = __repr__ = __iter__ = __len__ = _refuse


def test_the_way_begins_with_the_owner_and_the_kind_stays() -> None:
    found = told(Root("some_kind", "session fixture body", {"tags": [{"a": 1}]}))
    assert list(found) == [
        "session fixture body:",
        'session fixture body:["tags"]',
        'session fixture body:["tags"][0]',
    ]
    assert {each.root for each in found.values()} == {"some_kind"}


def test_one_object_has_one_name_and_what_is_known_has_one_already() -> None:
    inner: dict[str, int] = {}
    outer = {"inner": inner}
    assert list(told(Root("k", "a", outer), Root("k", "b", inner))) == ["a:", "b:"]
    assert list(told(Root("k", "a", outer))) == ["a:", 'a:["inner"]']
    assert list(told(Root("k", "a", outer), known=[identity(inner)])) == ["a:"]


def test_only_what_lies_on_the_way_is_entered_and_never_too_much() -> None:
    value: dict[str, Any] = {name: {"x": {}} for name in "abc"}
    assert list(told(Root("k", "o", value), toward={'o:["b"]'})) == ["o:", 'o:["b"]']
    assert len(told(Root("k", "o", value), most=2)) == 2


def test_plain_values_and_the_test_runner_are_not_entered() -> None:
    assert told(Root("k", "o", 3), Root("k", "o", None), Root("k", "o", told.__module__)) == {}


def test_none_of_the_projects_code_is_run() -> None:
    assert "o:rows" in told(Root("k", "o", Hostile()))


def test_what_an_object_carries_is_what_is_not_its_librarys_own() -> None:
    names = names_in_class(Base)
    assert {"declared", "own", "cached", "computed", "_private"} <= names
    thing = Base()
    vars(thing).update(shared={"a": 1}, _hidden=1, declared=2)
    root = Root("k", "config", Carried(vars(thing), names))
    found = told(root)
    assert list(found) == ["config:", "config:shared"]
    assert content(found["config:"]) == {"shared": {"a": 1}}


def test_what_it_carries_is_put_back() -> None:
    state = {"shared": 1}
    (holder,) = told(Root("k", "config", Carried(state, frozenset()))).values()
    put_back(holder, "shared", 0, was_there=True)
    state["new"] = 1
    put_back(holder, "new", None, was_there=False)
    assert state == {"shared": 0}
