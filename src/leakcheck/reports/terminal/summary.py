"""With what an audit was made, orders by outcomes, and the verdict with what it cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from leakcheck.records import OrderSummary, Outcome, Result
from leakcheck.reports.terminal.page import Piece, prose, section, table
from leakcheck.reports.wording.certified import conclusion, verdict_of
from leakcheck.reports.wording.hazards import hazards_in_words
from leakcheck.reports.wording.sentences import circumstances, cost_in_words, leaks_in_words, tests_in_words
from leakcheck.reports.wording.words import clip, plural

_SIGNS: Mapping[str, tuple[str, str]] = {
    "order-dependent": ("✗", "bold red"),
    "leaking": ("!", "bold yellow"),
    "clean": ("✓", "bold green"),
}


def made_with(result: Result) -> tuple[Piece, ...]:
    """Versions and engine."""
    return (prose((clip(circumstances(result), 1000), "dim")),)


def verdict(result: Result) -> tuple[Piece, ...]:
    """Whose outcome depends on others, leaks by impact beside the cost, and the certificate in a sentence."""
    if not result.tests:
        return (prose(("No tests were collected: nothing to audit.", "bold yellow")),)
    sign, style = _SIGNS[verdict_of(result)]
    tests = plural(len(result.tests), "test")
    return (
        prose((f"{sign} ", style), (f"{tests}: {tests_in_words(result)}", "bold")),
        prose(f"{leaks_in_words(result)}; {cost_in_words(result.cost)}", indent=2),
        prose(conclusion(result), indent=2),
        *_hazards(result),
    )


def _hazards(result: Result) -> Iterator[Piece]:
    if told := hazards_in_words(result):
        yield prose(f"{told}: mistakes that the outcomes do not tell.", indent=2)


def orders(result: Result) -> tuple[Piece, ...]:
    """Orders by outcomes, only the outcomes that occurred."""
    rows = result.orders
    columns = [outcome for outcome in get_args(Outcome) if any(each.outcomes.get(outcome) for each in rows)]
    seeds = any(each.seed is not None for each in rows)
    if not rows:
        return ()
    header = ["order", *(["seed"] if seeds else []), *columns]
    return section("Orders", table([header, *(_order(each, columns, seeds) for each in rows)], indent=2))


def _order(order: OrderSummary, columns: Sequence[str], seeds: bool) -> list[str]:
    name = "isolated (each test alone)" if order.kind == "isolated" else clip(order.name, 60)
    seed = [] if not seeds else ["" if order.seed is None else str(order.seed)]
    counts = (order.outcomes.get(column, 0) for column in columns)
    return [name, *seed, *(f"{count:,}" if count else "" for count in counts)]
