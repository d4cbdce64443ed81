"""Dependences that are meant are tried: a test behind what its mark says that it depends on."""

from __future__ import annotations

from leakcheck.analysis import meant_witnesses
from leakcheck.audit.asking import order_for
from leakcheck.audit.bench import Bench


def try_meant(bench: Bench) -> None:
    """Run every test with a mark `depends_on` once behind these tests."""
    wanted = meant_witnesses(bench.suite).values()
    orders = [order_for(bench.suite, each) for each in wanted if not bench.is_lethal(*each.before, each.test)]
    if orders:
        bench.run("meant", orders)
