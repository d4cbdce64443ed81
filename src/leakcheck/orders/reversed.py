"""The declared order backwards: every pair of tests in the other order, for the price of one run."""

from __future__ import annotations

from leakcheck.orders import View
from leakcheck.records import Order, Whole


class Strategy:
    name = "reversed"
    rank = 20

    def propose(self, view: View) -> list[Order]:
        return [Order(Whole("reversed"), view.tests[::-1])] if len(view.tests) > 1 else []
