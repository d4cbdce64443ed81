"""The order that pytest itself would run."""

from __future__ import annotations

from leakcheck.orders import View
from leakcheck.records import Order, Whole


class Strategy:
    name = "declared"
    rank = 0

    def propose(self, view: View) -> list[Order]:
        return [Order(Whole("declared"), view.tests)]
