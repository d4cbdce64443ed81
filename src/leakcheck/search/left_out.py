"""Executions that the budget did not suffice for, told when the audit ends: some may have been made after all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from leakcheck.analysis.facts.alone import solos
from leakcheck.nouns import plural
from leakcheck.records import Alone, Execution, NotRun, Order, Row, Whole
from leakcheck.text import some

_WHAT_FOR: Mapping[str, str] = {
    "meant": ", meant to run tests behind those they depend on by their mark",
    "pairs": ", meant to run tests behind the leaked values they read",
    "names": ", meant to tell what tests can read",
    "elsewhere": ", meant to run tests behind what else other tests change",
    "crowds": ", meant to run a test behind several leaked values together",
    "explain": ", meant to ask why outcomes differ between the orders",
    "latent": ", meant to ask why outcomes differ behind single leaks",
    "deep": ", meant to ask what leaked",
    "alternatives": ", meant to ask who else leaks the same",
    "confirm": ", meant to prove what was found",
    "lines": ", meant to ask for the lines that write",
    "seeds": ", meant to run under another hash seed what always failed, or differed under one",
    "used": ", meant to run on databases that a run has used",
    "quiet": ", meant to repeat, with nothing else running, what differed in the same order",
}
_SPENT = "the budget was spent: "


@dataclass
class LeftOut:
    """phase of the audit -> the orders that it wanted to run."""

    _orders: dict[str, dict[Order, None]] = field(default_factory=dict)

    def note(self, phase: str, orders: Iterable[Order]) -> None:
        """These were not run for lack of budget."""
        self._orders.setdefault(phase, {}).update(dict.fromkeys(map(_asked, orders)))

    def not_run(self, executions: Collection[Execution]) -> NotRun:
        """Tests that should have run alone, and orders of the whole suite, that are missing still."""
        ran = {solo.test for each in executions for solo in solos(each) if solo.runs}
        whole = {each.order.name for each in executions if each.status != "lost"}
        noted = [order for orders in self._orders.values() for order in orders]
        names = dict.fromkeys(order.name for order in noted if isinstance(order.question, Whole))
        tests = dict.fromkeys(test for order in noted if _is_first_alone(order) for test in order.tests)
        return NotRun(
            tuple(test for test in tests if test not in ran), tuple(name for name in names if name not in whole)
        )

    def sentences(self, executions: Collection[Execution]) -> Iterator[str]:
        """A sentence for tests that never ran alone, one for orders, and one for each phase of which something else
        is missing still."""
        missing = self.not_run(executions)
        if missing.alone:
            were = plural(len(missing.alone), "test was", "tests were")
            yield f"{_SPENT}{were} never run alone: {some(missing.alone)}"
        if missing.orders:
            were = plural(len(missing.orders), "order was", "orders were")
            yield f"{_SPENT}{were} not run to the end: {some(missing.orders)}"
        made = {_asked(each.order) for each in executions if each.status != "lost"}
        for phase, orders in self._orders.items():
            others = sum(
                not isinstance(each.question, Whole) and not _is_first_alone(each) for each in orders.keys() - made
            )
            if others:
                were = plural(others, "execution was", "executions were")
                yield f"{_SPENT}{were} left out{_WHAT_FOR.get(phase, '')}"


def _asked(order: Order) -> Order:
    """What an order asks, whatever runs beside it and is looked at meanwhile."""
    return replace(order, exclusive=False, watch=())


def _is_first_alone(order: Order) -> bool:
    return isinstance(order.question, Alone | Row) and not order.repeat
