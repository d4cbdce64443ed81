"""LK510: a wider fixture hands out what tests change."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module")
def prices() -> dict[str, int]:
    return {"tea": 3}


@pytest.fixture(scope="module")
def untouched() -> dict[str, int]:
    return {"tea": 3}


@pytest.fixture
def own_prices(untouched: dict[str, int]) -> dict[str, int]:
    return copy.deepcopy(untouched)


@pytest.fixture(scope="module")
def basket() -> list[str]:
    return []


@pytest.fixture
def emptied_basket(basket: list[str]) -> Iterator[list[str]]:
    yield basket
    basket.clear()


def test_changes(prices: dict[str, int]) -> None:
    prices["coffee"] = 4
    assert "coffee" in prices


def test_changes_its_own(own_prices: dict[str, int]) -> None:
    own_prices["coffee"] = 4
    assert "coffee" in own_prices


def test_changes_and_puts_back(emptied_basket: list[str]) -> None:
    emptied_basket.append("tea")
    assert emptied_basket == ["tea"]


def test_looks(prices: dict[str, int], basket: list[str]) -> None:
    assert prices["tea"] == 3
    assert basket == []
