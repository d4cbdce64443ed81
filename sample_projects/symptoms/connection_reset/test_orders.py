from __future__ import annotations

import stock


def test_order(warehouse: tuple[str, int]) -> None:
    assert stock.count(warehouse, "tea") == 4
