"""Proposals of orders. One new order is one new module here, found by its package.

Every module holds a class `Strategy` with `name`, `rank` (lower comes first) and `propose(view)`. One that proposes
only what `--order` asks for has a `form` and `understands(asked)` besides.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from leakcheck.discovery import instances
from leakcheck.records import Order, Suite


@dataclass(frozen=True, slots=True)
class View:
    """What a strategy may know: the suite, tests that end their process, what the user asked for, and how many
    `seconds` tests took in declared order."""

    suite: Suite
    without: frozenset[str]
    random: int
    seed: int
    only: frozenset[str] | None = None
    asked: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def tests(self) -> tuple[str, ...]:
        return tuple(test for test in self.suite.ids if test not in self.without)


class OrderStrategy(Protocol):
    """The contract: proposals depend on the view alone."""

    name: str
    rank: int

    def propose(self, view: View) -> list[Order]:
        """The orders worth running, in the order of their worth."""


class AskedStrategy(OrderStrategy, Protocol):
    """Proposes what `--order` asks for. `form` tells people how to."""

    form: str

    def understands(self, asked: str) -> bool:
        """Whether that is how its orders are asked for."""


def forms(asked: str) -> tuple[bool, list[str]]:
    """Whether an order can be asked for like that; and how all that can be are."""
    found: list[AskedStrategy] = [
        each for each in instances(sys.modules[__name__], "Strategy") if hasattr(each, "form")
    ]
    return any(each.understands(asked) for each in found), [each.form for each in found]


def discover() -> tuple[OrderStrategy, ...]:
    """Every strategy of this package, by rank."""
    found: list[OrderStrategy] = instances(sys.modules[__name__], "Strategy")
    return tuple(sorted(found, key=lambda strategy: strategy.rank))


def whole_orders(view: View) -> list[Order]:
    """The whole-suite orders after the declared one, as strategies propose them."""
    strategies = (strategy for strategy in discover() if strategy.name not in ("declared", "isolated"))
    return [order for strategy in strategies for order in strategy.propose(view)]
