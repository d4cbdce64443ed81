"""Every test alone, in a process that imported its own file only, and once more in the same process."""

from __future__ import annotations

from leakcheck.orders import View
from leakcheck.records import Alone, Order


class Strategy:
    name = "isolated"
    rank = 10

    def propose(self, view: View) -> list[Order]:
        return [
            Order(Alone(again=True), (item.id,), collect=(item.file,))
            for item in view.suite.tests
            if view.only is None or item.id in view.only
        ]
