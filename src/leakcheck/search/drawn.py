"""Sequences that a plugin of the project makes of a seed, asked for before the orders run that show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from leakcheck.orders.random import backward
from leakcheck.records import Drawn, Order
from leakcheck.search.session import AuditSession

Sequences = Mapping[int, tuple[str, ...]]
"""seed -> the sequence that is made of it."""


def drawn(bench: AuditSession) -> Sequences:
    """What is known of them."""
    orders = (each.order for each in bench.executions if isinstance(each.order.question, Drawn))
    return {order.seed: order.tests for order in orders if order.seed is not None}


def draw(bench: AuditSession, orders: Iterable[Order]) -> Sequences:
    """The sequences of those of `orders` that tell none; only what is known where each order is a new process."""
    known = drawn(bench)
    untold = [order for order in orders if not order.tests and order.seed not in known]
    wanted = [replace(order, question=Drawn(order.seed)) for order in untold if order.seed is not None]
    if wanted and bench.engine.fork:
        bench.run("orders", wanted)
    return drawn(bench)


def with_reverses(bench: AuditSession, orders: Sequence[Order]) -> list[Order]:
    """`orders`, and beside each that tells no sequence the reverse of what it will run."""
    known = draw(bench, orders)
    reverses = (
        backward(replace(order, tests=known[order.seed]))
        for order in orders
        if not order.tests and order.seed is not None and order.seed in known
    )
    return [*orders, *reverses]
