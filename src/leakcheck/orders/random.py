"""Random orders in pairs, an order and its reverse.

With pytest-randomly they are the orders that it makes of a seed, so that `pytest --randomly-seed=N` reproduces
them; else modules, classes in them and tests in those are sorted by a hash of seed and name, as pytest-randomly
does it (`pytest_randomly._reorganize_items`), so that deselecting tests does not reshuffle the rest.
"""

from __future__ import annotations

from zlib import crc32

from leakcheck.orders import View
from leakcheck.records import Order, TestItem, Whole


class Strategy:
    name = "random"
    rank = 30

    def propose(self, view: View) -> list[Order]:
        if len(view.tests) < 3:
            return []
        seeds = range(view.seed, view.seed + view.random)
        if "pytest-randomly" in view.suite.plugins:
            return [self._by_plugin(seed, view) for seed in seeds]
        return [order for seed in seeds for order in _pair(seed, shuffled(view, seed))]

    @staticmethod
    def _by_plugin(seed: int, view: View) -> Order:
        """The plugin makes the sequence inside the suite; its reverse is proposed when it is known."""
        return Order(Whole("random", seed), (), without=tuple(sorted(view.without)))


def _pair(seed: int, tests: tuple[str, ...]) -> tuple[Order, Order]:
    forward = Order(Whole("random", seed), tests)
    return forward, backward(forward)


def backward(order: Order) -> Order:
    """The reverse of a random order."""
    return Order(Whole("random", order.seed, backwards=True), order.tests[::-1])


def shuffled(view: View, seed: int) -> tuple[str, ...]:
    """All tests, sorted by the hashes of their file, their class and their id."""
    items = [item for item in view.suite.tests if item.id not in view.without]
    return tuple(item.id for item in sorted(items, key=lambda item: _key(item, seed)))


def _key(item: TestItem, seed: int) -> tuple[int, int, int]:
    names = (item.file, "::".join((item.file, *item.groups)), item.id)
    first, second, third = (crc32(f"{seed}::{name}".encode(errors="surrogatepass")) for name in names)
    return first, second, third
