"""What a value holds is given back to it where it stands."""

from __future__ import annotations

import asyncio
import collections
import threading
from typing import Any

import pytest
from cachetools import TTLCache

from leakcheck.snapshots.contents import kept


class Counter:
    def __init__(self) -> None:
        self.hits = [1]

    def __eq__(self, other: object) -> bool:
        raise AssertionError("the project's own code was called")

    def __reduce__(self) -> Any:
        raise AssertionError("the project's own code was called")

    __hash__ = None  # type: ignore[assignment]


def change(value: Any) -> None:
    value["a"]["b"].append(3)
    value["new"] = 1
    del value["c"]


@pytest.mark.parametrize("kind", [dict, collections.OrderedDict, collections.defaultdict])
def test_containers_keep_their_identity_and_get_their_content(kind: type[Any]) -> None:
    value: Any = kind()
    value.update({"a": {"b": [1, 2]}, "c": {3}, "d": ({},)})
    inner = value["a"]["b"]
    give_back = kept(value)
    change(value)
    value["d"][0]["x"] = 1
    assert id(give_back()) == id(value)
    assert dict(value) == {"a": {"b": [1, 2]}, "c": {3}, "d": ({},)}
    assert value["a"]["b"] is inner
    assert list(value) == ["a", "c", "d"]


def test_objects_of_the_project_get_their_attributes() -> None:
    value = Counter()
    give_back = kept({"counter": value, "again": value})
    value.hits.append(2)
    value.misses = 1  # type: ignore[attr-defined]
    give_back()
    assert vars(value) == {"hits": [1]}


def test_what_holds_itself_ends() -> None:
    value: list[Any] = [1]
    value.append(value)
    give_back = kept(value)
    value.clear()
    give_back()
    assert value[0] == 1
    assert value[1] is value


def test_anything_else_is_itself() -> None:
    for value in (3, None, object(), "text"):
        assert kept(value)() is value


def test_attributes_of_others_objects_are_kept_where_that_is_asked() -> None:
    cache: Any = TTLCache(maxsize=3, ttl=60)
    cache["a"] = [1]
    kept_all, kept_own = kept(cache, others=True), kept(cache)
    cache["b"] = 2
    cache["a"].append(2)
    kept_own()
    assert "b" in cache
    kept_all()
    assert dict(cache) == {"a": [1]}
    cache["c"] = 3
    assert list(cache) == ["a", "c"]


def test_what_is_bound_to_the_process_is_not_entered() -> None:
    held = {"lock": threading.Lock(), "thread": threading.Thread(), "loop": asyncio.Future, "module": threading}
    give_back = kept(held, others=True)
    held["thread"].name = "renamed"  # type: ignore[attr-defined]
    give_back()
    assert held["thread"].name == "renamed"  # type: ignore[attr-defined]


class Slotted:
    __slots__ = ("empty", "full")

    def __init__(self) -> None:
        self.full = 1


def test_slots_of_the_projects_objects_are_kept() -> None:
    value = Slotted()
    give_back = kept(value)
    value.full = 2
    give_back()
    assert value.full == 1
    assert not hasattr(value, "empty")
