"""Executions that the budget did not suffice for, told when the audit ends: some may have been made after all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from leakcheck.nouns import plural
from leakcheck.records import Execution, Order

_WHAT_FOR: Mapping[str, str] = {
    "pairs": " that put leaked values in front of the tests that read them",
    "elsewhere": " that put what else tests change in front of other tests",
    "crowds": " that put several leaked values in front of a test together",
    "explain": " that ask why outcomes differ between the orders",
    "latent": " that ask why outcomes differ behind single leaks",
    "deep": " that ask what leaked",
    "alternatives": " that ask who else leaks the same",
    "lines": " that ask for the lines that write",
    "quiet": " that repeat, with nothing else running, what differed in the same order",
}


@dataclass
class LeftOut:
    """phase of the audit -> the orders that it wanted to run."""

    _orders: dict[str, dict[Order, None]] = field(default_factory=dict)

    def note(self, phase: str, orders: Iterable[Order]) -> None:
        """These were not run for lack of budget."""
        self._orders.setdefault(phase, {}).update(dict.fromkeys(map(_asked, orders)))

    def sentences(self, executions: Iterable[Execution]) -> Iterator[str]:
        """A sentence for each phase of which something is missing still."""
        made = {_asked(execution.order) for execution in executions}
        for phase, orders in self._orders.items():
            missing = len(orders.keys() - made)
            if missing:
                were = plural(missing, "execution was", "executions were")
                yield f"the budget was spent: {were} left out{_WHAT_FOR.get(phase, '')}"


def _asked(order: Order) -> Order:
    """What an order asks, whatever runs beside it and is looked at meanwhile."""
    return replace(order, exclusive=False, watch=())
