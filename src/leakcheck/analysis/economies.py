"""What an audit covered by fewer or cheaper executions than a thorough one, in sentences for its certificate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leakcheck.analysis.facts.discoveries import expected_news, is_another_worth_while, random_pairs
from leakcheck.nouns import agreeing, plural
from leakcheck.records import WARM, Execution, Printed

REPLAYED = "It asked only why tests had failed in a run that is over: `leakcheck run` audits the suite."
"""What an audit that replays a run does without."""


def economies_of(executions: Sequence[Execution], random: int = 0) -> Iterator[str]:
    """`random` is how many pairs of random orders would have run, had the last ones shown something new."""
    yield from _left_out(executions, random)
    yield from _stood_in(executions)


def _left_out(executions: Sequence[Execution], random: int) -> Iterator[str]:
    ran = random_pairs(executions)
    if 0 < ran < random and not is_another_worth_while(executions):
        left_out = plural(random - ran, "further pair of random orders was", "further pairs of random orders were")
        orders = "The last random order and its reverse showed no outcome, leak or reader that was not known"
        estimate = f"by Good and Turing's estimate another would show {expected_news(executions):.1f} new ones"
        yield f"{orders}, and {estimate}: {left_out} left out."


def _stood_in(executions: Sequence[Execution]) -> Iterator[str]:
    """Which printed commands have run in a new process."""
    printed = [each for each in executions if isinstance(each.order.question, Printed)]
    warm = sum(each.engine == WARM for each in printed)
    if warm:
        commands = plural(len(printed), "printed command was", "printed commands were")
        new = len(printed) - warm
        news = f"{new:,} in {agreeing(new, 'a new process', 'new processes')}"
        forks = f"{warm:,} in {agreeing(warm, 'a fork', 'forks')}"
        yield f"{commands} run: {news}, {forks} of a process that had imported installed packages only."
