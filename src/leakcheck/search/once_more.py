"""Before a test is called flaky: the same order once more, in one lane and with nothing else running.

What differs then, chance decides. What does not has met something outside of its process, if it is no rare chance:
the executions in which it did are no evidence, and are made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from leakcheck.analysis.facts.same_order import Same
from leakcheck.nouns import agreeing, plural
from leakcheck.records import BAD_OUTCOMES, Alone, Behind, Execution, Order, Row
from leakcheck.records.topics import Topic
from leakcheck.search.session import AuditSession

STEPS = (2, 2, 4)
"""So many executions at a time, as long as they agree. A test that fails in one run of five agrees with itself in
all eight in one case of six."""
MAX_ROUNDS = 3
WHY = "an outcome in it did not show again with nothing else running"


@dataclass
class OnceMore:
    """Settles what wavers; each order is asked about once."""

    bench: AuditSession
    _asked: set[object] = field(default_factory=set)

    def settle(self) -> None:
        """Run every order again of which executions disagree about a test, the shortest of each test first."""
        for _ in range(MAX_ROUNDS):
            open_ones = [each for each in self._open() if each.key not in self._asked]
            if not open_ones:
                return
            self._asked.update(each.key for each in open_ones)
            self._repeat(open_ones)
            self._drop_what_met_something(open_ones)

    def _open(self) -> list[Same]:
        known = self.bench.known()
        return [
            each
            for test, each in known.wavering.items()
            if test not in known.flaky and self.bench.concerns(test) and not self.bench.is_lethal(test)
        ]

    def _repeat(self, open_ones: Sequence[Same]) -> None:
        for times in STEPS:
            settled = self.bench.known().flaky
            wanted = _shared(each for each in open_ones if each.test not in settled)
            orders = [order for each in wanted for order in self._repeats(each, times)]
            if not orders or not self.bench.spend("quiet", orders):
                return

    def _repeats(self, order: Order, times: int) -> list[Order]:
        known = [replace(each.order, repeat=0, watch=(), exclusive=True) for each in self.bench.executions]
        number = 1 + max(
            (each.order.repeat for each, same in zip(self.bench.executions, known, strict=True) if same == order),
            default=0,
        )
        return [replace(order, repeat=number + more) for more in range(times)]

    def _drop_what_met_something(self, open_ones: Iterable[Same]) -> None:
        now = self.bench.known().same_orders
        disturbed: dict[str, Execution] = {}
        for each in open_ones:
            same = now.get(each.key)
            if same is None or len(same.quiet.outcomes) < sum(STEPS) or same.quiet.differs:
                continue
            failed = same.quiet.outcomes[0] in BAD_OUTCOMES
            odd = [
                execution
                for execution, outcome in zip(same.executions, same.outcomes, strict=True)
                if (outcome in BAD_OUTCOMES) is not failed
            ]
            disturbed |= {execution.id: execution for execution in odd}
            self.bench.note(Topic.QUIET, _told(same, len(odd), failed=failed))
        self.bench.make_again("quiet", list(disturbed.values()), WHY)


def _shared(open_ones: Iterable[Same]) -> list[Order]:
    """One order for all that an execution tells: as much of it as they need."""
    longest: dict[Order, int] = {}
    for each in open_ones:
        order = min((execution.order for execution in each.executions), key=lambda order: len(order.tests))
        longest[order] = max(longest.get(order, 0), each.before + 1)
    return list(dict.fromkeys(_beginning(order, tests) for order, tests in longest.items()))


def _beginning(order: Order, tests: int) -> Order:
    """The first so many tests of an order, asked for with nothing else running."""
    plain = replace(order, repeat=0, watch=(), exclusive=True)
    if isinstance(order.question, Alone | Row):
        return replace(plain, question=Alone(), tests=order.tests[:1])
    if tests == len(order.tests) or order.is_plain:
        return plain
    return replace(plain, question=Behind(), tests=order.tests[:tests], without=())


def _told(same: Same, odd: int, *, failed: bool) -> str:
    oddly, usually = ("passed", "failed") if failed else ("failed", "passed")
    quiet = plural(len(same.quiet.outcomes), "execution")
    those = agreeing(odd, "that execution does not count", "those executions do not count")
    before = f"{same.test} {oddly} in {plural(odd, 'execution')} {same.where}"
    seen = f"{before}, and {usually} in {quiet} of the same order"
    why = "it met something outside its process, or chance or the collector of garbage decides, but seldom"
    return f"{seen} with nothing else running: {why}; {those}"
