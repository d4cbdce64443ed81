from __future__ import annotations

import stock


def test_price_of_what_is_there(warehouse: tuple[str, int]) -> None:
    assert stock.count(warehouse, "milk") == 5
