"""Tests whose ids are made of chance: in each process they have others, in the same sequence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from leakcheck.records import Execution, Order, Suite


@dataclass(frozen=True)
class Renaming:
    """What tests of the audit are called in another process; those that are missing have their names."""

    now: Mapping[str, str] = field(default_factory=dict)

    def there(self, order: Order) -> Order:
        """The order as it is run."""
        return replace(order, tests=self._named(order.tests), without=self._named(order.without))

    def back(self, execution: Execution, order: Order) -> Execution:
        """The execution as one of this order of the audit's."""
        then = {name: test for test, name in self.now.items()}
        runs = tuple(replace(run, test=then.get(run.test, run.test)) for run in execution.runs)
        return replace(execution, order=order, runs=runs)

    def _named(self, tests: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self.now.get(test, test) for test in tests)


def renaming(audited: Suite, here: Suite) -> Renaming | None:
    """How the audited tests are called where `here` was collected; None if that has other tests."""
    if set(audited.ids) == set(here.ids):
        return Renaming()
    if list(map(_function, audited.ids)) != list(map(_function, here.ids)):
        return None
    pairs = zip(audited.ids, here.ids, strict=True)
    return Renaming({test: name for test, name in pairs if test != name})


def _function(test: str) -> str:
    """The test without its parameters, which chance may have made."""
    return test.partition("[")[0]
