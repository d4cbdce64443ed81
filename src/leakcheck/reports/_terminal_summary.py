"""The top of the terminal report: the verdict, what it cost, and orders by outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from leakcheck.records import Cost, OrderSummary, Outcome, Result, Verdict
from leakcheck.reports._terminal_page import Piece, prose, section, table
from leakcheck.reports._words import clip, duration, listed, plural

_SIGNS: Mapping[str, tuple[str, str]] = {
    "order-dependent": ("✗", "bold red"),
    "leaking": ("!", "bold yellow"),
    "clean": ("✓", "bold green"),
}
_OTHER_VERDICTS: tuple[Verdict, ...] = ("flaky", "failing", "crashing")


def summary(result: Result) -> tuple[Piece, ...]:
    """The verdict in one line, leaks and cost in a second, and with what it was found in a third."""
    if not result.tests:
        return (prose(("No tests were collected: nothing to audit.", "bold yellow")), *_circumstances(result))
    sign, style = _SIGNS[_colour(result)]
    tests = plural(len(result.tests), "test")
    return (
        prose((f"{sign} ", style), (f"{tests}: {_tests(result)}", "bold")),
        prose(f"{_leaks(result)}; {cost(result.cost)}", indent=2),
        *_circumstances(result),
    )


def orders(result: Result) -> tuple[Piece, ...]:
    """Orders by outcomes, only the outcomes that occurred."""
    rows = result.orders
    columns = [outcome for outcome in get_args(Outcome) if any(each.outcomes.get(outcome) for each in rows)]
    seeds = any(each.seed is not None for each in rows)
    if not rows:
        return ()
    header = ["order", *(["seed"] if seeds else []), *columns]
    return section("Orders", table([header, *(_order(each, columns, seeds) for each in rows)], indent=2))


def cost(spent: Cost) -> str:
    """What the audit took: "audit 6.1 s = 4.4 plain runs"."""
    took = f"audit {duration(spent.audit_seconds)}"
    if spent.plain_seconds <= 0:
        return took
    return f"{took} = {spent.audit_seconds / spent.plain_seconds:.1f} plain runs"


def _colour(result: Result) -> str:
    """The verdict on the leaks, but never "clean" over a suite that has other troubles."""
    troubled = any(test.verdict in (*_OTHER_VERDICTS, "timeout", "unknown") for test in result.tests)
    return "leaking" if troubled and result.verdict == "clean" else result.verdict


def _tests(result: Result) -> str:
    found = result.tests
    counts = {verdict: sum(test.verdict == verdict for test in found) for verdict in get_args(Verdict)}
    kinds = listed([_counted(counts["victim"], "victim", "s"), _counted(counts["brittle"], "brittle")])
    dependent = counts["victim"] + counts["brittle"]
    return listed(
        [
            f"{dependent:,} order-dependent ({kinds})" if dependent else "none order-dependent",
            _counted(counts["self-polluting"], "self-polluting"),
            *(_counted(counts[verdict], verdict) for verdict in _OTHER_VERDICTS),
            _counted(counts["timeout"], "timed out"),
            _counted(counts["unknown"], "unknown"),
        ]
    )


def _counted(number: int, word: str, ending: str = "") -> str:
    return f"{number:,} {word}{ending if number != 1 else ''}" if number else ""


def _leaks(result: Result) -> str:
    if not result.leaks:
        return "no leak"
    impacts = [leak.impact for leak in result.leaks]
    counts = listed(_counted(impacts.count(impact), impact) for impact in ("broken", "read", "latent"))
    return f"{plural(len(impacts), 'leak')}: {counts}"


def _circumstances(result: Result) -> Iterator[Piece]:
    suite = result.suite
    parts = [
        f"leakcheck {result.leakcheck}",
        f"pytest {suite.pytest}" if suite.pytest else "",
        f"Python {suite.python}" if suite.python else "",
        f"{result.engine} engine, {plural(result.lanes, 'lane')}",
    ]
    off = f"; switched off: {listed(suite.neutralised)}" if suite.neutralised else ""
    yield prose((clip(listed(parts) + off, 1000), "dim"), indent=2)


def _order(order: OrderSummary, columns: Sequence[str], seeds: bool) -> list[str]:
    name = "isolated (each test alone)" if order.kind == "isolated" else clip(order.name, 60)
    seed = [] if not seeds else ["" if order.seed is None else str(order.seed)]
    counts = (order.outcomes.get(column, 0) for column in columns)
    return [name, *seed, *(f"{count:,}" if count else "" for count in counts)]
