"""How long the rest of an audit will take, as far as that can be known."""

from __future__ import annotations

from leakcheck.engine import Engine
from leakcheck.progress import Outlook, UnderWay
from leakcheck.search.session import AuditSession

ALONE = 0.15
"""Seconds that it costs to give a test a process of its own, beside what the test takes."""


def outlook(bench: AuditSession) -> Outlook:
    """What lies ahead once the declared order is known: the other orders and every test alone in any case, and what
    the budget allows for the search behind them."""
    return outlook_for(bench, declared_seconds(bench))


def outlook_for(bench: AuditSession, declared: float) -> Outlook:
    """The same, if the declared order took so many seconds."""
    tests = sum(map(bench.concerns, bench.suite.ids))
    orders = len(bench.orders(bench.view()))
    phases = {"orders": orders * declared / min(bench.engine.at_a_time, orders)} if orders else {}
    if bench.profile.isolate_all and bench.engine.fork:
        phases["isolated"] = (2 * declared + ALONE * tests) / bench.engine.at_a_time  # each is run twice
    return Outlook(phases, bench.search_seconds(declared))


def declared_seconds(bench: AuditSession) -> float:
    return max((each.seconds for each in bench.executions if each.order.kind == "declared"), default=1.0)


def under_way(engine: Engine) -> UnderWay:
    """What the executions of `engine` are at. It is asked by another thread than that which runs them."""
    jobs = [job for job in list(engine.jobs.values()) if job.mode != "control"]
    return UnderWay(sum(job.tests for job in jobs), next((job.test for job in jobs if job.test), ""))
