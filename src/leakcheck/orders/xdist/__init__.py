"""What each worker of pytest-xdist would get: `xdist:4`, `xdist:4:loadfile`. One worker is one order.

The schedulers of pytest-xdist are played through with the durations of the declared order. In a real run, chance
has a part in it: who is faster by a little gets the next tests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from leakcheck.orders import View
from leakcheck.orders.xdist.load import Load
from leakcheck.orders.xdist.scopes import Scopes, file_of, scope_of
from leakcheck.orders.xdist.workers import Plan, distributed
from leakcheck.orders.xdist.worksteal import WorkSteal
from leakcheck.records import Order, Whole

PLANS: Mapping[str, Plan] = {
    "load": Load,
    "loadscope": partial(Scopes, unit=scope_of),
    "loadfile": partial(Scopes, unit=file_of),
    "worksteal": WorkSteal,
}
_FORM = re.compile(rf"xdist:([1-9]\d{{0,3}})(?::({'|'.join(PLANS)}))?")


class Strategy:
    name = "xdist"
    rank = 40
    form = f"xdist:N, or xdist:N:DIST with DIST one of {', '.join(PLANS)}"

    def understands(self, asked: str) -> bool:
        """Whether that is how its orders are asked for."""
        return _FORM.fullmatch(asked) is not None

    def propose(self, view: View) -> list[Order]:
        asked = (found for each in view.asked if (found := _FORM.fullmatch(each)))
        return [order for each in asked for order in _orders(view, int(each[1]), each[2] or "load")]


def _orders(view: View, workers: int, distribution: str) -> list[Order]:
    crew, _ = distributed(view.tests, view.seconds, workers, PLANS[distribution])
    name = f"xdist:{workers}:{distribution}"
    return [Order(Whole("worker", name=f"{name} {each.name}"), tuple(each.ran)) for each in crew if each.ran]
