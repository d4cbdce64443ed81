"""The order that pytest itself would run."""

from __future__ import annotations

from leakcheck.orders import View
from leakcheck.records import Order


class Strategy:
    name = "declared"
    rank = 0

    def propose(self, view: View) -> list[Order]:
        return [Order("declared", "declared", view.tests)]
