from __future__ import annotations

import shop


def test_create() -> None:
    shop.create(1, "tea")
    assert shop.orders[1] == "tea"


def test_ship() -> None:
    assert shop.ship(1) == "tea is on its way"
