"""What a plain value holds: equal for the same content, and none of the project's code is run."""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from leakcheck.hazards.shapes import shape


class Loud:
    def __eq__(self, other: object) -> bool:
        raise AssertionError

    def __hash__(self) -> int:
        raise AssertionError


@dataclass
class Basket:
    goods: list[str] = field(default_factory=list)

    @cached_property
    def total(self) -> int:
        return len(self.goods)


@dataclass(slots=True)
class Shelf:
    goods: list[str] = field(default_factory=list)
    place: str = field(init=False)


class Crate:
    """As a class of attrs is, with slots."""

    __slots__ = ("goods",)
    __attrs_attrs__ = (SimpleNamespace(name="goods"),)

    def __init__(self) -> None:
        self.goods: list[str] = []


class Order(BaseModel):
    goods: list[str]


@pytest.mark.parametrize("value", [None, 1, "a", (1, [2]), frozenset({1}), Loud(), object, len, Basket])
def test_what_cannot_change_or_is_no_plain_value_has_none(value: object) -> None:
    assert shape(value) is None


@pytest.mark.parametrize(
    ("value", "change"),
    [
        ([1], lambda value: value.append(2)),
        ({"a": [1]}, lambda value: value["a"].append(2)),
        ({1}, lambda value: value.add(2)),
        (bytearray(b"a"), lambda value: value.extend(b"b")),
        (Basket(), lambda value: value.goods.append("tea")),
        (Shelf(), lambda value: value.goods.append("tea")),
        (Shelf(), lambda value: setattr(value, "place", "wall")),
        (Crate(), lambda value: value.goods.append("tea")),
        (Counter("a"), lambda value: value.update("a")),
        (OrderedDict(a=1), lambda value: value.clear()),
        (Order(goods=[]), lambda value: value.goods.append("tea")),
        ([{"a": Loud()}], lambda value: value[0].update(a=Loud())),
    ],
)
def test_changes_show(value: Any, change: Any) -> None:
    before = shape(value)
    assert before == shape(value)
    change(value)
    assert shape(value) != before


def test_what_is_made_on_first_use_is_no_change() -> None:
    basket = Basket()
    before = shape(basket)
    assert basket.total == 0
    assert shape(basket) == before


def test_what_is_too_large_or_endless_has_none() -> None:
    endless: list[object] = []
    endless.append(endless)
    assert shape(endless) is None
    assert shape([0] * 1000) is None
